//! Text that came from outside: cleaned once, then escaped for the format that it goes into.

/// Whether a character may not reach a page: controls, and marks that turn the direction of the text around them.
const fn is_unwelcome(character: char) -> bool {
    matches!(character,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// The text on one line, without controls and direction marks.
pub(super) fn clean(text: &str) -> String {
    let spaced: String = text
        .chars()
        .map(
            |character| if matches!(character, '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}') { ' ' } else { character },
        )
        .filter(|character| !is_unwelcome(*character))
        .collect();
    spaced.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The cleaned text, cut to a number of characters with an ellipsis.
pub(super) fn shortened(text: &str, longest: usize) -> String {
    let text = clean(text);
    if text.chars().count() <= longest {
        return text;
    }
    let kept: String = text.chars().take(longest.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// The text as XML character data or attribute value.
pub(super) fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in clean(text).chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// The text as Markdown that shows it as it is, also inside a table.
pub(super) fn markdown(text: &str) -> String {
    let text = clean(text);
    let mut out = String::with_capacity(text.len());
    for (index, character) in text.char_indices() {
        let opens_a_block = index == 0 && matches!(character, '-' | '+' | '=' | '>' | '~');
        if matches!(character, '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~') || opens_a_block {
            out.push('\\');
        }
        match character {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            other => out.push(other),
        }
    }
    let digits = out.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0
        && matches!(out.as_bytes().get(digits), Some(b'.' | b')'))
        && out.as_bytes().get(digits + 1) == Some(&b' ')
    {
        out.insert(digits, '\\');
    }
    out
}

/// The text as a CSV cell that no spreadsheet runs as a formula.
pub(super) fn spreadsheet(text: &str) -> String {
    let text = clean(text);
    if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text }
}

/// The text as an anchor or file name: lower case letters, digits and single hyphens.
pub(super) fn slug(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars().take(80) {
        if character.is_ascii_alphanumeric() {
            out.push(character.to_ascii_lowercase());
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    let out = out.trim_end_matches('-');
    if out.is_empty() { "part".to_owned() } else { out.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_line_or_turn_its_neighbours_around() {
        assert_eq!(clean("pay\nments\u{202e}gnp.exe\u{7}"), "pay mentsgnp.exe");
    }

    #[test]
    fn a_name_with_markup_is_shown_and_not_obeyed() {
        assert_eq!(xml("<script>\"a\" & 'b'"), "&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;");
        assert_eq!(markdown("<b>|a*_[x](y)"), "&lt;b>\\|a\\*\\_\\[x\\](y)");
        assert_eq!(markdown("1. first"), "1\\. first");
        assert_eq!(markdown("- item"), "\\- item");
    }

    #[test]
    fn a_formula_becomes_text() {
        for formula in ["=1+1", "+1", "-1", "@sum", "\t=1", "\r\n=cmd"] {
            assert!(spreadsheet(formula).starts_with('\''), "{formula:?}");
        }
        assert_eq!(spreadsheet("plain"), "plain");
    }

    #[test]
    fn any_text_makes_an_anchor() {
        assert_eq!(slug("Time to first deploy (p50)"), "time-to-first-deploy-p50");
        assert_eq!(slug("../.."), "part");
    }

    #[test]
    fn a_long_name_is_cut_between_characters() {
        assert_eq!(shortened("ééééé", 3), "éé…");
    }
}
