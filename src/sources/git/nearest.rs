//! What a rule that matched nothing may have meant.

/// The paths nearest to a template, best first: those that share the most leading text, then the fewest edits.
pub(super) fn nearest<'p>(template: &str, paths: &'p [String], most: usize) -> Vec<&'p str> {
    let mut scored: Vec<(usize, &str)> = paths.iter().map(|path| (shared(template, path), path.as_str())).collect();
    scored.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(other.1)));
    // Edits cost the product of the lengths, so only the best by their start are counted.
    let mut closest: Vec<(usize, &str)> =
        scored.into_iter().take(200).map(|(_, path)| (edits(template.as_bytes(), path.as_bytes()), path)).collect();
    closest.sort_unstable();
    closest.into_iter().take(most).map(|(_, path)| path).collect()
}

fn shared(one: &str, other: &str) -> usize {
    let start = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
    let end = one.bytes().rev().zip(other.bytes().rev()).take_while(|(one, other)| one == other).count();
    start + end
}

fn edits(one: &[u8], other: &[u8]) -> usize {
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (row, letter) in one.iter().enumerate() {
        let mut next = vec![row + 1];
        for (column, same) in other.iter().enumerate() {
            let replaced = last[column] + usize::from(letter != same);
            next.push(replaced.min(last[column + 1] + 1).min(next[column] + 1));
        }
        last = next;
    }
    last[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_path_finds_its_neighbour() {
        let paths = ["a/b.yml", ".github/workflows/ci.yaml", "docs/x.md"].map(str::to_owned);
        assert_eq!(nearest(".github/workflows/ci.yml", &paths, 1), [".github/workflows/ci.yaml"]);
    }
}
