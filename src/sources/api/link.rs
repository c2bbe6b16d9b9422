//! The `Link` header (RFC 8288), and whether an address may be followed with a token.

use url::Url;

/// The target of the `next` link.
pub(super) fn next(header: &str) -> Option<&str> {
    let mut rest = header;
    while let Some(start) = rest.find('<') {
        let end = start + rest[start..].find('>')?;
        let target = &rest[start + 1..end];
        rest = &rest[end + 1..];
        let parameters = &rest[..rest.find('<').unwrap_or(rest.len())];
        let is_next = parameters.split([';', ',']).any(|parameter| {
            parameter.split_once('=').is_some_and(|(name, value)| {
                name.trim().eq_ignore_ascii_case("rel")
                    && value.trim().trim_matches('"').split_whitespace().any(|rel| rel.eq_ignore_ascii_case("next"))
            })
        });
        if is_next {
            return Some(target);
        }
    }
    None
}

/// A target, made whole against the address it was found at.
pub(super) fn resolve(target: &str, base: &str) -> Option<String> {
    Some(Url::parse(base).ok()?.join(target).ok()?.into())
}

/// Whether two addresses are of one origin: only there may a token go.
pub(super) fn same_origin(one: &str, other: &str) -> bool {
    matches!((Url::parse(one), Url::parse(other)), (Ok(one), Ok(other)) if one.origin() == other.origin())
}

/// The host of an address, for a message; nothing of its path or query.
pub(super) fn host(address: &str) -> String {
    Url::parse(address).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_else(|| "?".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_found_among_its_neighbours() {
        let header = "<https://a.test/x?page=1>; rel=\"prev\", <https://a.test/x?q=a,b&page=3>; rel=\"next\", <https://a.test/x?page=9>; rel=\"last\"";
        assert_eq!(next(header), Some("https://a.test/x?q=a,b&page=3"));
        assert_eq!(next("</entities?after=x>; rel=next"), Some("/entities?after=x"));
        assert_eq!(next("<https://a.test/x>; rel=\"first last\""), None);
        for broken in ["", "<", "<https://a.test", "next", "<x>; rel"] {
            assert_eq!(next(broken), None, "{broken}");
        }
    }

    #[test]
    fn a_token_goes_to_its_own_origin_only() {
        assert!(same_origin("https://a.test/x", "https://a.test:443/y?z"));
        for foreign in ["https://b.test/x", "http://a.test/x", "https://a.test:8443/x", "https://a.test.evil/x", "x"] {
            assert!(!same_origin("https://a.test/x", foreign), "{foreign}");
        }
        assert_eq!(resolve("/y?z=1", "https://a.test/x").as_deref(), Some("https://a.test/y?z=1"));
    }
}
