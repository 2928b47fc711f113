//! What all handshakes say of the order of two vantage points.

use std::cmp::Ordering;

use crate::correlation::extremes::Extremes;
use crate::correlation::seen::{ROUNDING, Seen, TOUCHING};
use crate::directory::{Directory, Seat, Vantage, servers};

/// What is said of two vantage points, the first and the second; it does not matter which is which.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pair {
    /// Which is said to be before the other: the first, the second.
    said: [Said; 2],
    /// How far the second started behind the first, of requests that both logged with the same answer.
    starts: Extremes,
    /// How far the second ended behind the first, of the same: an answer passed the one behind sooner.
    ends: Extremes,
}

/// What speaks for one of two to be before the other.
#[derive(Clone, Copy, Debug, Default)]
struct Said {
    /// It sends requests to the name of the other, which is an address as a rule.
    by_receiver: u64,
    /// The other gets requests from its name.
    by_sender: u64,
    /// The same of their addresses.
    by_address: u64,
    /// The other one's client has its address. It may be a header's, which proves nothing, but it speaks
    /// against the other way round.
    by_client: u64,
    /// It started sooner, by more than rounding does, and ended no sooner.
    around: u64,
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
        let (Some(one), Some(other)) = (first.span, second.span) else { return };
        // One that follows the other, as a retry does at the next server, says nothing.
        let together = one.1.min(other.1) - one.0.max(other.0);
        let is_exact = first.is_exact && second.is_exact;
        if !is_exact || together <= TOUCHING || first.is_copy_of(second) {
            return;
        }
        let (start, end) = (other.0 - one.0, other.1 - one.1);
        if first.is_answered && first.status == second.status {
            self.starts.add(start);
            self.ends.add(end);
        }
        let [of_first, of_second] = &mut self.said;
        of_first.around += u64::from(start > ROUNDING && end <= 0);
        of_second.around += u64::from(-start > ROUNDING && end >= 0);
    }

    pub(super) fn absorb(&mut self, other: Pair) {
        for (mine, theirs) in self.said.iter_mut().zip(other.said) {
            mine.by_receiver += theirs.by_receiver;
            mine.by_sender += theirs.by_sender;
            mine.by_address += theirs.by_address;
            mine.by_client += theirs.by_client;
            mine.around += theirs.around;
        }
        self.starts.absorb(other.starts);
        self.ends.absorb(other.ends);
    }

    /// The same, where the name of the first or of the second does not tell which of several it is.
    pub(super) fn without_names(mut self, is_split: [bool; 2]) -> Pair {
        let [first, second] = &mut self.said;
        if is_split[0] {
            (first.by_sender, second.by_receiver) = (0, 0);
        }
        if is_split[1] {
            (second.by_sender, first.by_receiver) = (0, 0);
        }
        self
    }

    /// The same of the second and the first.
    pub(super) fn turned(self) -> Pair {
        let [first, second] = self.said;
        Pair { said: [second, first], starts: self.starts.turned(), ends: self.ends.turned() }
    }

    /// Addresses speak first, if neither they nor the times contradict each other; then the times.
    pub(super) fn before(&self) -> Before {
        let [first, second] = &self.said;
        let links = (first.links(), second.links());
        let is_around = first.around.cmp(&second.around);
        let (is_first, is_second) = (self.is_first_before(), self.turned().is_first_before());
        match (links, is_first, is_second) {
            ((1.., 0), _, false) if is_around != Ordering::Less && second.by_client == 0 => {
                Before::First
            }
            ((0, 1..), false, _) if is_around != Ordering::Greater && first.by_client == 0 => {
                Before::Second
            }
            ((0, 0), true, false) => Before::First,
            ((0, 0), false, true) => Before::Second,
            _ => Before::Unknown,
        }
    }

    /// Whether the times leave no doubt that the first is before the second.
    ///
    /// A clock that runs ahead by any time shifts starts and ends alike. Of the one behind, no request
    /// started before, and none that was answered ended after.
    fn is_first_before(&self) -> bool {
        let enough = self.starts.enough().zip(self.ends.enough());
        enough.is_some_and(|((start, _), (_, end))| {
            start > end + 2 * ROUNDING && self.ends.greatest() <= self.starts.least() + 2 * ROUNDING
        })
    }
}

impl Said {
    fn links(self) -> u64 {
        self.by_receiver + self.by_sender + self.by_address
    }

    /// Counts what the addresses of two sightings say of the first having sent the request to the
    /// second.
    fn add_links(&mut self, from: &Seen, to: &Seen, directory: &Directory) {
        let vantage = |seen: &Seen| directory.vantages.get(seen.vantage);
        let (Some(sender), Some(receiver)) = (vantage(from), vantage(to)) else { return };
        let way = directory.way_of(from.way);
        let hosts = || servers(directory.names.text(way.upstream)).map(host);
        // On the wire it is also seen who connects, and that cannot be forged by a header.
        let node = directory.way_of(to.way).node;
        let client = directory.names.text(node);
        let is_captured = matches!(receiver.seat, Seat::Wire { .. });
        let [[sender_name, sender_address], [name, address]] =
            [sender, receiver].map(|it| addresses(it, directory));
        let sends_to =
            |text: Option<&[u8]>| hosts().any(|host| text == Some(host) && !is_own_host(host));
        let comes_from =
            |text: Option<&[u8]>| is_captured && text == Some(client) && !is_own_host(client);
        self.by_receiver += u64::from(sends_to(name));
        self.by_sender += u64::from(comes_from(sender_name));
        self.by_client += u64::from(came_from(to, from, directory));
        self.by_address += u64::from(sends_to(address) || comes_from(sender_address));
    }
}

/// Whether an address means something on the machine that uses it, as one of Docker's default bridge does:
/// of another machine it says nothing.
pub(super) fn is_own_host(address: &[u8]) -> bool {
    matches!(address, b"127.0.0.1" | b"::1" | b"localhost")
        || address.starts_with(b"unix:")
        || address.starts_with(b"172.17.")
}

/// Whether a request came from the address of another vantage point.
pub(crate) fn came_from(seen: &Seen, sender: &Seen, directory: &Directory) -> bool {
    let client = unmapped(directory.names.text(directory.way_of(seen.way).node));
    let sender = directory.vantages.get(sender.vantage).map(|sender| addresses(sender, directory));
    !is_own_host(client) && sender.unwrap_or_default().contains(&Some(client))
}

/// What an nginx is called, and its address where that is another.
pub(super) fn addresses(vantage: Vantage, directory: &Directory) -> [Option<&[u8]>; 2] {
    let text = |id| unmapped(directory.names.text(id));
    match vantage.seat {
        Seat::Nginx { address } => [vantage.name.map(text), address.map(text)],
        _ => [None; 2],
    }
}

/// `192.0.2.1` from `::ffff:192.0.2.1`, as a socket for both families logs it (RFC 4291, section 2.5.5.2).
pub(super) fn unmapped(address: &[u8]) -> &[u8] {
    address.strip_prefix(b"::ffff:").filter(|rest| rest.contains(&b'.')).unwrap_or(address)
}

/// An address without its port.
pub(super) fn host(address: &[u8]) -> &[u8] {
    let host = match memchr::memrchr(b':', address) {
        Some(colon) => address.get(..colon).unwrap_or_default(),
        None => address,
    };
    unmapped(host.strip_prefix(b"[").and_then(|host| host.strip_suffix(b"]")).unwrap_or(host))
}
