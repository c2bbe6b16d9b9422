//! One budget over all requests to a system: who may ask now, and how long everybody waits.
//!
//! Budgets that it says of itself (`x-ratelimit-*` and their kin) are kept per resource; `Retry-After` stops all of them.
//! Limits that it only documents (so many at once, so many requests a minute, so long a minute's answers may keep it busy)
//! come from the source. Waits are told by the server: from its `Date` to its
//! reset, so that a wrong clock here waits neither too long nor too short.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use tokio::sync::Notify;

use super::clock::Clock;
use super::request::Answer;
use super::stream::Pace;
use crate::log::Micros;

const SECOND: Micros = 1_000_000;
const MINUTE: Micros = 60 * SECOND;

/// What is left of one resource (`core`, `graphql`).
#[derive(Clone, Copy, Debug)]
struct Budget {
    remaining: i64,
    /// What a whole window holds, where the system says it.
    limit: Option<i64>,
    reset_us: Micros,
    /// Points of what is under way.
    in_flight: i64,
}

#[derive(Debug, Default)]
struct State {
    in_flight: usize,
    budgets: BTreeMap<&'static str, Option<Budget>>,
    /// Until when nobody asks.
    blocked_us: Micros,
    /// When requests of the last minute went out, by resource.
    minutes: BTreeMap<&'static str, VecDeque<Micros>>,
    /// Which answers of the last minute took from when to when.
    answers: VecDeque<(&'static str, Micros, Micros)>,
    /// What is under way, by resource: how many, and how long each is taken to last.
    under_way: BTreeMap<&'static str, (i64, Micros)>,
    /// How long the quickest answer took, by resource and by the points that it cost: heavy ones are never quick.
    quickest: BTreeMap<(&'static str, i64), Micros>,
    /// Since when an answer is being worked on here, and how long any was before: one thread does it, so that an answer that
    /// came in the meantime is noticed late, and the system was not busy for so long.
    working_us: Option<Micros>,
    worked_us: Micros,
    /// How often in a row a secondary limit named no time.
    strikes: u32,
    /// How many requests wait for a limit, and since when any does.
    waiting: (usize, Micros),
    /// For how long any did before that.
    waited_us: Micros,
}

/// The budget of one API.
pub(super) struct Governor {
    clock: Rc<dyn Clock>,
    pace: Pace,
    state: RefCell<State>,
    freed: Notify,
}

/// What is planned of a resource.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spending {
    pub(super) requests: i64,
    pub(super) points: i64,
}

/// What a request waits for.
#[derive(Clone, Copy, Debug)]
enum Wait {
    /// So many microseconds.
    For(Micros),
    /// Until somebody is done.
    ForAnswer,
}

/// A place among the requests under way; given back when it is dropped.
pub(super) struct Place<'a> {
    governor: &'a Governor,
    resource: &'static str,
    points: i64,
    from_us: Micros,
    /// What had been worked here by then.
    worked_us: Micros,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.governor.state.borrow_mut();
        state.in_flight -= 1;
        let now = self.governor.clock.now_us();
        let all = now - self.from_us;
        let alike = (self.resource, self.points);
        let quickest = state.quickest.get(&alike).copied().unwrap_or(all).min(all);
        state.quickest.insert(alike, quickest);
        let worked = state.worked_us + state.working_us.map_or(0, |since| now - since) - self.worked_us;
        // No answer took less than the quickest that cost as much, whatever was done meanwhile.
        let took = (all - worked).max(quickest);
        state.answers.push_back((self.resource, now - took, now));
        if let Some((many, each)) = state.under_way.get_mut(self.resource) {
            *many -= 1;
            *each = (*each * 7 + took) / 8;
        }
        if let Some(Some(budget)) = state.budgets.get_mut(self.resource) {
            budget.in_flight -= self.points;
        }
        drop(state);
        self.governor.freed.notify_waiters();
    }
}

impl Governor {
    pub(super) fn new(clock: Rc<dyn Clock>, pace: Pace) -> Self {
        Self { clock, pace, state: RefCell::default(), freed: Notify::new() }
    }

    /// For how long any request waited for a limit so far.
    pub(super) fn waited_us(&self) -> Micros {
        self.state.borrow().waited_us
    }

    /// An answer is here, and is worked on until [`Self::rests`].
    pub(super) fn works(&self) {
        self.state.borrow_mut().working_us = Some(self.clock.now_us());
    }

    /// Whatever was worked on is done.
    pub(super) fn rests(&self) {
        let state = &mut *self.state.borrow_mut();
        if let Some(since) = state.working_us.take() {
            state.worked_us += self.clock.now_us() - since;
        }
    }

    /// Waits until a request of so many points may go out to a resource.
    pub(super) async fn admit(&self, resource: &'static str, points: i64) -> Place<'_> {
        self.rests();
        loop {
            let freed = self.freed.notified();
            match self.try_admit(resource, points) {
                Ok(()) => {
                    let worked_us = self.state.borrow().worked_us;
                    return Place { governor: self, resource, points, from_us: self.clock.now_us(), worked_us };
                }
                Err(Wait::For(us)) => {
                    self.waits();
                    self.clock.sleep(us).await;
                    self.goes_on();
                }
                Err(Wait::ForAnswer) => freed.await,
            }
        }
    }

    /// Several wait for one limit side by side: the time counts once.
    fn waits(&self) {
        let state = &mut *self.state.borrow_mut();
        if state.waiting.0 == 0 {
            state.waiting.1 = self.clock.now_us();
        }
        state.waiting.0 += 1;
    }

    fn goes_on(&self) {
        let state = &mut *self.state.borrow_mut();
        state.waiting.0 -= 1;
        if state.waiting.0 == 0 {
            state.waited_us += self.clock.now_us() - state.waiting.1;
        }
    }

    /// Takes a place, or says what to wait for.
    fn try_admit(&self, resource: &'static str, points: i64) -> Result<(), Wait> {
        let now = self.clock.now_us();
        let state = &mut *self.state.borrow_mut();
        if state.blocked_us > now {
            return Err(Wait::For(state.blocked_us - now));
        }
        if state.in_flight >= self.pace.in_flight {
            return Err(Wait::ForAnswer);
        }
        let minute = state.minutes.entry(resource).or_default();
        while minute.front().is_some_and(|at| *at + MINUTE <= now) {
            minute.pop_front();
        }
        if minute.len() >= self.pace.points_per_minute {
            let first = minute.front().copied().unwrap_or(now);
            return Err(Wait::For(first + MINUTE - now));
        }
        if let Some(wait) = too_busy(state, self.pace, resource, now) {
            return Err(wait);
        }
        match state.budgets.get_mut(resource) {
            // Nothing is known of it yet: the first request goes alone and learns.
            None => {
                state.budgets.insert(resource, None);
            }
            Some(None) => return Err(Wait::ForAnswer),
            Some(Some(budget)) => {
                if budget.remaining - budget.in_flight < points {
                    if budget.reset_us > now {
                        return Err(Wait::For(budget.reset_us - now));
                    }
                    // The window is over: what is left now is learned from the next answer.
                    if budget.in_flight > 0 {
                        return Err(Wait::ForAnswer);
                    }
                    budget.remaining = points;
                }
                budget.in_flight += points;
            }
        }
        state.in_flight += 1;
        state.under_way.entry(resource).or_insert((0, SECOND / 2)).0 += 1;
        state.minutes.entry(resource).or_default().push_back(now);
        Ok(())
    }

    /// Learns from an answer what is left.
    pub(super) fn learn(&self, resource: &'static str, points: i64, answer: &Answer) {
        let number = |names: [&str; 3]| names.iter().find_map(|name| answer.header(name)?.trim().parse::<i64>().ok());
        let remaining = number(["x-ratelimit-remaining", "ratelimit-remaining", "x-rate-limit-remaining"]);
        let reset = number(["x-ratelimit-reset", "ratelimit-reset", "x-rate-limit-reset"]);
        let limit = number(["x-ratelimit-limit", "ratelimit-limit", "x-rate-limit-limit"]).filter(|limit| *limit > 0);
        let now = self.clock.now_us();
        let server = date_us(answer).unwrap_or(now);
        let state = &mut *self.state.borrow_mut();
        let before = state.budgets.get(resource).copied().flatten();
        let in_flight = before.map_or(points, |budget| budget.in_flight);
        let learned = match (remaining, reset) {
            (Some(remaining), Some(reset)) => {
                // Some say the instant, some the seconds that are left.
                let left = if reset > 1_000_000_000 { reset * SECOND - server } else { reset * SECOND };
                let reset_us = now + left.clamp(0, 24 * 60 * MINUTE) + SECOND;
                // Answers overtake each other: within one window what is left only falls.
                let same_window = before.is_some_and(|before| (before.reset_us - reset_us).abs() < 5 * SECOND);
                let left_before = before.filter(|_| same_window).map_or(i64::MAX, |before| before.remaining);
                Budget { remaining: remaining.min(left_before), limit, reset_us, in_flight }
            }
            // A system that says nothing of a budget has none; an error that says nothing of a known one changes none.
            _ => before.unwrap_or(Budget { remaining: i64::MAX / 2, limit: None, reset_us: 0, in_flight }),
        };
        state.budgets.insert(resource, Some(learned));
    }

    /// A request that brought nothing to learn from (no connection).
    pub(super) fn learn_nothing(&self, resource: &'static str) {
        let state = &mut *self.state.borrow_mut();
        // Whoever comes next goes alone again.
        if state.budgets.get(resource) == Some(&None) {
            state.budgets.remove(resource);
        }
    }

    /// A limit was met: nobody asks until it is over. Where the budget of one resource is used up, that alone waits, by what
    /// [`Self::learn`] learned.
    pub(super) fn block(&self, answer: &Answer) {
        let now = self.clock.now_us();
        let server = date_us(answer).unwrap_or(now);
        let state = &mut *self.state.borrow_mut();
        let either = |name: &str, other: &str| answer.header(name).or_else(|| answer.header(other));
        let reset = either("x-ratelimit-reset", "ratelimit-reset").and_then(|text| text.trim().parse::<i64>().ok());
        let used_up = either("x-ratelimit-remaining", "ratelimit-remaining").is_some_and(|left| left.trim() == "0");
        let us = match (retry_after_us(answer, server), reset) {
            (Some(us), _) => us,
            (None, Some(_)) if used_up => return,
            // Several that were under way together are told of one and the same limit.
            _ if state.blocked_us > now => return,
            // GitHub asks for at least a minute where it names no time, and longer each time.
            _ => {
                state.strikes += 1;
                MINUTE << (state.strikes - 1).min(5)
            }
        };
        state.blocked_us = state.blocked_us.max(now + us.clamp(SECOND, 24 * 60 * MINUTE));
    }

    /// How long what is planned takes at least: resources side by side, each by what its budgets hold, by what a minute may
    /// hold of it, and by how long its quickest answer took.
    pub(super) fn least(&self, planned: &BTreeMap<&'static str, Spending>) -> Micros {
        let state = self.state.borrow();
        let now = self.clock.now_us();
        let busy = |resource: &str, Spending { requests, .. }: Spending| {
            let own = state.quickest.iter().filter(|((one, _), _)| *one == resource);
            requests.saturating_mul(own.map(|(_, took)| *took).min().unwrap_or(0))
        };
        let mut least = 0;
        for (resource, spending) in planned {
            let (requests, each_busy) = (spending.requests, busy(resource, *spending));
            let minutes = (requests - 1).max(0) / i64::try_from(self.pace.points_per_minute).unwrap_or(i64::MAX).max(1);
            let own = self.pace.busy.iter().filter(|(only, _)| only == resource);
            let paced = own.map(|(_, most)| share(each_busy, MINUTE, *most)).max().unwrap_or(0);
            let at_once = each_busy / i64::try_from(self.pace.in_flight).unwrap_or(i64::MAX).max(1);
            let pace = paced.max(minutes.saturating_mul(MINUTE)).max(at_once);
            least = least.max(pace);
            let Some(budget) = state.budgets.get(resource).copied().flatten() else { continue };
            let over = spending.points - budget.remaining;
            if over <= 0 {
                continue;
            }
            let limit = budget.limit.unwrap_or(i64::MAX);
            let (windows, last) = ((over - 1) / limit, (over - 1) % limit + 1);
            // The last window takes as long as what is left for it, and nothing of it can begin sooner.
            let rest = share(pace, last, spending.points);
            let wait = (budget.reset_us - now).max(0) + windows.saturating_mul(self.pace.window);
            least = least.max(wait.saturating_add(rest));
        }
        let together = self.pace.busy.iter().filter(|(only, _)| only.is_empty());
        let all: Micros = planned.iter().map(|(resource, spending)| busy(resource, *spending)).sum();
        together.map(|(_, most)| share(all, MINUTE, *most)).fold(least, Micros::max)
    }

    /// An answer came through.
    pub(super) fn relax(&self) {
        self.state.borrow_mut().strikes = 0;
    }
}

/// A part of something, by its share in a whole.
fn share(of: i64, part: i64, whole: i64) -> i64 {
    i64::try_from(i128::from(of) * i128::from(part) / i128::from(whole.max(1))).unwrap_or(i64::MAX)
}

/// What to wait for until one more answer keeps the system busy for no longer than it may be.
fn too_busy(state: &mut State, pace: Pace, resource: &'static str, now: Micros) -> Option<Wait> {
    while state.answers.front().is_some_and(|(.., to)| *to + MINUTE <= now) {
        state.answers.pop_front();
    }
    for (only, most) in pace.busy.iter().filter(|(only, _)| only.is_empty() || *only == resource) {
        let counts = |one: &str| only.is_empty() || *only == one;
        let coming: Micros =
            state.under_way.iter().filter(|(one, _)| counts(one)).map(|(_, (many, each))| many * each).sum();
        let mine = state.under_way.get(resource).map_or(SECOND / 2, |(_, each)| *each);
        let took: Micros = state.answers.iter().filter(|(one, ..)| counts(one)).map(|(_, from, to)| to - from).sum();
        let mut over = took + coming + mine - most;
        if over <= 0 {
            continue;
        }
        // The oldest leave the minute first; once enough have, there is room.
        for (_, from, to) in state.answers.iter().filter(|(one, ..)| counts(one)) {
            over -= to - from;
            if over <= 0 {
                return Some(Wait::For((to + MINUTE - now).max(1)));
            }
        }
        if state.in_flight > 0 {
            return Some(Wait::ForAnswer);
        }
    }
    None
}

impl PartialEq for Budget {
    fn eq(&self, other: &Self) -> bool {
        (self.remaining, self.reset_us) == (other.remaining, other.reset_us)
    }
}

/// The server's clock.
pub(super) fn date_us(answer: &Answer) -> Option<Micros> {
    Some(chrono::DateTime::parse_from_rfc2822(answer.header("date")?).ok()?.timestamp_micros())
}

/// `Retry-After`, in seconds or as an instant.
fn retry_after_us(answer: &Answer, server_us: Micros) -> Option<Micros> {
    let text = answer.header("retry-after")?.trim();
    match text.parse::<i64>() {
        Ok(seconds) => Some(seconds.max(0).saturating_mul(SECOND)),
        Err(_) => Some(chrono::DateTime::parse_from_rfc2822(text).ok()?.timestamp_micros() - server_us),
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::Pin;

    use serde_json::json;

    use super::*;
    use crate::sources::api::fake::with_headers;

    /// Noon of 2025-06-01, as answers of fakes say.
    const NOON: Micros = 1_748_779_200_000_000;
    const HOUR: Micros = 60 * MINUTE;

    struct Still;

    impl Clock for Still {
        fn now_us(&self) -> Micros {
            NOON
        }

        fn sleep(&self, _: Micros) -> Pin<Box<dyn Future<Output = ()> + '_>> {
            Box::pin(std::future::ready(()))
        }
    }

    fn governor(busy: &'static [(&'static str, Micros)]) -> Governor {
        Governor::new(Rc::new(Still), Pace { in_flight: 10, points_per_minute: 900, window: HOUR, busy })
    }

    fn least(governor: &Governor, planned: &[(&'static str, i64, i64)]) -> Micros {
        let spending = planned
            .iter()
            .map(|(resource, requests, points)| (*resource, Spending { requests: *requests, points: *points }));
        governor.least(&spending.collect())
    }

    fn budget(governor: &Governor, resource: &'static str, remaining: i64, ends_us: Micros) {
        let reset = (NOON + ends_us) / SECOND;
        let headers =
            [("x-ratelimit-limit", 5_000), ("x-ratelimit-remaining", remaining), ("x-ratelimit-reset", reset)];
        let headers = headers.map(|(name, value)| (name, value.to_string()));
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        governor.learn(resource, 1, &with_headers(200, &json!({}), &headers));
    }

    #[test]
    fn what_is_planned_takes_as_many_windows_as_its_budget_needs() {
        let governor = governor(&[]);
        budget(&governor, "core", 1_000, HOUR / 2);
        assert_eq!(least(&governor, &[("core", 1_000, 1_000)]), MINUTE, "the hour has them; a minute holds 900");
        let minutes = |us: Micros| (us + 2 * SECOND) / MINUTE;
        assert_eq!(minutes(least(&governor, &[("core", 1_001, 1_001)])), 30, "one waits for the next hour");
        assert_eq!(
            minutes(least(&governor, &[("core", 6_000, 6_000)])),
            30 + 5,
            "which has 5,000, in more than five minutes"
        );
        assert_eq!(minutes(least(&governor, &[("core", 6_001, 6_001)])), 90, "and then the one after it");
        // Five points a request: the budget counts points, the minute requests.
        assert_eq!(minutes(least(&governor, &[("core", 220, 1_100)])), 30);
        budget(&governor, "graphql", 5_000, HOUR);
        let both = least(&governor, &[("core", 1_001, 1_001), ("graphql", 6_000, 5_001)]);
        assert_eq!(minutes(both), 60, "side by side, the longer one");
    }

    #[test]
    fn what_is_planned_takes_as_long_as_answers_took() {
        let governor = governor(&[("", 80 * SECOND), ("graphql", 50 * SECOND)]);
        governor.state.borrow_mut().quickest.extend([(("core", 1), SECOND / 5), (("graphql", 1), SECOND / 2)]);
        assert_eq!(least(&governor, &[]), 0);
        assert_eq!(least(&governor, &[("graphql", 1_000, 1_000)]), 10 * MINUTE, "500 s of which a minute holds 50");
        // 500 s and 400 s, of which a minute holds 80.
        assert_eq!(least(&governor, &[("graphql", 1_000, 1_000), ("core", 2_000, 2_000)]), 900 * MINUTE / 80);
    }

    #[test]
    fn several_that_wait_for_one_limit_wait_once() {
        let governor = governor(&[]);
        governor.waits();
        governor.waits();
        governor.state.borrow_mut().waiting.1 -= 5 * SECOND;
        governor.goes_on();
        assert_eq!(governor.waited_us(), 0, "one still waits");
        governor.goes_on();
        assert_eq!(governor.waited_us(), 5 * SECOND);
    }
}
