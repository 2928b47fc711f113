//! What all handshakes say of the order of two vantage points.

use crate::correlation::extremes::Extremes;
use crate::correlation::seen::{ROUNDING, Seen, TOUCHING};
use crate::directory::{Directory, Seat, Vantage};

/// How many handshakes must say so.
const ENOUGH: usize = 3;

/// What is said of two vantage points, the first and the second; it does not matter which is which.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pair {
    /// Which is said to be before the other: the first, the second.
    said: [Said; 2],
    /// How far the second started behind the first.
    starts: Extremes,
    /// How far the second ended behind the first, of requests that both logged with the same answer: it
    /// passed the one behind sooner.
    ends: Extremes,
}

/// What speaks for one of two to be before the other.
#[derive(Clone, Copy, Debug, Default)]
struct Said {
    /// It sends requests to the name of the other, which is an address as a rule.
    links: u64,
    /// It sends requests to the address of the other.
    addressed: u64,
    /// It started sooner, by more than rounding does, and ended no sooner.
    ahead: u64,
    /// It started sooner, and ended sooner as well, as by clocks that differ.
    shifted: u64,
}

/// Which of two is before the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Before {
    First,
    Second,
    Unknown,
}

impl Pair {
    pub(super) fn add_links(&mut self, first: &Seen, second: &Seen, directory: &Directory) {
        let [of_first, of_second] = &mut self.said;
        of_first.add_links(first, second, directory);
        of_second.add_links(second, first, directory);
    }

    /// Adds what the times of one request say.
    pub(super) fn add_times(&mut self, first: &Seen, second: &Seen) {
        let [of_first, of_second] = &mut self.said;
        let (Some(one), Some(other)) = (first.span, second.span) else { return };
        // One that follows the other, as a retry does at the next server, says nothing.
        let together = one.1.min(other.1) - one.0.max(other.0);
        if !(first.is_exact && second.is_exact) || together <= TOUCHING {
            return;
        }
        let (start, end) = (other.0 - one.0, other.1 - one.1);
        self.starts.add(start);
        if first.is_answered && first.status == second.status {
            self.ends.add(end);
        }
        let (sooner, later) = if start > 0 { (of_first, end) } else { (of_second, -end) };
        if start.abs() > ROUNDING {
            let count = if later > 0 { &mut sooner.shifted } else { &mut sooner.ahead };
            *count += 1;
        }
    }

    pub(super) fn absorb(&mut self, other: Pair) {
        for (mine, theirs) in self.said.iter_mut().zip(other.said) {
            mine.links += theirs.links;
            mine.addressed += theirs.addressed;
            mine.ahead += theirs.ahead;
            mine.shifted += theirs.shifted;
        }
        self.starts.absorb(other.starts);
        self.ends.absorb(other.ends);
    }

    /// The same, where a name does not tell which of several it is.
    pub(super) fn without_names(mut self) -> Pair {
        self.said.iter_mut().for_each(|said| said.links = 0);
        self
    }

    /// The same of the second and the first.
    pub(super) fn turned(self) -> Pair {
        let [first, second] = self.said;
        Pair { said: [second, first], starts: self.starts.turned(), ends: self.ends.turned() }
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
        let turned = self.turned();
        match (self.is_first_before(), turned.is_first_before()) {
            (true, false) => Before::First,
            (false, true) => Before::Second,
            _ => Before::Unknown,
        }
    }

    /// Whether the times leave no doubt that the first is before the second.
    fn is_first_before(&self) -> bool {
        match self.ends.enough() {
            Some((_, end)) => self.starts.enough().is_some_and(|(start, _)| {
                // A clock that runs ahead by any time shifts starts and ends alike. Of the one behind, no
                // request started before, and none that was answered ended after.
                start > end + 2 * ROUNDING
                    && self.ends.greatest() <= self.starts.least() + 2 * ROUNDING
            }),
            // Who ended what first is not known, and no clock is then known from the other: they are
            // taken for the same.
            None => {
                let [first, _] = self.said;
                first.ahead >= ENOUGH as u64
                    && first.shifted <= first.ahead
                    && self.starts.least() >= -ROUNDING
            }
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
