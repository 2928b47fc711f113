//! A sighting as others are held against it.

use crate::correlation::Tally;
use crate::directory::{Directory, Seat};
use crate::sighting::Sighting;
use crate::websocket::mark::Mark;

/// Times are told in whole milliseconds, each rounded by itself: so far two that touch may lie apart.
pub(super) const ROUNDING: i64 = 1;

/// Nonces that documentation shows, and that people therefore send by hand: RFC 6455 §1.2, and the one
/// of encyclopedias.
const SAMPLES: [&str; 2] = ["dGhlIHNhbXBsZSBub25jZQ==", "x3JJHMbDL1EzLkh9GBhXDw=="];

/// What counts of a sighting beside others of its key; in the order of time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Seen {
    /// In ms since 1970; none where only the key is known.
    pub(super) span: Option<(i64, i64)>,
    pub(super) vantage: u32,
    pub(super) is_http10: bool,
    /// Whether it is known when it started, not only when it ended.
    pub(super) has_start: bool,
    /// Whether the end came from inside: with an answer, and no tunnel that either side may close.
    pub(super) is_answered: bool,
    pub(super) way: u32,
    pub(super) tally: Tally,
    is_sample: bool,
}

impl Seen {
    /// `None` where nothing is known of its time and its place does not make up for that.
    pub(super) fn of(sighting: &Sighting, directory: &Directory, mark: Mark) -> Option<Seen> {
        let vantage = directory.way_of(sighting.way()).vantage;
        let seat = directory.vantages.get(vantage)?.seat;
        // What people paste is often put together from several moments.
        let span = if seat == Seat::Pasted { None } else { Some(sighting.span()?) };
        let is_failed = sighting.outcome().is_failed();
        Some(Seen {
            span,
            vantage,
            is_http10: sighting.is_downgrade(),
            has_start: span.is_some() && sighting.started_at().is_some(),
            is_answered: !matches!(sighting.status().code(), 0 | 101 | 499),
            way: sighting.way(),
            tally: Tally {
                count: 1,
                failed: u64::from(is_failed),
                near_mark: u64::from(sighting.is_near(mark)),
            },
            is_sample: sighting
                .key()
                .is_some_and(|key| SAMPLES.contains(&key.to_string().as_str())),
        })
    }

    /// Whether both were under way at one time.
    pub(super) fn is_under_way_with(&self, other: &Seen) -> bool {
        match (self.span, other.span) {
            (Some((start, end)), Some((other_start, other_end))) => {
                start <= other_end + ROUNDING && other_start <= end + ROUNDING
            }
            _ => false,
        }
    }
}

/// Gives pasted sightings the time of the one request that the others show. If these show several, or
/// the key is one that many send, it is not known which of them was pasted.
pub(super) fn place_untimed(all: &mut [Seen]) {
    let mut spans = all.iter().filter_map(|seen| seen.span);
    let Some((start, mut latest)) = spans.next() else { return };
    for (start, end) in spans {
        if start > latest + ROUNDING {
            return;
        }
        latest = latest.max(end);
    }
    for seen in all.iter_mut().filter(|seen| seen.span.is_none() && !seen.is_sample) {
        seen.span = Some((start, latest));
    }
}
