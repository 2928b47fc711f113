//! What the sightings of one handshake at several vantage points say together: in which order a request
//! passes them, and where on the way it became HTTP/1.0.
//!
//! No single pair of times decides: hops of one request start in the same millisecond as a rule. So
//! [`Correlation`] gathers what all handshakes say of each pair of vantage points, and which others
//! showed each downgrade; [`Order`](order::Order) is what follows of the one, and
//! [`locate`](located::locate) places the other in it. Where the order is silent, nothing is proven.

pub(crate) mod located;
mod order;
mod pair;
mod seen;

use std::collections::hash_map::Entry;

use crate::directory::{Directory, Seat};
use crate::map::Map;
use crate::sighting::Sighting;
use crate::websocket::mark::Mark;

use self::pair::Pair;
use self::seen::Seen;

/// What was gathered of handshakes that were seen several times. It grows with the vantage points, not
/// with the handshakes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Correlation {
    /// By the numbers of two vantage points, the smaller first.
    pairs: Map<(u32, u32), Pair>,
    downgrades: Map<Downgrade, Tally>,
}

/// Downgrades that were seen at one vantage point, and elsewhere at the same vantage points.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Downgrade {
    vantage: u32,
    /// Where else the request was under way then, each with whether it was HTTP/1.0 there; sorted.
    elsewhere: Vec<(u32, bool)>,
}

/// How many there are, and what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tally {
    pub(crate) count: u64,
    pub(crate) failed: u64,
    pub(crate) near_mark: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Tally) {
        self.count += other.count;
        self.failed += other.failed;
        self.near_mark += other.near_mark;
    }
}

/// Most sightings of one key that are held against each other: a way has a few places, and a key that
/// is seen more often is no nonce, and proves nothing.
const MOST_OF_ONE_KEY: usize = 64;

/// Most pairs of vantage points, and most kinds of downgrades, that are told apart.
const MOST_KINDS: usize = 1 << 16;

impl Correlation {
    /// Takes into account the sightings of one key.
    pub(crate) fn add(&mut self, sightings: &[Sighting], directory: &Directory, mark: Mark) {
        if sightings.len() > MOST_OF_ONE_KEY {
            return;
        }
        let mut all: Vec<Seen> =
            sightings.iter().filter_map(|sighting| Seen::of(sighting, directory, mark)).collect();
        all.sort_unstable();
        seen::place_untimed(&mut all);
        for (number, one) in all.iter().enumerate() {
            for other in all.iter().skip(number + 1) {
                self.add_pair(one, other, directory);
            }
            if one.is_http10 {
                self.add_downgrade(one, &all);
            }
        }
    }

    fn add_pair(&mut self, one: &Seen, other: &Seen, directory: &Directory) {
        if one.vantage == other.vantage || !one.is_under_way_with(other) {
            return;
        }
        let (one, other) = if one.vantage < other.vantage { (one, other) } else { (other, one) };
        let is_full = self.pairs.len() >= MOST_KINDS;
        match self.pairs.entry((one.vantage, other.vantage)) {
            Entry::Vacant(_) if is_full => {}
            entry => entry.or_default().add(one, other, directory),
        }
    }

    fn add_downgrade(&mut self, seen: &Seen, all: &[Seen]) {
        let is_elsewhere =
            |other: &&Seen| other.vantage != seen.vantage && other.is_under_way_with(seen);
        let elsewhere = all.iter().filter(is_elsewhere);
        let mut elsewhere: Vec<_> = elsewhere.map(|it| (it.vantage, it.is_http10)).collect();
        elsewhere.sort_unstable();
        elsewhere.dedup();
        if elsewhere.is_empty() {
            return;
        }
        let is_full = self.downgrades.len() >= MOST_KINDS;
        match self.downgrades.entry(Downgrade { vantage: seen.vantage, elsewhere }) {
            Entry::Vacant(_) if is_full => {}
            entry => entry.or_default().add(seen.tally),
        }
    }

    /// Adds what was gathered of other keys in the same directory.
    pub(crate) fn absorb(&mut self, other: Correlation) {
        for (ends, pair) in other.pairs {
            self.pairs.entry(ends).or_default().absorb(pair);
        }
        for (downgrade, tally) in other.downgrades {
            self.downgrades.entry(downgrade).or_default().add(tally);
        }
    }
}

/// Whether a vantage point is on the client's side of all others.
fn is_client(seat: Seat) -> bool {
    matches!(seat, Seat::Browser | Seat::Pasted)
}
