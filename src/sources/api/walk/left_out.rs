//! What a walk leaves out, by place: a place that is read again is counted anew, one that is not keeps its count.

use std::collections::{BTreeMap, BTreeSet};

use crate::archive::{Page, Skip};

/// The place of a list itself.
pub(in crate::sources::api) const LIST: &str = "";
/// The place of what a whole list no longer holds and that is kept all the same.
pub(super) const HELD_BACK: &str = "held back";
/// Before the hash of a record that has no key to know it by.
pub(super) const ITEM: &str = "item ";

/// What a walk leaves out.
#[derive(Debug, Default)]
pub(super) struct LeftOut {
    /// Places where something was left out before.
    before: BTreeSet<String>,
    /// By place and reason, in this walk.
    all: BTreeMap<(String, String), Skip>,
    /// Of these, since the last page was stored.
    page: BTreeMap<(String, String), Skip>,
    settled: Vec<String>,
}

impl LeftOut {
    /// A walk's; `before`: places where something was left out before.
    pub(super) fn new(before: BTreeSet<String>) -> Self {
        Self { before, ..Self::default() }
    }

    /// A place is read: what was left out there, before or in this walk, counts no more.
    pub(super) fn settle(&mut self, place: &str) {
        let first = (place.to_owned(), String::new());
        let here = |all: &BTreeMap<(String, String), Skip>| -> Vec<(String, String)> {
            all.range(first.clone()..).map(|(key, _)| key.clone()).take_while(|(known, _)| known == place).collect()
        };
        let known = if self.all.is_empty() { Vec::new() } else { here(&self.all) };
        if !known.is_empty() || self.before.contains(place) {
            self.settled.push(place.to_owned());
        }
        for key in known {
            self.all.remove(&key);
            self.page.remove(&key);
        }
    }

    /// Something is left out at a place.
    pub(super) fn add(&mut self, place: &str, skip: &Skip) {
        for counted in [&mut self.all, &mut self.page] {
            let one = Skip { count: 0, ..skip.clone() };
            counted.entry((place.to_owned(), skip.reason.clone())).or_insert(one).count += skip.count;
        }
    }

    /// A page has not changed: what was left out of it is so still.
    pub(super) fn again(&mut self, page: Vec<(String, Skip)>) {
        for (place, skip) in page {
            if !place.starts_with(ITEM) {
                self.settle(&place);
            }
            self.add(&place, &skip);
        }
    }

    /// What was left out since the last page was stored.
    pub(super) fn of_page(&self) -> Vec<(String, Skip)> {
        self.page.iter().map(|((place, _), skip)| (place.clone(), skip.clone())).collect()
    }

    pub(super) fn is_saved(&self) -> bool {
        self.page.is_empty() && self.settled.is_empty()
    }

    /// Stores it with a page.
    pub(super) fn save(&mut self, page: &mut Page) {
        page.settled = std::mem::take(&mut self.settled);
        let of_page = std::mem::take(&mut self.page);
        let total = |key: (String, String)| self.all.get(&key).map(|skip| (key.0, skip.clone()));
        page.left_out = of_page.into_keys().filter_map(total).collect();
    }

    /// Every place where this walk left something out.
    pub(super) fn places(&self) -> BTreeSet<String> {
        self.all.keys().map(|(place, _)| place.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skip(reason: &str) -> Skip {
        Skip { reason: reason.to_owned(), count: 1, example: "7".to_owned() }
    }

    fn saved(left_out: &mut LeftOut) -> (Vec<String>, Vec<(String, i64)>) {
        let mut page = Page::default();
        left_out.save(&mut page);
        let counted = page.left_out.into_iter().map(|(place, skip)| (place, skip.count)).collect();
        (page.settled, counted)
    }

    #[test]
    fn a_place_that_is_read_again_is_counted_anew_and_like_items_are_counted_together() {
        let mut left_out = LeftOut::new(["record a".to_owned()].into());
        for place in ["record a", "record b"] {
            left_out.settle(place);
            left_out.add(place, &skip("no key"));
        }
        left_out.add("item h", &skip("no key"));
        let all = [("item h", 1), ("record a", 1), ("record b", 1)].map(|(place, many)| (place.to_owned(), many));
        assert_eq!(saved(&mut left_out), (vec!["record a".to_owned()], all.to_vec()));
        left_out.settle("record b");
        left_out.add("item h", &skip("no key"));
        assert_eq!(left_out.of_page()[0].1.count, 1, "of the page");
        assert_eq!(saved(&mut left_out), (vec!["record b".to_owned()], vec![("item h".to_owned(), 2)]));
        assert!(left_out.is_saved());
        left_out.again(vec![("record a".to_owned(), skip("no key")), ("item h".to_owned(), skip("no key"))]);
        let (settled, counted) = saved(&mut left_out);
        assert_eq!(settled, ["record a"]);
        assert_eq!(counted, [("item h".to_owned(), 3), ("record a".to_owned(), 1)]);
        assert_eq!(left_out.places().len(), 2);
    }
}
