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
}

fn up(counter: &Cell<usize>) -> usize {
    counter.set(counter.get() + 1);
    counter.get()
}

impl Tally {
    pub(super) fn count(&self, ended: Ended) {
        let counter = match ended {
            Ended::Unasked => return,
            Ended::Missing(403) => &self.forbidden,
            Ended::Missing(_) | Ended::Whole => &self.others,
        };
        up(counter);
        self.failed_in_a_row.set(0);
    }

    /// A list that the token may not read is left out and counted; where that is so of every list of a stream, a permission is
    /// missing, and nothing that follows would say so as plainly as an error does.
    pub(super) fn is_refused_everywhere(&self, at_least: usize) -> bool {
        self.others.get() == 0 && self.failed.get() == 0 && self.forbidden.get() >= at_least
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
