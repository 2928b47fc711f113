//! Keys that several requests used, though a nonce is used once (RFC 6455 §4.1).

use crate::correlation::request::Request;
use crate::correlation::seen::Seen;
use crate::few::Few;
use crate::map::Map;
use crate::sighting::{Position, Sighting};

/// How many such keys there are, and the first of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reuse {
    pub(crate) keys: u64,
    /// By the position of its first sighting: that, and one of a later request.
    examples: Few<Position, [Sighting; 2]>,
}

/// How long after the answer to one request another has to start, in ms, to be another where one clock
/// tells both.
const APART: i64 = 1_000;

/// The same where no answer ended the first: so late may somebody on the way try again.
const FAR_APART: i64 = 300_000;

impl Reuse {
    /// Takes into account the sightings of one key; `requests` are those they show, unless they are
    /// more than a key has.
    pub(super) fn add(&mut self, sightings: &[Sighting], requests: Option<&[Request]>) {
        let again = again(requests).and_then(|number| sightings.get(number));
        let (Some(first), Some(again)) = (sightings.first(), again) else { return };
        self.keys += 1;
        self.examples.offer(first.position(), || [*first, *again]);
    }

    pub(super) fn absorb(&mut self, other: Reuse) {
        self.keys += other.keys;
        self.examples.absorb(other.examples);
    }

    /// The first sightings of the first keys, each with one of a later request.
    pub(crate) fn examples(&self) -> impl Iterator<Item = &Sighting> {
        self.examples.iter().flatten()
    }
}

/// A sighting of a request that is certainly not the first: its number.
pub(crate) fn again(requests: Option<&[Request]>) -> Option<usize> {
    // More sightings than a key has.
    let Some(requests) = requests else { return Some(1) };
    // When each vantage point had given an answer that is no reason to try again, and when all was over
    // there. Clocks of two may differ by hours; but what many send is of several anyway.
    let mut answered: Map<u32, i64> = Map::default();
    let mut over: Map<u32, i64> = Map::default();
    let clock = |seen: &Seen| if seen.is_sample { 0 } else { seen.vantage };
    for request in requests {
        for seen in request.seen() {
            let Some((start, _)) = seen.span.filter(|_| seen.has_start) else { continue };
            let is_behind = |end: Option<&i64>, gap| end.is_some_and(|end| start - end > gap);
            if is_behind(answered.get(&seen.vantage), APART)
                || is_behind(over.get(&clock(seen)), FAR_APART)
            {
                return Some(seen.number);
            }
        }
        for seen in request.seen() {
            let Some((_, end)) = seen.span else { continue };
            let latest = over.entry(clock(seen)).or_insert(end);
            *latest = (*latest).max(end);
            if !seen.may_be_tried_again() {
                let first = answered.entry(seen.vantage).or_insert(end);
                *first = (*first).min(end);
            }
        }
    }
    None
}
