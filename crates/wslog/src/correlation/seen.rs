//! A sighting as others are held against it.

use std::net::IpAddr;

use wslog_parse::{Protocol, Status, Upgrade};

use crate::correlation::pair::{addresses, host, is_own_host, unmapped};
use crate::correlation::{Needed, Tally, is_client};
use crate::directory::{Directory, NOWHERE, Seat, servers};
use crate::fingerprint::fingerprint;
use crate::sighting::{Resolution, Sighting};
use crate::websocket::mark::Mark;

/// Times are told in whole milliseconds, each rounded by itself: so far two that touch may lie apart.
pub(super) const ROUNDING: i64 = 1;

/// So far two may overlap of which one follows the other, as a retry does at the next server, in ms.
pub(crate) const TOUCHING: i64 = 2;

/// So far clocks may differ where the lines themselves say that one sent the request to the other, in ms.
const CLOCKS: i64 = 1_000;

/// Nonces that documentation shows, and that people therefore send by hand: RFC 6455 §1.2, and the one
/// of encyclopedias.
const SAMPLES: [&str; 2] = ["dGhlIHNhbXBsZSBub25jZQ==", "x3JJHMbDL1EzLkh9GBhXDw=="];

/// Where a request was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Name(u32),
    Vantage(u32),
}

/// What counts of a sighting beside others of its key.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// In ms since 1970; none where only the key is known.
    pub(super) span: Option<(i64, i64)>,
    pub(crate) vantage: u32,
    pub(super) protocol: Protocol,
    upgrade: Upgrade,
    /// Whether it is known when it started, not only when it ended.
    pub(super) has_start: bool,
    /// Whether it is known to the millisecond.
    pub(super) is_exact: bool,
    pub(super) status: Status,
    /// Whether the end came from inside, and was the last word: an answer that nobody tries again for,
    /// and no tunnel, which either side may close.
    pub(super) is_answered: bool,
    /// Whether its key is one that many send: it tells no request from another.
    pub(super) is_sample: bool,
    pub(crate) way: u32,
    /// Whether its line shows that it was sent on to nobody.
    is_sent_nowhere: bool,
    /// The address it was last sent on to, and what its nginx is called and the address of that,
    /// as hashes.
    sent_to: Option<u64>,
    called: [Option<u64>; 2],
    /// Whether that is an address, not only a name.
    has_address: bool,
    /// The address it came from, as a hash.
    client: Option<u64>,
    /// What its place is called, or the place itself; others of that name may prove to be elsewhere.
    pub(super) place: Place,
    pub(super) tally: Tally,
    /// Whether it is taken for the client's own side.
    is_client: bool,
    /// Whether it was pasted, of no time that is known.
    is_pasted: bool,
    /// Whether its place saw the key once.
    pub(super) is_once: bool,
    /// Its number among the sightings of its key.
    pub(crate) number: usize,
}

impl Seen {
    pub(super) fn of(
        number: usize,
        sighting: &Sighting,
        directory: &Directory,
        mark: Mark,
    ) -> Seen {
        let vantage = directory.way_of(sighting.way()).vantage;
        let place = directory.vantages.get(vantage);
        let seat = place.map(|place| place.seat);
        // What people paste is often put together from several moments.
        let is_pasted = seat == Some(Seat::Pasted);
        let span = if is_pasted { None } else { sighting.span() };
        let upstream = directory.names.text(directory.way_of(sighting.way()).upstream);
        let hash = |text: &[u8]| fingerprint(&[text]);
        let called = place.map_or([None; 2], |it| addresses(it, directory));
        let client = unmapped(directory.names.text(directory.way_of(sighting.way()).node));
        let has_start = span.is_some() && sighting.started_at().is_some();
        let is_failed = sighting.outcome().is_failed();
        Seen {
            span,
            vantage,
            protocol: sighting.protocol(),
            upgrade: sighting.upgrade(),
            has_start,
            is_exact: has_start && sighting.resolution() == Resolution::Millisecond,
            status: sighting.status(),
            is_answered: !may_be_tried_again(sighting.status())
                && sighting.status() != Status::SWITCHING_PROTOCOLS,
            is_sample: is_sample(sighting),
            way: sighting.way(),
            is_sent_nowhere: upstream == NOWHERE,
            sent_to: servers(upstream).last().map(host).filter(|it| !is_own_host(it)).map(hash),
            called: called.map(|it| it.map(hash)),
            has_address: called.into_iter().flatten().any(is_address),
            client: is_address(client).then(|| hash(client)).filter(|_| !is_own_host(client)),
            place: match place.and_then(|place| place.name) {
                Some(name) => Place::Name(name),
                None => Place::Vantage(vantage),
            },
            tally: Tally {
                count: 1,
                failed: u64::from(is_failed),
                near_mark: u64::from(sighting.is_near(mark)),
            },
            is_client: seat.is_some_and(is_client),
            is_pasted,
            is_once: false,
            number,
        }
    }

    /// Whether it had what is needed; `None` where that is not shown.
    pub(super) fn has(&self, needed: Needed) -> Option<bool> {
        match needed {
            Needed::Protocol => match self.protocol {
                Protocol::UNKNOWN | Protocol::HTTP_09 => None,
                protocol => Some(protocol != Protocol::HTTP_10),
            },
            Needed::Upgrade => match self.upgrade {
                Upgrade::NotLogged => None,
                Upgrade::WebSocket => Some(true),
                Upgrade::Absent | Upgrade::Other => Some(false),
            },
        }
    }

    /// Whether a proxy in front may have sent the request again.
    pub(super) fn may_be_tried_again(&self) -> bool {
        may_be_tried_again(self.status)
    }

    /// Whether it was seen by the same, and the other one was over then: somebody in front tried again.
    pub(super) fn is_tried_after(&self, other: &Seen) -> bool {
        let is_later = self.span.zip(other.span).is_some_and(|(own, other)| own.0 >= other.0);
        self.place == other.place && is_later && self.is_apart_from(other)
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

    /// Whether it may be a place on the way to another one: whoever sends a request on waits for it. Not
    /// where clocks that differ, or a try behind the other, may look so.
    pub(crate) fn may_have_sent(&self, other: &Seen) -> bool {
        let (Some(own), Some(other_span)) = (self.span, other.span) else { return false };
        if self.relays(other) {
            return true;
        }
        if self.is_sample || self.is_sent_nowhere || !self.is_under_way_with(other) {
            return false;
        }
        let took = other_span.1 - other_span.0;
        let tunnel = Status::SWITCHING_PROTOCOLS;
        if self.is_client || self.status == tunnel && other.status == tunnel {
            // Nobody tries beside it, or again behind it; a browser or a capture may not show its end.
            return true;
        }
        let is_told = self.says_it_sent(other) && self.is_once && other.is_once;
        if is_told && self.has_left() && together(own, other_span) > TOUCHING {
            return true;
        }
        if took > TOUCHING {
            // One may have been left by its client, and the other have gone on for a while.
            return 2 * together(own, other_span) >= took;
        }
        // What takes no longer follows in the same moment, if it is another try.
        let is_within = own.0 <= other_span.0 + ROUNDING && other_span.1 <= own.1 + ROUNDING;
        is_within
            && (self.says_it_sent(other) || !self.may_be_tried_again() || other_span.0 < own.1)
    }

    /// Whether it is certain that it sent the request to another one and passed its answer on, though their
    /// clocks may differ: its own line names the other one, each saw the key once, and both logged an answer
    /// that nobody tries again for.
    pub(super) fn relays(&self, other: &Seen) -> bool {
        let starts = self.span.zip(other.span).map(|(own, other)| own.0 - other.0);
        let is_one_answer = self.is_answered && self.status == other.status;
        self.says_it_sent(other)
            && !self.is_sample
            && is_one_answer
            && (self.is_once && other.is_once)
            && starts.is_some_and(|apart| apart.abs() <= CLOCKS)
    }

    /// Whether it ended before there was an answer: the other side may have gone on with it.
    fn has_left(&self) -> bool {
        matches!(self.status.code(), 499 | 504)
    }

    /// Whether its own line says that it sent the request to another one last.
    pub(super) fn says_it_sent(&self, other: &Seen) -> bool {
        self.sent_to.is_some() && other.called.contains(&self.sent_to)
    }

    /// Whether it was seen by the same at the same time and may have had what the other one lacked: then it is
    /// not known which of the two is the one that was seen elsewhere.
    pub(super) fn may_be_instead_of(&self, other: &Seen, needed: Needed) -> bool {
        self.vantage == other.vantage
            && self.number != other.number
            && !self.is_apart_from(other)
            && self.has(needed) != Some(false)
    }

    /// Whether it came from its own machine, though the other one is elsewhere: something lies between.
    pub(super) fn came_from_beside(&self, other: &Seen) -> bool {
        let client = self.client.filter(|_| self.called.contains(&self.client));
        client.is_some() && !other.called.contains(&client)
    }

    /// Whether the same client sent it to both, and one of them sent it elsewhere than to the other: then both
    /// are copies, as a mirror makes them.
    pub(super) fn is_copy_of(&self, other: &Seen) -> bool {
        let is_elsewhere = |one: &Seen, other: &Seen| {
            one.sent_to.is_some() && other.has_address && !one.says_it_sent(other)
        };
        self.client.is_some()
            && self.client == other.client
            && !(self.says_it_sent(other) || other.says_it_sent(self))
            && (is_elsewhere(self, other) || is_elsewhere(other, self))
    }

    /// Whether it was over when another one began, but for what times are rounded by, or the other way
    /// round.
    pub(super) fn is_apart_from(&self, other: &Seen) -> bool {
        let (Some(own), Some(other)) = (self.span, other.span) else { return false };
        together(own, other) <= TOUCHING
    }

    /// What sightings of one key are put in order by, the untimed ones last.
    pub(super) fn time(&self) -> (bool, Option<(i64, i64)>, usize) {
        (self.span.is_none(), self.span, self.number)
    }
}

fn is_address(text: &[u8]) -> bool {
    str::from_utf8(text).is_ok_and(|text| text.parse::<IpAddr>().is_ok())
}

/// How long two were under way together.
fn together(one: (i64, i64), other: (i64, i64)) -> i64 {
    one.1.min(other.1) - one.0.max(other.0)
}

/// Whether a proxy may try again after this: it gave up waiting, or got an answer that proxies can be told
/// to try elsewhere for (`proxy_next_upstream` of nginx, `retry-on` of HAProxy).
pub(super) fn may_be_tried_again(status: Status) -> bool {
    matches!(status.code(), 0 | 401 | 403 | 404 | 408 | 425 | 429 | 499 | 500..)
}

/// Whether the key is one that many send.
pub(super) fn is_sample(sighting: &Sighting) -> bool {
    sighting.key().is_some_and(|key| SAMPLES.contains(&key.to_string().as_str()))
}

/// Gives pasted sightings the time of the one request that the others show, these in the order of
/// time. If they show several, or the key is one that many send, it is not known which of them was
/// pasted.
pub(super) fn place_untimed(all: &mut [Seen]) {
    let mut spans = all.iter().filter_map(|seen| seen.span);
    let Some((start, mut latest)) = spans.next() else { return };
    for (start, end) in spans {
        if start > latest + ROUNDING {
            return;
        }
        latest = latest.max(end);
    }
    for seen in
        all.iter_mut().filter(|seen| seen.span.is_none() && seen.is_pasted && !seen.is_sample)
    {
        seen.span = Some((start, latest));
    }
}
