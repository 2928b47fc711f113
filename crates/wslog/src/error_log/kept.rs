//! The events that may be about a sighting.

use wslog_parse::error_log::{ErrorEntry, LocalSecond};
use wslog_parse::{Protocol, Request};

use crate::asked::{Asked, Target};
use crate::error_log::ErrorPlace;
use crate::error_log::expectation::Expectation;
use crate::error_log::what::What;
use crate::error_log::wording::meaning;
use crate::fingerprint::fingerprint;
use crate::period::Away;
use crate::sighting::Position;

/// Most events that are kept. It takes a day of 45 failures a minute to have more.
pub(crate) const MOST_EVENTS: usize = 65_536;

/// What an error log says of one request of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct EventSeen {
    /// How far from the period asked for; only what is in it is told.
    pub(crate) away: Away,
    pub(crate) second: LocalSecond,
    pub(crate) client: AddressHash,
    /// What was asked for, and all of its target.
    pub(crate) asked: Asked,
    pub(crate) target: Target,
    pub(crate) protocol: Protocol,
    /// The server that was asked.
    pub(crate) upstream: Option<AddressHash>,
    pub(crate) what: What,
    /// What its nginx is called, if its log was given a name.
    pub(crate) nginx: Option<AddressHash>,
    /// The worker, and the number of the client's connection there.
    pub(crate) connection: (u64, Option<u64>),
    pub(crate) position: Position,
    pub(crate) lines_before: u32,
    /// Whether it may be about another request than the sightings it fits, or no event at all.
    pub(crate) is_in_doubt: bool,
}

/// Whose log an event is from: that of a named nginx, or a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Log {
    Of(AddressHash),
    Source(u16),
}

/// An address or a name as it stands in logs, as a hash: texts that may be let go again are not numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct AddressHash(u64);

impl AddressHash {
    pub(crate) fn of(address: &[u8]) -> AddressHash {
        AddressHash(fingerprint(&[address]))
    }

    /// The one with this hash.
    pub(crate) fn from_hash(hash: u64) -> AddressHash {
        AddressHash(hash)
    }

    pub(crate) fn hash(self) -> u64 {
        self.0
    }
}

impl EventSeen {
    /// What a line says of a request, if a sighting may show how that ended. What is about a
    /// subrequest, such as one to a server that authorizes, says nothing of that. A handshake is a GET
    /// (RFC 6455, section 4.1).
    pub(super) fn of(entry: &ErrorEntry<'_>, place: ErrorPlace<'_>) -> Option<EventSeen> {
        Expectation::of_line(entry)?;
        let context = entry.context.filter(|context| context.subrequest.is_none())?;
        let request = Request::parse(context.request?);
        if request.method() != b"GET" || request.request_uri().is_empty() {
            return None;
        }
        let target = Target::of(request.request_uri());
        Some(EventSeen {
            away: place.away,
            second: entry.logged_at,
            client: AddressHash::of(context.client),
            asked: Asked::new(target, Some(context.server)),
            target,
            protocol: request.protocol().unwrap_or(Protocol::UNKNOWN),
            upstream: context.upstream.and_then(server_of).map(AddressHash::of),
            connection: (entry.pid, entry.connection),
            nginx: place.nginx.map(|name| AddressHash::of(name.as_bytes())),
            position: place.position,
            lines_before: place.lines_before,
            // What is cut may be about any target that begins so.
            is_in_doubt: entry.is_cut,
            what: What::of(entry),
        })
    }
}

impl EventSeen {
    /// All that it says, wherever it stands.
    fn told(&self) -> impl PartialEq + use<> {
        let EventSeen {
            second, client, asked, protocol, upstream, what, nginx, connection, ..
        } = *self;
        (second, client, asked, protocol, (upstream, what, nginx, connection))
    }

    /// Whether a sighting may be told to have it: else it only counts beside those that are.
    pub(super) fn is_told(&self) -> bool {
        self.away == Away::INSIDE && Expectation::of(self.what).is_some()
    }

    pub(super) fn log(&self) -> Log {
        self.nginx.map_or(Log::Source(self.position.source), Log::Of)
    }

    /// What it means, as the start of a sentence.
    pub(crate) fn meaning(&self) -> &'static str {
        meaning(self.what)
    }
}

/// The server in `http://192.0.2.9:80/ws` or `http://unix:/run/app.sock:/ws`, as `$upstream_addr` has it.
fn server_of(upstream: &[u8]) -> Option<&[u8]> {
    let scheme = memchr::memmem::find(upstream, b"://")?;
    let rest = upstream.get(scheme + "://".len()..)?;
    let socket = rest.strip_prefix(b"unix:");
    let end = match socket {
        Some(socket) => "unix:".len() + memchr::memchr(b':', socket).unwrap_or(socket.len()),
        None => memchr::memchr(b'/', rest).unwrap_or(rest.len()),
    };
    rest.get(..end)
}

/// The first events of the period asked for, then those nearest to it: which ones does not depend on the
/// order they come in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept {
    /// Up to twice as many, so that those too many are told seldom.
    pub(crate) events: Vec<EventSeen>,
    pub(crate) lost: Lost,
}

/// Events that are not kept.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Lost {
    /// Those of them that a sighting may have been told to have.
    pub(crate) count: u64,
    /// The last that was before those that are kept.
    pub(crate) before: Option<LocalSecond>,
    /// The first that was after them.
    pub(crate) after: Option<LocalSecond>,
}

impl Lost {
    /// The seconds between those of which any event is not kept.
    pub(super) fn whole(self) -> (i64, i64) {
        let from = self.before.map_or(i64::MIN, |last| last.0.saturating_add(1));
        let until = self.after.map_or(i64::MAX, |first| first.0.saturating_sub(1));
        (from, until)
    }

    fn of(events: &[EventSeen]) -> Lost {
        let seconds = |is_before| {
            events.iter().filter(move |it| it.away.is_before == is_before).map(|it| it.second)
        };
        Lost {
            count: events.iter().filter(|event| event.is_told()).count() as u64,
            before: seconds(true).max(),
            after: seconds(false).min(),
        }
    }

    fn and(self, other: Lost) -> Lost {
        Lost {
            count: self.count + other.count,
            before: self.before.max(other.before),
            after: self.after.into_iter().chain(other.after).min(),
        }
    }
}

impl Kept {
    pub(super) fn add(&mut self, event: EventSeen) {
        self.events.push(event);
        if self.events.len() >= 2 * MOST_EVENTS {
            self.let_go();
        }
    }

    pub(super) fn absorb(&mut self, other: Kept) {
        self.lost = self.lost.and(other.lost);
        self.events.extend(other.events);
        self.let_go();
    }

    /// The same with no more than are kept in the end, in an order of their own.
    #[must_use]
    pub(crate) fn settled(&self) -> Kept {
        let mut kept = self.clone();
        kept.let_go();
        kept.events.sort_unstable();
        kept
    }

    fn let_go(&mut self) {
        if self.events.len() > MOST_EVENTS {
            self.events.select_nth_unstable(MOST_EVENTS);
            let lost = Lost::of(self.events.get(MOST_EVENTS..).unwrap_or_default());
            self.lost = self.lost.and(lost);
            self.events.truncate(MOST_EVENTS);
        }
    }

    /// Those that are kept, the first first, and what is not. What stands in several logs, as by two
    /// `error_log` or where one was copied, is one, and in doubt if any of them is.
    pub(super) fn sorted(
        &self,
        is_in_doubt: impl Fn(&EventSeen) -> bool,
    ) -> (Vec<EventSeen>, Lost) {
        let mut kept = self.clone();
        kept.let_go();
        for event in &mut kept.events {
            event.is_in_doubt |= is_in_doubt(event);
        }
        kept.events.sort_unstable_by_key(|event| (event.second, *event));
        let same = kept.events.chunk_by(|one, next| one.told() == next.told());
        let one = |same: &[EventSeen]| {
            let is_in_doubt = same.iter().any(|event| event.is_in_doubt);
            let each = of_one_log(same).iter();
            each.map(move |event| EventSeen { is_in_doubt, ..*event }).collect::<Vec<_>>()
        };
        (same.flat_map(one).collect(), kept.lost)
    }
}

/// Of events that say the same, in the order of their places, those of the log that has most.
fn of_one_log(events: &[EventSeen]) -> &[EventSeen] {
    let by_log = events.chunk_by(|one, next| one.position.source == next.position.source);
    let most = by_log.reduce(|most, next| if next.len() > most.len() { next } else { most });
    most.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_a_server_is_what_upstream_addr_logs() {
        let told = |upstream: &'static str| server_of(upstream.as_bytes());
        assert_eq!(told("http://192.0.2.9:80/ws"), Some(&b"192.0.2.9:80"[..]));
        assert_eq!(told("https://[2001:db8::9]:443/"), Some(&b"[2001:db8::9]:443"[..]));
        assert_eq!(told("http://backend/ws?a=b://c"), Some(&b"backend"[..]));
        assert_eq!(told("http://unix:/run/app.sock:/ws"), Some(&b"unix:/run/app.sock"[..]));
        assert_eq!(told("http://"), Some(&b""[..]));
        assert_eq!(told("nothing"), None);
    }
}
