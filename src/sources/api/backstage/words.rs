//! Words of Backstage: references to entries, durations, addresses of repositories.

use url::Url;

/// A reference to an entry, in lower case: the catalog compares so.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ref {
    pub(super) kind: String,
    pub(super) namespace: String,
    pub(super) name: String,
}

impl Ref {
    /// The reference that a text is, `[KIND:][NAMESPACE/]NAME`.
    pub(super) fn read(text: &str, usual_kind: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        let (kind, rest) = text.split_once(':').unwrap_or((usual_kind, &text));
        let (namespace, name) = rest.split_once('/').unwrap_or(("default", rest));
        let is_word =
            |word: &str| !word.is_empty() && !word.contains(['/', ':']) && !word.contains(char::is_whitespace);
        [kind, namespace, name].into_iter().all(is_word).then(|| Self {
            kind: kind.to_owned(),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        })
    }

    /// What the account of a user is called: by its name, and by its namespace too where that is not the usual one.
    pub(super) fn handle(&self) -> String {
        if self.namespace == "default" { self.name.clone() } else { format!("{}/{}", self.namespace, self.name) }
    }
}

impl std::fmt::Display for Ref {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}/{}", self.kind, self.namespace, self.name)
    }
}

/// The minutes of an ISO 8601 duration (`PT4H`, `P3D`). Years and months are no number of minutes.
pub(super) fn minutes(text: &str) -> Option<i64> {
    let rest = text.trim().strip_prefix('P')?;
    let (days, clock) = rest.split_once('T').unwrap_or((rest, ""));
    if days.is_empty() && clock.is_empty() || rest.ends_with('T') {
        return None;
    }
    let total = parts(days, &[('W', 7.0 * 24.0 * 60.0), ('D', 24.0 * 60.0)])?
        + parts(clock, &[('H', 60.0), ('M', 1.0), ('S', 1.0 / 60.0)])?;
    // A claim of more than a century is none.
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and small here")]
    (total < 100.0 * 366.0 * 24.0 * 60.0).then(|| total.round() as i64)
}

/// Numbers with their units, in the order of these.
fn parts(mut text: &str, units: &[(char, f64)]) -> Option<f64> {
    let mut total = 0.0;
    for (unit, minutes) in units {
        let Some((number, rest)) = text.split_once(*unit) else { continue };
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit() || b".,".contains(&byte));
        total += number.replace(',', ".").parse::<f64>().ok().filter(|_| is_number)? * minutes;
        text = rest;
    }
    text.is_empty().then_some(total)
}

/// The full name of the repository that an address is of. Only an address that a step gave out as the repository's may be
/// of any host; others are asked of hosts that have it in their name that they hold repositories.
pub(super) fn repository(address: &str, of_any_host: bool) -> Option<String> {
    let url = Url::parse(address.trim()).ok().filter(|url| ["http", "https"].contains(&url.scheme()))?;
    let host = url.host_str()?.to_lowercase();
    let is_known = |part: &str| {
        ["github", "gitlab", "bitbucket", "gitea", "forgejo", "codeberg"].iter().any(|name| part.contains(name))
    };
    if !of_any_host && !host.split('.').any(is_known) {
        return None;
    }
    let mut parts: Vec<&str> = url.path_segments()?.filter(|part| !part.is_empty()).collect();
    // `PROJECT/_git/NAME` of Azure DevOps, `GROUP/NAME/-/tree/main` of GitLab, `OWNER/NAME/tree/main` elsewhere.
    if let Some(git) = parts.iter().position(|part| *part == "_git") {
        parts = vec![parts.get(git.checked_sub(1)?)?, parts.get(git + 1)?];
    } else if let Some(end) = parts.iter().position(|part| *part == "-") {
        parts.truncate(end);
    } else if !host.contains("gitlab") && !of_any_host {
        parts.truncate(2);
    }
    let last = parts.pop()?;
    let last = last.strip_suffix(".git").unwrap_or(last);
    let name = parts.iter().chain([&last]).copied().collect::<Vec<_>>().join("/");
    (!parts.is_empty() && !last.is_empty() && name.len() <= 300).then_some(name)
}

/// The repository that a picker's value names (`github.com?owner=acme&repo=orders`).
pub(super) fn picked(value: &str) -> Option<String> {
    let url = Url::parse(&format!("https://{}", value.trim())).ok()?;
    let field = |wanted: &str| {
        url.query_pairs().find(|(name, value)| name == wanted && !value.is_empty()).map(|(_, value)| value.into_owned())
    };
    let owner = field("owner").or_else(|| field("project")).or_else(|| field("workspace"))?;
    Some(format!("{owner}/{}", field("repo")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_the_same_however_it_is_written() {
        let read = |text| Ref::read(text, "group").map(|found| found.to_string());
        for text in
            ["payments", "Payments", "group:payments", "default/payments", "Group:Default/Payments", " payments "]
        {
            assert_eq!(read(text).as_deref(), Some("group:default/payments"), "{text}");
        }
        assert_eq!(read("user:staff/jane-doe").as_deref(), Some("user:staff/jane-doe"));
        for bad in ["", ":", "/", "group:", "a/b/c", "group:a:b", "jane doe", "user:/x"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn only_a_duration_of_known_length_is_minutes() {
        for (text, expected) in [
            ("PT4H", 240),
            ("P3D", 4_320),
            ("P1W", 10_080),
            ("P1DT30M", 1_470),
            ("PT1.5H", 90),
            ("PT0,5H", 30),
            ("PT90S", 2),
        ] {
            assert_eq!(minutes(text), Some(expected), "{text}");
        }
        for bad in
            ["2 hours", "", "P", "PT", "P1DT", "P1M", "P1Y", "PT-4H", "PT4", "4H", "PTH", "PT1e3H", "PT99999999999999H"]
        {
            assert_eq!(minutes(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_address_names_a_repository_where_its_host_holds_such() {
        let any = |text| repository(text, true);
        let known = |text| repository(text, false);
        assert_eq!(known("https://github.com/acme/orders").as_deref(), Some("acme/orders"));
        assert_eq!(known("https://github.com/acme/orders/tree/main").as_deref(), Some("acme/orders"));
        assert_eq!(known("https://gitlab.acme.test/shop/core/orders/-/tree/main").as_deref(), Some("shop/core/orders"));
        assert_eq!(any("https://code.acme.test/acme/orders.git").as_deref(), Some("acme/orders"));
        assert_eq!(any("https://dev.azure.test/acme/shop/_git/orders").as_deref(), Some("shop/orders"));
        assert_eq!(known("https://ci.acme.test/job/orders"), None);
        for bad in [
            "",
            "orders",
            "file:///srv/acme/orders",
            "https://github.com/acme",
            "https://github.com/",
            "javascript:x/y",
        ] {
            assert_eq!(any(bad), None, "{bad}");
        }
        assert_eq!(picked("github.com?owner=acme&repo=orders").as_deref(), Some("acme/orders"));
        assert_eq!(picked("dev.azure.test?organization=acme&project=shop&repo=orders").as_deref(), Some("shop/orders"));
        assert_eq!(picked("github.com?repo=orders"), None);
    }
}
