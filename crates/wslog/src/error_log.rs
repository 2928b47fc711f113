//! What nginx's error logs say, beside what access logs say: a second witness.
//!
//! An access log shows how a request ended, an error log why. Every line is counted; those about a
//! client's request are kept, so that [`Joined`] can find the sighting that each is about.

mod attempts;
mod doubts;
mod expectation;
mod group;
mod joined;
mod kept;
mod parts;
mod rivals;
mod summary;
mod under_way;
mod what;
mod whose;
mod wording;

use std::collections::BTreeMap;

use wslog_parse::error_log::ErrorEntry;

pub(crate) use self::doubts::Doubts;
use self::doubts::is_torn;
pub(crate) use self::joined::Joined;
pub(crate) use self::kept::{AddressHash, EventSeen, Kept, Lost, MOST_EVENTS};
pub(crate) use self::rivals::{FILTER_BITS, Rival, Rivals};
pub use self::summary::{ErrorEventRow, ErrorLogSummary};
pub(crate) use self::what::What;
pub(crate) use self::whose::whose;
use crate::period::Away;
use crate::sighting::Position;

/// Where a line of an error log stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ErrorPlace<'a> {
    pub(crate) position: Position,
    pub(crate) lines_before: u32,
    /// How far from the period asked for.
    pub(crate) away: Away,
    /// What its nginx is called, if the log was given a name.
    pub(crate) nginx: Option<&'a str>,
}

/// What was read of error logs. Merging is associative and commutative.
#[derive(Clone, Debug, Default)]
pub(crate) struct ErrorLog {
    pub(crate) counts: BTreeMap<What, u64>,
    pub(crate) kept: Kept,
    pub(crate) rivals: Rivals,
    pub(crate) doubts: Doubts,
}

impl ErrorLog {
    /// Counts a line of the period, and keeps what a line of any time says of a client's request, or that it
    /// is the beginning or the end of a message that a client may have written lines into.
    pub(crate) fn record(&mut self, entry: &ErrorEntry<'_>, place: ErrorPlace<'_>) {
        if place.away == Away::INSIDE {
            *self.counts.entry(What::of(entry)).or_default() += 1;
        }
        if let Some(event) = EventSeen::of(entry, place) {
            self.kept.add(event);
        }
        if is_torn(entry) {
            self.doubts.add(place.position);
        }
    }

    /// Takes into account a line that is none.
    pub(crate) fn record_refused(&mut self, position: Position) {
        self.doubts.add(position);
    }

    /// Takes into account a request of an access log that an event may be about, and that it is not
    /// joined to.
    pub(crate) fn record_rival(&mut self, rival: &Rival) {
        self.rivals.add(rival);
    }

    /// The same of a line of an access log that could not be read.
    pub(crate) fn record_unreadable(&mut self, line: &[u8]) {
        self.rivals.add_unreadable(line);
    }

    /// Adds what was read elsewhere.
    pub(crate) fn absorb(&mut self, other: ErrorLog) {
        for (what, count) in other.counts {
            *self.counts.entry(what).or_default() += count;
        }
        self.kept.absorb(other.kept);
        self.rivals.absorb(other.rivals);
        self.doubts.absorb(other.doubts);
    }
}
