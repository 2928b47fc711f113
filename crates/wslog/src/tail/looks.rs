//! When to look for files that were missed.

use std::time::{Duration, Instant};

/// A few looks after each rotation: what was renamed may be written to only then, and what was copied
/// may not be whole yet.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Looks {
    next: Option<Instant>,
    pause: Duration,
}

/// The pause before the first look; every other one is twice as long as the one before.
const FIRST: Duration = Duration::from_secs(1);
/// The longest one.
const LAST: Duration = Duration::from_secs(32);

impl Looks {
    /// Something was rotated.
    pub(crate) fn begin(&mut self) {
        *self = Looks { next: Some(Instant::now() + FIRST), pause: FIRST };
    }

    /// There is to be one more, whatever was planned.
    pub(crate) fn again(&mut self) {
        if self.next.is_none() {
            *self = Looks { next: Some(Instant::now() + LAST), pause: LAST };
        }
    }

    /// Whether there is to be another one.
    pub(crate) fn are_coming(&self) -> bool {
        self.next.is_some()
    }

    /// Whether it is time for a look.
    pub(crate) fn is_due(&mut self) -> bool {
        let now = Instant::now();
        if self.next.is_none_or(|next| now < next) {
            return false;
        }
        self.pause *= 2;
        self.next = (self.pause <= LAST).then(|| now + self.pause);
        true
    }
}
