//! What all handshakes say of the order of two vantage points.

use crate::correlation::seen::{ROUNDING, Seen, TOUCHING};
use crate::directory::{Directory, Seat, Vantage};

/// How many handshakes must say so.
const ENOUGH: u64 = 3;

/// What is said of two vantage points, the first and the second; it does not matter which is which.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    /// Which is said to be before the other: the first, the second.
    said: [Said; 2],
    /// The least and the greatest that the second started behind the first, in ms.
    least: i64,
    greatest: i64,
}

/// What speaks for one of two to be before the other.
#[derive(Clone, Copy, Debug, Default)]
struct Said {
    /// It sends requests to the name of the other, which is an address as a rule.
    links: u64,
    /// It sends requests to the address of the other.
    addressed: u64,
    /// It started sooner.
    ahead: u64,
    /// It started sooner, and what an answer ended there ended sooner as well: clocks that differ, for
    /// an answer passes the other first.
    shifted: u64,
}

/// Which of two is before the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Before {
    First,
    Second,
    Unknown,
}

impl Default for Pair {
    fn default() -> Pair {
        Pair { said: [Said::default(); 2], least: i64::MAX, greatest: i64::MIN }
    }
}

impl Pair {
    pub(super) fn add(&mut self, first: &Seen, second: &Seen, directory: &Directory) {
        let [of_first, of_second] = &mut self.said;
        of_first.add_links(first, second, directory);
        of_second.add_links(second, first, directory);
        let (Some(one), Some(other)) = (first.span, second.span) else { return };
        // One that follows the other, as a retry does at the next server, says nothing.
        let together = one.1.min(other.1) - one.0.max(other.0);
        if !(first.is_exact && second.is_exact) || together <= TOUCHING {
            return;
        }
        let behind = other.0 - one.0;
        self.least = self.least.min(behind);
        self.greatest = self.greatest.max(behind);
        let (sooner, later) = match behind {
            1.. => (of_first, other.1 - one.1),
            ..=-1 => (of_second, one.1 - other.1),
            0 => return,
        };
        sooner.ahead += 1;
        let is_answered = first.is_answered && second.is_answered;
        let is_far = behind.abs() > ROUNDING && later > ROUNDING;
        sooner.shifted += u64::from(is_far && (is_answered || later >= behind.abs() / 2));
    }

    pub(super) fn absorb(&mut self, other: Pair) {
        for (mine, theirs) in self.said.iter_mut().zip(other.said) {
            mine.links += theirs.links;
            mine.addressed += theirs.addressed;
            mine.ahead += theirs.ahead;
            mine.shifted += theirs.shifted;
        }
        self.least = self.least.min(other.least);
        self.greatest = self.greatest.max(other.greatest);
    }

    /// The same, where a name does not tell which of several it is.
    pub(super) fn without_names(mut self) -> Pair {
        self.said.iter_mut().for_each(|said| said.links = 0);
        self
    }

    /// The same of the second and the first.
    pub(super) fn turned(self) -> Pair {
        let [first, second] = self.said;
        let (least, greatest) = match self.least > self.greatest {
            true => (self.least, self.greatest),
            false => (-self.greatest, -self.least),
        };
        Pair { said: [second, first], least, greatest }
    }

    /// Addresses speak first, if they do not contradict each other; then the times, if they never do.
    pub(super) fn before(&self) -> Before {
        let [first, second] = &self.said;
        match (first.links + first.addressed, second.links + second.addressed) {
            (1.., 0) => return Before::First,
            (0, 1..) => return Before::Second,
            (1.., 1..) => return Before::Unknown,
            (0, 0) => {}
        }
        if first.is_enough() && self.least >= -ROUNDING {
            Before::First
        } else if second.is_enough() && self.greatest <= ROUNDING {
            Before::Second
        } else {
            Before::Unknown
        }
    }
}

impl Said {
    /// Counts what the addresses of two sightings say of the first having sent the request to the
    /// second.
    fn add_links(&mut self, from: &Seen, to: &Seen, directory: &Directory) {
        let vantage = |seen: &Seen| directory.vantages.get(seen.vantage);
        let (Some(sender), Some(receiver)) = (vantage(from), vantage(to)) else { return };
        let way = directory.way_of(from.way);
        let upstream = host(directory.names.text(way.upstream));
        // On the wire it is also seen who connects, and that cannot be forged by a header.
        let node = directory.way_of(to.way).node;
        let client = directory.names.text(node);
        let is_captured = matches!(receiver.seat, Seat::Wire { .. });
        let [(sender_name, sender_address), (name, address)] =
            [sender, receiver].map(|it| addresses(it, directory));
        let sends_to = |text: Option<&[u8]>| text == Some(upstream);
        let comes_from = |text: Option<&[u8]>| is_captured && text == Some(client);
        self.links += u64::from(sends_to(name) || comes_from(sender_name));
        self.addressed += u64::from(sends_to(address) || comes_from(sender_address));
    }

    fn is_enough(&self) -> bool {
        self.ahead >= ENOUGH && self.shifted * 2 <= self.ahead
    }
}

/// What an nginx is called, and its address where that is another.
fn addresses(vantage: Vantage, directory: &Directory) -> (Option<&[u8]>, Option<&[u8]>) {
    let text = |id| directory.names.text(id);
    match vantage.seat {
        Seat::Nginx { address } => (vantage.name.map(text), address.map(text)),
        _ => (None, None),
    }
}

/// An address without its port.
fn host(address: &[u8]) -> &[u8] {
    let host = match memchr::memrchr(b':', address) {
        Some(colon) => address.get(..colon).unwrap_or_default(),
        None => address,
    };
    host.strip_prefix(b"[").and_then(|host| host.strip_suffix(b"]")).unwrap_or(host)
}
