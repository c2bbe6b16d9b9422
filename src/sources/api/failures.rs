//! Lists that cannot be read: each is left out and counted, until they are so many that something else is wrong.

use std::cell::{Cell, RefCell};

use super::error::ApiError;
use super::pull::Failed;
use super::stream::Stream;
use super::walk::Ended;

/// So many lists of a stream that the token may not read, and none that it may, are a permission that is missing. Fewer may be
/// the first repositories of many, which belong to somebody else.
pub(super) const REFUSED: usize = 500;
/// So many lists of a stream in a row that fail are not each broken for itself.
const FAILED: usize = 5;
/// A system that does not answer so often in a row, whatever is asked, is down.
const DOWN: usize = 6;

/// How the lists of one stream ended.
#[derive(Default)]
pub(super) struct Tally {
    forbidden: Cell<usize>,
    others: Cell<usize>,
    failed: Cell<usize>,
    failed_in_a_row: Cell<usize>,
    status: Cell<u16>,
}

fn up(counter: &Cell<usize>) -> usize {
    counter.set(counter.get() + 1);
    counter.get()
}

impl Tally {
    pub(super) fn count(&self, ended: Ended) {
        let counter = match ended {
            Ended::Unasked => return,
            Ended::Missing(status @ (401 | 403)) => {
                self.status.set(status);
                &self.forbidden
            }
            Ended::Missing(_) | Ended::Whole => &self.others,
        };
        up(counter);
        self.failed_in_a_row.set(0);
    }

    /// A list that the token may not read is left out and counted; where that is so of every list of a stream, a permission is
    /// missing, and nothing that follows would say so as plainly as an error does. The status of so many refusals.
    pub(super) fn refused_everywhere(&self, at_least: usize) -> Option<u16> {
        let nothing_else = self.others.get() == 0 && self.failed.get() == 0;
        (nothing_else && self.forbidden.get() >= at_least).then(|| self.status.get())
    }

    pub(super) fn has_failed_everywhere(&self) -> bool {
        self.others.get() == 0 && self.failed.get() > 0
    }
}

/// What failed in a pull.
#[derive(Default)]
pub(super) struct Failures {
    lists: RefCell<Vec<Failed>>,
    streams: RefCell<Vec<ApiError>>,
    unreachable_in_a_row: Cell<usize>,
}

impl Failures {
    /// It answers.
    pub(super) fn is_up(&self) {
        self.unreachable_in_a_row.set(0);
    }

    pub(super) fn is_down(&self, why: &ApiError) {
        if matches!(why, ApiError::Unreachable { .. }) {
            up(&self.unreachable_in_a_row);
        }
    }

    /// A list failed; an error where that is one too many in a row.
    pub(super) fn of_list(&self, tally: &Tally, failed: Failed) -> Result<(), ApiError> {
        up(&tally.failed);
        self.is_down(&failed.why);
        if up(&tally.failed_in_a_row) >= FAILED || self.unreachable_in_a_row.get() >= DOWN {
            return Err(failed.why);
        }
        self.lists.borrow_mut().push(failed);
        Ok(())
    }

    /// Every list of a stream failed.
    pub(super) fn everywhere(&self, stream: &Stream) -> Result<(), ApiError> {
        let mut lists = self.lists.borrow_mut();
        let last = lists.iter().rposition(|failed| failed.stream == stream.name);
        last.map_or(Ok(()), |last| Err(lists.remove(last).why))
    }

    /// A stream failed: others go on, unless it is the API that does.
    pub(super) fn of_stream(&self, why: ApiError) -> Result<(), ApiError> {
        if !why.is_of_a_list() || self.unreachable_in_a_row.get() >= DOWN {
            return Err(why);
        }
        self.streams.borrow_mut().push(why);
        Ok(())
    }

    /// The lists that were left out; the first error where a stream could not be read.
    pub(super) fn into_lists(self) -> Result<Vec<Failed>, ApiError> {
        match self.streams.into_inner().into_iter().next() {
            Some(why) => Err(why),
            None => Ok(self.lists.into_inner()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(stream: &'static str) -> Failed {
        let (host, why) = ("a.test".to_owned(), "status 503".to_owned());
        Failed {
            stream,
            of: "x".to_owned(),
            why: ApiError::Unreachable { host, stream: stream.to_owned(), why, times: 6 },
        }
    }

    #[test]
    fn a_permission_is_missing_where_no_list_may_be_read_and_many_or_all_were_asked_for() {
        let tally = Tally::default();
        for _ in 0..20 {
            tally.count(Ended::Missing(403));
        }
        assert_eq!((tally.refused_everywhere(REFUSED), tally.refused_everywhere(1)), (None, Some(403)));
        tally.count(Ended::Whole);
        assert_eq!(tally.refused_everywhere(1), None);
    }

    #[test]
    fn some_lists_fail_each_for_itself_and_many_in_a_row_do_not() {
        let (tally, failures) = (Tally::default(), Failures::default());
        for _ in 0..3 {
            for _ in 0..FAILED - 1 {
                failures.of_list(&tally, failed("a")).expect("one of many");
            }
            tally.count(Ended::Whole);
            failures.is_up();
        }
        assert!(!tally.has_failed_everywhere());
        for _ in 0..FAILED - 1 {
            failures.of_list(&tally, failed("a")).expect("one of many");
        }
        let why = failures.of_list(&tally, failed("a")).expect_err("one too many");
        failures.of_stream(why).expect("other streams go on");
        let other = Tally::default();
        let why = failures.of_list(&other, failed("b")).expect_err("whatever is asked, it does not answer");
        failures.of_stream(why).expect_err("it is down");
        assert!(failures.into_lists().is_err());
    }
}
