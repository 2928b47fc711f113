//! The time that requests cover.

use wslog_parse::{Millis, Timestamp};

/// The first start, the first end and the last end of requests.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    /// [`NEVER_STARTED`] where there is none; [`NEVER_LOGGED`] the other.
    first_started_at: Timestamp,
    /// The same.
    first_logged_at: Timestamp,
    last_logged_at: Timestamp,
}

const NEVER_STARTED: Timestamp = Timestamp::new(i64::MAX, i16::MAX);
const NEVER_LOGGED: Timestamp = Timestamp::new(i64::MIN, i16::MIN);

impl Default for Extent {
    fn default() -> Extent {
        Extent {
            first_started_at: NEVER_STARTED,
            first_logged_at: NEVER_STARTED,
            last_logged_at: NEVER_LOGGED,
        }
    }
}

impl Extent {
    /// That of these, as far as they are known: the first start, the first end and the last end.
    pub(crate) fn from_ends(
        first_started_at: Option<Timestamp>,
        first_logged_at: Option<Timestamp>,
        last_logged_at: Option<Timestamp>,
    ) -> Extent {
        Extent {
            first_started_at: first_started_at.unwrap_or(NEVER_STARTED),
            first_logged_at: first_logged_at.unwrap_or(NEVER_STARTED),
            last_logged_at: last_logged_at.unwrap_or(NEVER_LOGGED),
        }
    }

    /// All three, as [`Extent::from_ends`] takes them.
    pub(crate) fn ends(&self) -> [Option<Timestamp>; 3] {
        let Extent { first_started_at: _, first_logged_at: _, last_logged_at: _ } = self;
        [self.first_started_at(), self.first_logged_at(), self.last_logged_at()]
    }

    /// Widens it by a request that took so long, if that is known.
    #[inline(always)]
    pub(crate) fn add(&mut self, logged_at: Timestamp, request_time: Option<Millis>) {
        // The offset only decides between equal instants, and few come so far.
        if logged_at.unix_millis() >= self.last_logged_at.unix_millis() {
            self.last_logged_at = self.last_logged_at.max(logged_at);
        }
        if logged_at.unix_millis() <= self.first_logged_at.unix_millis() {
            self.first_logged_at = self.first_logged_at.min(logged_at);
        }
        let Some(request_time) = request_time else { return };
        let started_at = logged_at.before(request_time);
        if started_at.unix_millis() <= self.first_started_at.unix_millis() {
            self.first_started_at = self.first_started_at.min(started_at);
        }
    }

    /// Widens it by another.
    pub(crate) fn absorb(&mut self, other: Extent) {
        self.first_started_at = self.first_started_at.min(other.first_started_at);
        self.first_logged_at = self.first_logged_at.min(other.first_logged_at);
        self.last_logged_at = self.last_logged_at.max(other.last_logged_at);
    }

    /// When the first request started.
    pub(crate) fn first_started_at(&self) -> Option<Timestamp> {
        Some(self.first_started_at).filter(|first| *first != NEVER_STARTED)
    }

    /// When the first request ended.
    pub(crate) fn first_logged_at(&self) -> Option<Timestamp> {
        Some(self.first_logged_at).filter(|first| *first != NEVER_STARTED)
    }

    /// When the last request ended.
    pub(crate) fn last_logged_at(&self) -> Option<Timestamp> {
        Some(self.last_logged_at).filter(|last| *last != NEVER_LOGGED)
    }
}
