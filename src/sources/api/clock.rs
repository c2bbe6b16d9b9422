//! The clock that pulls wait by. It stands outside, so that tests can let hours pass in seconds.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use crate::log::Micros;

/// Tells the time and waits.
pub trait Clock {
    /// Now, in microseconds since the epoch, UTC.
    fn now_us(&self) -> Micros;

    /// Waits for a number of microseconds.
    fn sleep(&self, us: Micros) -> Pin<Box<dyn Future<Output = ()> + '_>>;
}

/// The machine's clock, optionally running faster than it does.
#[derive(Clone, Copy, Debug)]
pub struct WallClock {
    started: std::time::Instant,
    started_us: Micros,
    times: u32,
}

impl WallClock {
    /// A clock that says `started_us` now.
    pub fn new(started_us: Micros) -> Self {
        Self::faster(started_us, 1)
    }

    /// A clock that runs so many times faster.
    pub fn faster(started_us: Micros, times: u32) -> Self {
        Self { started: std::time::Instant::now(), started_us, times: times.max(1) }
    }
}

impl Clock for WallClock {
    fn now_us(&self) -> Micros {
        let passed = i64::try_from(self.started.elapsed().as_micros()).unwrap_or(i64::MAX);
        self.started_us.saturating_add(passed.saturating_mul(i64::from(self.times)))
    }

    fn sleep(&self, us: Micros) -> Pin<Box<dyn Future<Output = ()> + '_>> {
        let us = u64::try_from(us).unwrap_or(0).div_ceil(u64::from(self.times));
        Box::pin(tokio::time::sleep(Duration::from_micros(us)))
    }
}
