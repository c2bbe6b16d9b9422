//! What a column of persons holds → a signature.

use crate::config::written::PersonAs;
use crate::log::Signature;

/// What exports write where there is nobody.
const NOBODY: &[&str] = &["-", "--", "n/a", "na", "nil", "none", "null", "unassigned", "unknown"];

/// The signature that a cell holds; `None` where it says that there is nobody.
pub(in crate::sources) fn signature(cell: &str, how: PersonAs) -> Option<Signature<'_>> {
    let cell = cell.trim();
    if cell.is_empty() || NOBODY.contains(&cell.to_lowercase().as_str()) {
        return None;
    }
    let name = |text| Signature { name: Some(text), ..Signature::default() };
    let email = |text| Signature { email: Some(text), ..Signature::default() };
    let handle = |text| Signature { handle: Some(text), ..Signature::default() };
    Some(match how {
        PersonAs::Email => email(cell),
        PersonAs::Handle => handle(cell),
        PersonAs::Name => name(cell),
        PersonAs::Auto => match cell.split_once('<') {
            Some((before, address)) if address.contains('@') => {
                let before = before.trim().trim_matches('"');
                let address = Some(address.trim_end().trim_end_matches('>'));
                Signature { name: Some(before).filter(|name| !name.is_empty()), email: address, handle: None }
            }
            _ if cell.contains(char::is_whitespace) => name(cell),
            _ if cell.trim_start_matches('@').contains('@') => email(cell),
            _ => handle(cell),
        },
    })
}

/// How somebody might be named in a title, in lower case: never to be taken for a component.
pub(in crate::sources) fn words_for(who: Signature<'_>) -> Vec<String> {
    let mut words = Vec::new();
    let local = who.email.and_then(|email| email.split('@').next());
    for text in [who.handle.map(|handle| handle.trim_start_matches('@')), local].into_iter().flatten() {
        words.push(text.to_lowercase());
    }
    if let Some(name) = who.name {
        let parts: Vec<String> = name.split_whitespace().map(str::to_lowercase).collect();
        words.extend(["-", ".", "_", ""].map(|separator| parts.join(separator)));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_read_as_what_it_looks_like() {
        let read = |cell| signature(cell, PersonAs::Auto).map(|who| (who.name, who.email, who.handle));
        assert_eq!(read("Jane Doe <jane@acme.test>"), Some((Some("Jane Doe"), Some("jane@acme.test"), None)));
        assert_eq!(read("<jane@acme.test>"), Some((None, Some("jane@acme.test"), None)));
        assert_eq!(read("jane@acme.test"), Some((None, Some("jane@acme.test"), None)));
        assert_eq!(read("Jane Doe"), Some((Some("Jane Doe"), None, None)));
        assert_eq!(read("@jane"), Some((None, None, Some("@jane"))));
        assert_eq!(read(" Unassigned "), None);
    }

    #[test]
    fn a_column_that_says_what_it_holds_is_believed() {
        assert_eq!(signature("Jane", PersonAs::Name).and_then(|who| who.name), Some("Jane"));
        assert_eq!(signature("a b", PersonAs::Handle).and_then(|who| who.handle), Some("a b"));
    }
}
