//! Path templates: `charts/{environment}/{component}/*.yaml`, `docs/**`.

use regex::bytes::Regex;

/// What a template captured from a path.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Captures {
    pub(super) component: Option<String>,
    pub(super) environment: Option<String>,
}

/// A compiled template.
#[derive(Debug)]
pub(super) struct Template {
    segments: Vec<Segment>,
    pub(super) has_component: bool,
}

#[derive(Debug)]
enum Segment {
    /// `**`: any number of folders.
    Folders,
    Literal(String),
    Pattern {
        regex: Regex,
        captures: Vec<Capture>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Capture {
    Component,
    Environment,
}

impl Template {
    /// Compiles a template; the error says what is wrong with it.
    pub(super) fn compile(text: &str) -> Result<Self, String> {
        let mut segments = Vec::new();
        for part in text.trim_matches('/').split('/') {
            if part.is_empty() {
                return Err(format!("the path `{text}` has an empty folder name"));
            }
            segments.push(if part == "**" { Segment::Folders } else { segment(part, text)? });
        }
        // `docs/**` means every file below: folders, then a file of any name.
        if matches!(segments.last(), Some(Segment::Folders)) {
            segments.push(segment("*", text)?);
        }
        let has = |wanted| {
            segments
                .iter()
                .any(|segment| matches!(segment, Segment::Pattern { captures, .. } if captures.contains(&wanted)))
        };
        Ok(Self { has_component: has(Capture::Component), segments })
    }

    /// What the path captures, if the template matches it.
    pub(super) fn matches(&self, path: &[u8]) -> Option<Captures> {
        let names: Vec<&[u8]> = path.split(|byte| *byte == b'/').collect();
        self.matches_from(0, &names, Captures::default())
    }

    fn matches_from(&self, at: usize, names: &[&[u8]], captured: Captures) -> Option<Captures> {
        let Some(segment) = self.segments.get(at) else {
            return names.is_empty().then_some(captured);
        };
        let (first, rest) = names.split_first()?;
        if let Segment::Folders = segment {
            return self
                .matches_from(at + 1, names, captured.clone())
                .or_else(|| self.matches_from(at, rest, captured));
        }
        let captured = segment.captures(first, captured)?;
        self.matches_from(at + 1, rest, captured)
    }

    /// Where in the template one stands after entering the folder `name` at `at`; may be two places after `**`.
    pub(super) fn enter(&self, at: usize, name: &[u8], mut reached: impl FnMut(usize)) {
        let mut at = at;
        while let Some(Segment::Folders) = self.segments.get(at) {
            reached(at);
            at += 1;
        }
        if at + 1 < self.segments.len() && self.segments[at].admits(name) {
            reached(at + 1);
        }
    }

    /// Whether a file `name` in the folder where one stands at `at` can match.
    pub(super) fn admits_file(&self, at: usize, name: &[u8]) -> bool {
        let mut at = at;
        while let Some(Segment::Folders) = self.segments.get(at) {
            at += 1;
        }
        at + 1 == self.segments.len() && self.segments[at].admits(name)
    }
}

impl Segment {
    fn admits(&self, name: &[u8]) -> bool {
        match self {
            Self::Folders => true,
            Self::Literal(literal) => literal.as_bytes() == name,
            Self::Pattern { regex, .. } => regex.is_match(name),
        }
    }

    fn captures(&self, name: &[u8], mut captured: Captures) -> Option<Captures> {
        let Self::Pattern { regex, captures } = self else {
            return self.admits(name).then_some(captured);
        };
        let groups = regex.captures(name)?;
        for (place, capture) in captures.iter().enumerate() {
            let text = String::from_utf8_lossy(groups.get(place + 1)?.as_bytes()).into_owned();
            let slot = match capture {
                Capture::Component => &mut captured.component,
                Capture::Environment => &mut captured.environment,
            };
            // A name that stands twice in a template must stand twice in the path.
            if slot.as_ref().is_some_and(|earlier| *earlier != text) {
                return None;
            }
            *slot = Some(text);
        }
        Some(captured)
    }
}

fn segment(part: &str, whole: &str) -> Result<Segment, String> {
    if !part.contains(['*', '{', '}']) {
        return Ok(Segment::Literal(part.to_owned()));
    }
    let mut pattern = "(?s-u)^".to_owned();
    let mut captures = Vec::new();
    let mut rest = part;
    while let Some(next) = rest.find(['*', '{', '}']) {
        pattern.push_str(&regex::escape(&rest[..next]));
        let special = &rest[next..];
        rest = if let Some(after) = special.strip_prefix('*') {
            pattern.push_str(".*");
            after
        } else if let Some(after) = special.strip_prefix("{component}") {
            captures.push(Capture::Component);
            pattern.push_str("(.+)");
            after
        } else if let Some(after) = special.strip_prefix("{environment}") {
            captures.push(Capture::Environment);
            pattern.push_str("(.+)");
            after
        } else {
            return Err(format!("`{whole}`: only `{{component}}` and `{{environment}}` can stand in braces"));
        };
    }
    pattern.push_str(&regex::escape(rest));
    pattern.push('$');
    let regex = Regex::new(&pattern).map_err(|why| format!("`{whole}`: {why}"))?;
    Ok(Segment::Pattern { regex, captures })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matched(template: &str, path: &str) -> Option<(Option<String>, Option<String>)> {
        let captures = Template::compile(template).expect("a template").matches(path.as_bytes())?;
        Some((captures.component, captures.environment))
    }

    #[test]
    fn captures_stay_within_one_folder_name() {
        let both = Some((Some("app".to_owned()), Some("staging".to_owned())));
        assert_eq!(matched("tags/{environment}/{component}", "tags/staging/app"), both);
        assert_eq!(matched("tags/{environment}/{component}", "tags/staging/x/app"), None);
        assert_eq!(
            matched("values-{environment}.yaml", "values-staging.yaml"),
            Some((None, Some("staging".to_owned())))
        );
        assert_eq!(matched("a/{component}/{component}.yaml", "a/x/y.yaml"), None);
    }

    #[test]
    fn two_stars_are_any_number_of_folders() {
        assert!(matched("docs/**", "docs/a.md").is_some());
        assert!(matched("docs/**", "docs/a/b/c.md").is_some());
        assert!(matched("docs/**", "docs").is_none());
        assert!(matched("**/catalog-info.yaml", "catalog-info.yaml").is_some());
        assert!(matched("**/catalog-info.yaml", "a/b/catalog-info.yaml").is_some());
        assert!(matched("a/**/b", "a/b").is_some());
        assert!(matched("*.yml", "a/b.yml").is_none());
    }

    #[test]
    fn an_unknown_capture_is_refused() {
        assert!(Template::compile("a/{team}").expect_err("refused").contains("{component}"));
    }
}
