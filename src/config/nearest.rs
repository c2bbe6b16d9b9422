//! The names that a misspelt one may mean.

/// The nearest names, closest first, at most three, and only such as share more than they differ in.
pub(crate) fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let wanted: Vec<char> = wanted.to_lowercase().chars().take(100).collect();
    let mut found: Vec<(usize, &str)> = names
        .into_iter()
        .filter_map(|name| {
            let letters: Vec<char> = name.to_lowercase().chars().take(100).collect();
            let far = distance(&wanted, &letters);
            (far * 2 <= wanted.len().max(letters.len())).then_some((far, name))
        })
        .collect();
    found.sort_unstable();
    found.into_iter().take(3).map(|(_, name)| name.to_owned()).collect()
}

/// Levenshtein distance.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_closest_spelling_comes_first_and_strangers_do_not_come() {
        assert_eq!(nearest("creatd", ["closed", "created", "create", "x"]), ["create", "created"]);
        assert_eq!(nearest("Created_At", ["created_at"]), ["created_at"]);
        assert!(nearest("key", ["assignee", "status"]).is_empty());
    }
}
