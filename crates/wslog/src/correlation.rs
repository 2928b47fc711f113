//! What the sightings of one handshake at several vantage points say together: in which order a request
//! passes them, and where on the way it lost what makes it a handshake.
//!
//! No single pair of times decides: hops of one request start in the same millisecond as a rule. So
//! [`Correlation`] gathers what all handshakes say of each pair of vantage points, which others
//! showed each loss, and which ways requests took; [`Route`](route::Route) is the order that follows of
//! the one, and places the others in it. Where the order is silent, nothing is proven.

pub(crate) mod clocks;
mod extremes;
mod lacking;
pub(crate) mod located;
mod order;
pub(crate) mod pair;
pub(crate) mod request;
pub(crate) mod reuse;
pub(crate) mod route;
pub(crate) mod seen;
pub(crate) mod taken;

use std::collections::hash_map::Entry;
use std::hash::Hash;

use wslog_parse::Protocol;

use crate::directory::{Directory, Seat};
use crate::map::Map;
use crate::sighting::Sighting;
use crate::websocket::mark::Mark;

pub(crate) use self::lacking::Needed;

use self::clocks::Clocks;
use self::lacking::Lacking;
use self::pair::Pair;
use self::request::Request;
use self::reuse::Reuse;
use self::taken::Taken;

/// What was gathered of handshakes that were seen several times. It grows with the vantage points, not
/// with the handshakes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Correlation {
    /// By the numbers of two vantage points, the smaller first.
    pairs: Map<(u32, u32), Pair>,
    lacking: Map<Lacking, Tally>,
    taken: Map<Taken, u64>,
    /// Sightings of the requests in `taken`, by vantage point and whether they were HTTP/1.0.
    joined: Map<(u32, bool), u64>,
    /// Sightings at a vantage point that their request had passed before.
    pub(crate) retries: u64,
    pub(crate) reuse: Reuse,
    pub(crate) clocks: Clocks,
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
pub(crate) const MOST_OF_ONE_KEY: usize = 64;

/// Most pairs of vantage points, and most kinds of losses and of ways, that are told apart.
const MOST_KINDS: usize = 1 << 16;

impl Correlation {
    /// Takes into account the sightings of one key, in the order of their positions.
    pub(crate) fn add(&mut self, sightings: &[Sighting], directory: &Directory, mark: Mark) {
        let requests = request::requests(sightings, directory, mark);
        if requests.is_some() {
            self.clocks.add(sightings, directory);
        }
        self.reuse.add(sightings, requests.as_deref());
        for request in requests.unwrap_or_default() {
            if let [_, _, ..] = request.seen() {
                self.add_request(&request, directory);
            }
        }
    }

    fn add_request(&mut self, request: &Request, directory: &Directory) {
        let seen = request.seen();
        let is_told = request.is_told_by_its_key();
        for (number, one) in seen.iter().enumerate().filter(|_| is_told) {
            for other in seen.iter().skip(number + 1) {
                let is_once = request.is_once_at(one.vantage) && request.is_once_at(other.vantage);
                self.add_pair((one, other), is_once, directory);
            }
        }
        for needed in Needed::ALL {
            for (lacking, tally) in request.lacking(needed) {
                if lacking.is_seen_elsewhere()
                    && let Some(sum) = entry(&mut self.lacking, lacking)
                {
                    sum.add(tally);
                }
            }
        }
        self.retries += request.retries();
        if let Some(count) = entry(&mut self.taken, request.taken()) {
            *count += 1;
            for one in seen {
                *self
                    .joined
                    .entry((one.vantage, one.protocol == Protocol::HTTP_10))
                    .or_default() += 1;
            }
        }
    }

    fn add_pair(
        &mut self,
        (one, other): (&seen::Seen, &seen::Seen),
        is_once: bool,
        directory: &Directory,
    ) {
        let is_one = one.is_under_way_with(other) || one.relays(other) || other.relays(one);
        if one.vantage == other.vantage || !is_one {
            return;
        }
        let (one, other) = if one.vantage < other.vantage { (one, other) } else { (other, one) };
        if let Some(pair) = entry(&mut self.pairs, (one.vantage, other.vantage)) {
            pair.add_links(one, other, directory);
            // Of one that was tried again it is not known which try the other saw.
            if is_once {
                pair.add_times(one, other);
            }
        }
    }

    /// Adds what was gathered of other keys in the same directory.
    pub(crate) fn absorb(&mut self, other: Correlation) {
        for (ends, pair) in other.pairs {
            self.pairs.entry(ends).or_default().absorb(pair);
        }
        for (lacking, tally) in other.lacking {
            self.lacking.entry(lacking).or_default().add(tally);
        }
        for (taken, count) in other.taken {
            *self.taken.entry(taken).or_default() += count;
        }
        for (place, count) in other.joined {
            *self.joined.entry(place).or_default() += count;
        }
        self.retries += other.retries;
        self.reuse.absorb(other.reuse);
        self.clocks.absorb(other.clocks);
    }
}

/// What is kept under a key; `None` if it is a new one, and there is no room for it.
fn entry<K: Hash + Eq, V: Default>(map: &mut Map<K, V>, key: K) -> Option<&mut V> {
    let is_full = map.len() >= MOST_KINDS;
    match map.entry(key) {
        Entry::Vacant(_) if is_full => None,
        entry => Some(entry.or_default()),
    }
}

/// Whether a vantage point is on the client's side of all others.
pub(crate) fn is_client(seat: Seat) -> bool {
    matches!(seat, Seat::Browser | Seat::Pasted)
}
