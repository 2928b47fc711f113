//! What is kept of a sighting: 64 bytes, and no lifetime.

use wslog_parse::{Millis, Protocol, Status, Timestamp, Upgrade, WebSocketKey};

use crate::asked::{Asked, SERVER_BITS};
use crate::client::{CLIENT_BITS, Client};
use crate::directory::Renumbering;
use crate::path_shape::{PATH_SHAPE_BITS, PathShape};
use crate::websocket::handshake::Rule;
use crate::websocket::mark::Mark;
use crate::websocket::outcome::Outcome;

/// What a line says about its handshake's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeySeen {
    None,
    Malformed,
    Valid(WebSocketKey),
}

/// The same without the key itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum KeyKind {
    None,
    Malformed,
    Valid,
}

impl KeySeen {
    #[inline]
    pub(crate) fn kind(self) -> KeyKind {
        match self {
            KeySeen::None => KeyKind::None,
            KeySeen::Malformed => KeyKind::Malformed,
            KeySeen::Valid(_) => KeyKind::Valid,
        }
    }
}

/// Whether the last upstream server that was asked sent the header of an answer: `$upstream_header_time`
/// tells, where it is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UpstreamHeader {
    NotLogged,
    /// The answer is nginx's own.
    Absent,
    /// It came so long after the request was sent on.
    Came(Millis),
}

/// How finely the time is told that a line was written at: by its format, never by the digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resolution {
    /// nginx cuts off the rest: the line may have been written at any time of that second.
    Second,
    Millisecond,
}

/// Where a line stands: its source (by number) and its first byte in it, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    pub(crate) source: u16,
    pub(crate) byte: u64,
}

/// A sighting as it is gathered from an entry, before it is packed.
pub(crate) struct Observed {
    pub(crate) position: Position,
    /// The lines before it in its stretch.
    pub(crate) lines_before: u32,
    pub(crate) key: KeySeen,
    pub(crate) upgrade: Upgrade,
    pub(crate) rule: Rule,
    pub(crate) protocol: Protocol,
    pub(crate) status: Status,
    pub(crate) logged_at: Option<Timestamp>,
    pub(crate) resolution: Resolution,
    pub(crate) request_time: Option<Millis>,
    pub(crate) upstream_header: UpstreamHeader,
    pub(crate) way: u32,
    pub(crate) asked: Asked,
    pub(crate) client: Client,
    pub(crate) path: PathShape,
}

impl Observed {
    /// At HTTP/1.0, which no conforming client sends (RFC 6455 §4.1).
    #[inline]
    pub(crate) fn is_downgrade(&self) -> bool {
        self.protocol == Protocol::HTTP_10
    }

    /// Failed within the tolerance of the mark.
    #[inline]
    pub(crate) fn is_near(&self, mark: Mark) -> bool {
        self.is_failed() & self.request_time.is_some_and(|time| mark.is_near(time))
    }

    /// Everything but a 101.
    #[inline]
    pub(crate) fn is_failed(&self) -> bool {
        self.status != Status::SWITCHING_PROTOCOLS
    }

    #[inline]
    pub(crate) fn started_at(&self) -> Option<Timestamp> {
        Some(self.logged_at?.before(self.request_time?))
    }

    /// The first byte of its valid key, if it has one.
    #[inline]
    pub(crate) fn first_byte_of_key(&self) -> Option<u8> {
        match self.key {
            KeySeen::Valid(key) => key.to_bytes().first().copied(),
            KeySeen::None | KeySeen::Malformed => None,
        }
    }
}

/// A sighting, packed. A million of them are 64 MB, and memory that is written first takes as long
/// as the rest of what becomes of a sighting: nothing is in it that nobody asks for.
/// A number that is as long as two is at home at every fourth byte, or a quarter of all were padding.
#[derive(Clone, Copy, Debug)]
#[repr(C, packed(4))]
pub(crate) struct Sighting {
    /// Its first digits are the key's first bytes.
    key: u128,
    /// Unix time in ms (45 bits), path (8), protocol (7), resolution (1), key (2), whether the time is known (1).
    logged: i64,
    /// Source (16 bits), path (4), byte (44 bits).
    position: u64,
    /// Request time in ms (38 bits), upstream header (2), `Upgrade` (2), offset from UTC in minutes + 2048
    /// (12), status (10).
    timing: u64,
    way: u32,
    lines_before: u32,
    target: u32,
    /// The rest of the path (8 bits), the server that was asked (24).
    server: u32,
    /// The client (40 bits), and after how many ms an upstream server's header came (24).
    client: u64,
}

const _: () = assert!(size_of::<Sighting>() == 64);
const _: () = assert!(PATH_BITS[0] + PATH_BITS[1] + PATH_BITS[2] == PATH_SHAPE_BITS);

const BYTE_BITS: u32 = 44;
/// Where the path is: so many of its bits beside the time, the byte, and the server.
const PATH_BITS: [u32; 3] = [8, 4, u32::BITS - SERVER_BITS];
const TIME_BITS: u32 = 38;
const HEADER_BITS: u32 = 2;
const HEADER_TIME_BITS: u32 = u64::BITS - CLIENT_BITS;
const UPGRADE_BITS: u32 = 2;
const OFFSET_BITS: u32 = 12;
const FLAG_BITS: u32 = 11;
const LOGGED_FLAG_BITS: u32 = FLAG_BITS + PATH_BITS[0];
const LAST_BYTE: u64 = (1 << BYTE_BITS) - 1;
const TO_THE_SECOND: u16 = 1 << 3;
/// What stands for a key that is none, where the path alone showed a handshake.
const BY_PATH: u16 = 3;
const PROTOCOL_BIT: u32 = 4;
const STATUS_BITS: u32 = 10;
const NO_TIME: u64 = (1 << TIME_BITS) - 1;
const OFFSET_ZERO: i16 = 1 << (OFFSET_BITS - 1);

impl Sighting {
    #[inline]
    pub(crate) fn new(observed: &Observed) -> Sighting {
        let Observed { position, lines_before, protocol, status, way, asked, .. } = *observed;
        let (key, key_flag) = match observed.key {
            KeySeen::None => (0, if observed.rule == Rule::Path { BY_PATH } else { 0 }),
            KeySeen::Malformed => (0, 1),
            KeySeen::Valid(key) => (u128::from_be_bytes(key.to_bytes()), 2),
        };
        let logged_at = observed.logged_at.unwrap_or(Timestamp::new(0, 0));
        let time_flag = u16::from(observed.logged_at.is_some());
        let request_time = observed.request_time.map_or(NO_TIME, |time| time.0.min(NO_TIME - 1));
        let offset = u64::try_from(logged_at.offset_minutes().saturating_add(OFFSET_ZERO));
        let longest = Millis((1 << HEADER_TIME_BITS) - 1);
        let (header, header_time) = match observed.upstream_header {
            UpstreamHeader::NotLogged => (0, Millis(0)),
            UpstreamHeader::Absent => (1, Millis(0)),
            UpstreamHeader::Came(after) => (2, after.min(longest)),
        };
        let timing = [
            (header, HEADER_BITS),
            (observed.upgrade as u64, UPGRADE_BITS),
            (offset.unwrap_or_default(), OFFSET_BITS),
            (u64::from(status.code()), STATUS_BITS),
        ];
        let protocol = u16::try_from(protocol.index()).unwrap_or_default();
        let resolution_flag = match observed.resolution {
            Resolution::Second => TO_THE_SECOND,
            Resolution::Millisecond => 0,
        };
        let flags = protocol << PROTOCOL_BIT | resolution_flag | key_flag << 1 | time_flag;
        let [beside_time, beside_byte, beside_server] = parts_of(observed.path);
        let (target, server) = asked.numbers();
        let logged = logged_at.unix_millis() << PATH_BITS[0] | i64::from(beside_time);
        let source = u64::from(position.source) << PATH_BITS[1] | u64::from(beside_byte);
        Sighting {
            key,
            logged: logged << FLAG_BITS | i64::from(flags),
            position: source << BYTE_BITS | position.byte.min(LAST_BYTE),
            timing: timing.iter().fold(request_time, |word, (value, bits)| word << bits | value),
            way,
            lines_before,
            target,
            server: beside_server << SERVER_BITS | server,
            client: observed.client.number() << HEADER_TIME_BITS | header_time.0,
        }
    }

    /// The same, unless something of it is too great for its bits.
    pub(crate) fn checked(observed: &Observed) -> Option<Sighting> {
        let has_room = |at: Timestamp| {
            let millis = at.unix_millis();
            let is_offset = at.offset_minutes().unsigned_abs() < OFFSET_ZERO.unsigned_abs();
            is_offset && millis << LOGGED_FLAG_BITS >> LOGGED_FLAG_BITS == millis
        };
        let fits = observed.position.byte <= LAST_BYTE
            && observed.request_time.is_none_or(|time| time.0 < NO_TIME)
            && observed.logged_at.is_none_or(has_room);
        fits.then(|| Sighting::new(observed))
    }

    /// What its line says about its key.
    pub(crate) fn key_seen(&self) -> KeySeen {
        match (self.key(), self.flags() >> 1 & 3) {
            (Some(key), _) => KeySeen::Valid(key),
            (None, 1) => KeySeen::Malformed,
            (None, _) => KeySeen::None,
        }
    }

    /// The rule that found it.
    pub(crate) fn rule(&self) -> Rule {
        match self.flags() >> 1 & 3 {
            0 if self.upgrade() == Upgrade::WebSocket => Rule::Upgrade,
            0 => Rule::Status,
            BY_PATH => Rule::Path,
            _ => Rule::Key,
        }
    }

    /// What it was made of; the rule that found it is told by whoever knows.
    pub(crate) fn observed(&self, rule: Rule) -> Observed {
        Observed {
            position: self.position(),
            lines_before: self.lines_before,
            key: self.key_seen(),
            upgrade: self.upgrade(),
            rule,
            protocol: self.protocol(),
            status: self.status(),
            logged_at: self.logged_at(),
            resolution: self.resolution(),
            request_time: self.request_time(),
            upstream_header: self.upstream_header(),
            way: self.way,
            asked: self.asked(),
            client: self.client(),
            path: self.path(),
        }
    }

    /// The valid key, if it has one.
    pub(crate) fn key(&self) -> Option<WebSocketKey> {
        (self.flags() >> 1 & 3 == 2).then(|| WebSocketKey::from_bytes(self.key.to_be_bytes()))
    }

    /// The first eight bytes of its key as a number; 0 without a valid key.
    pub(crate) fn first_bytes_of_key(&self) -> u64 {
        u64::try_from(self.key >> u64::BITS).unwrap_or_default()
    }

    #[inline]
    fn flags(&self) -> u16 {
        u16::try_from(self.logged & ((1 << FLAG_BITS) - 1)).unwrap_or_default()
    }

    pub(crate) fn position(&self) -> Position {
        let byte = self.position & LAST_BYTE;
        let source = u16::try_from(self.position >> (BYTE_BITS + PATH_BITS[1])).unwrap_or_default();
        Position { source, byte }
    }

    /// The lines before its own in the stretch it was read in.
    pub(crate) fn lines_before(&self) -> u32 {
        self.lines_before
    }

    /// What its line says about the request's `Upgrade`.
    pub(crate) fn upgrade(&self) -> Upgrade {
        match self.timing >> (OFFSET_BITS + STATUS_BITS) & ((1 << UPGRADE_BITS) - 1) {
            0 => Upgrade::NotLogged,
            1 => Upgrade::Absent,
            2 => Upgrade::WebSocket,
            _ => Upgrade::Other,
        }
    }

    /// Whether an upstream server sent the header of an answer.
    pub(crate) fn upstream_header(&self) -> UpstreamHeader {
        let bits = self.timing >> (UPGRADE_BITS + OFFSET_BITS + STATUS_BITS);
        match bits & ((1 << HEADER_BITS) - 1) {
            0 => UpstreamHeader::NotLogged,
            1 => UpstreamHeader::Absent,
            _ => UpstreamHeader::Came(Millis(self.client & ((1 << HEADER_TIME_BITS) - 1))),
        }
    }

    pub(crate) fn protocol(&self) -> Protocol {
        Protocol::from_index(usize::from(self.flags() >> PROTOCOL_BIT)).unwrap_or(Protocol::UNKNOWN)
    }

    pub(crate) fn status(&self) -> Status {
        let code = self.timing & ((1 << STATUS_BITS) - 1);
        u16::try_from(code).ok().and_then(Status::from_code).unwrap_or(Status::SWITCHING_PROTOCOLS)
    }

    pub(crate) fn outcome(&self) -> Outcome {
        Outcome::of(self.status())
    }

    pub(crate) fn request_time(&self) -> Option<Millis> {
        let millis = self.timing >> (HEADER_BITS + UPGRADE_BITS + OFFSET_BITS + STATUS_BITS);
        (millis != NO_TIME).then_some(Millis(millis))
    }

    pub(crate) fn logged_at(&self) -> Option<Timestamp> {
        let offset = self.timing >> STATUS_BITS & ((1 << OFFSET_BITS) - 1);
        let offset = i16::try_from(offset).unwrap_or_default() - OFFSET_ZERO;
        let millis = self.logged >> LOGGED_FLAG_BITS;
        (self.flags() & 1 != 0).then(|| Timestamp::new(millis, offset))
    }

    pub(crate) fn started_at(&self) -> Option<Timestamp> {
        Some(self.logged_at()?.before(self.request_time()?))
    }

    /// Whence it came, who logged it and where it went on to: the number of its way.
    pub(crate) fn way(&self) -> u32 {
        self.way
    }

    /// What its request asked for; nothing is known of that where no error log may ask for it.
    pub(crate) fn asked(&self) -> Asked {
        Asked::from_numbers(self.target, self.server & ((1 << SERVER_BITS) - 1)).unwrap_or_default()
    }

    /// The shape of its path.
    pub(crate) fn path(&self) -> PathShape {
        let mask = |bits: u32| (1u64 << bits) - 1;
        let beside_time = (self.logged.cast_unsigned() >> FLAG_BITS) & mask(PATH_BITS[0]);
        let beside_byte = (self.position >> BYTE_BITS) & mask(PATH_BITS[1]);
        let beside_server = u64::from(self.server >> SERVER_BITS);
        let number = (beside_time << PATH_BITS[1] | beside_byte) << PATH_BITS[2] | beside_server;
        u32::try_from(number).ok().and_then(PathShape::from_number).unwrap_or_default()
    }

    /// Who asked.
    pub(crate) fn client(&self) -> Client {
        Client::from_number(self.client >> HEADER_TIME_BITS).unwrap_or_default()
    }

    /// At HTTP/1.0, which no conforming client sends (RFC 6455 §4.1).
    pub(crate) fn is_downgrade(&self) -> bool {
        self.protocol() == Protocol::HTTP_10
    }

    /// Failed within the tolerance of the mark.
    pub(crate) fn is_near(&self, mark: Mark) -> bool {
        self.outcome().is_failed() && self.request_time().is_some_and(|time| mark.is_near(time))
    }

    /// From the request's first byte to its end, in Unix ms; an instant where only the end is known. A
    /// log that shows whole seconds may mean all of the second.
    pub(crate) fn span(&self) -> Option<(i64, i64)> {
        let end = self.logged_at()?.unix_millis();
        let start = self.started_at().map_or(end, Timestamp::unix_millis);
        let latest = match self.resolution() {
            Resolution::Second => end + 999,
            Resolution::Millisecond => end,
        };
        Some((start, latest))
    }

    /// How finely it is told when its line was written.
    pub(crate) fn resolution(&self) -> Resolution {
        match self.flags() & TO_THE_SECOND {
            0 => Resolution::Millisecond,
            _ => Resolution::Second,
        }
    }

    /// The same sighting in a source of this number.
    pub(crate) fn in_source(self, source: u16) -> Sighting {
        let bits = BYTE_BITS + PATH_BITS[1];
        let below = self.position & ((1 << bits) - 1);
        Sighting { position: u64::from(source) << bits | below, ..self }
    }

    /// The same sighting on a way of this number.
    pub(crate) fn on_way(self, way: u32) -> Sighting {
        Sighting { way, ..self }
    }

    /// The same sighting in a directory where ways have other numbers.
    pub(crate) fn renumbered(self, numbers: &Renumbering) -> Sighting {
        Sighting { way: numbers.way(self.way), ..self }
    }
}

/// The bits of a path in the three places they lie in.
#[inline]
fn parts_of(path: PathShape) -> [u32; 3] {
    let number = path.number();
    let lower = PATH_BITS[2];
    let mask = |bits: u32| (1 << bits) - 1;
    [number >> (lower + PATH_BITS[1]), number >> lower & mask(PATH_BITS[1]), number & mask(lower)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asked::Target;

    #[test]
    fn ok_what_goes_in_comes_out() {
        for (status, offset, request_time, resolution) in [
            (0, -1439, None, Resolution::Second),
            (999, 1439, Some(Millis(0)), Resolution::Millisecond),
            (499, 480, Some(Millis(59_999)), Resolution::Second),
        ] {
            let observed = Observed {
                position: Position { source: u16::MAX, byte: LAST_BYTE },
                lines_before: u32::MAX,
                upgrade: Upgrade::Other,
                key: KeySeen::Valid(WebSocketKey::from_bytes([7; 16])),
                rule: Rule::Path,
                protocol: Protocol::HTTP_10,
                status: Status::from_code(status).unwrap(),
                logged_at: Some(Timestamp::new(-1, offset)),
                resolution,
                request_time,
                upstream_header: UpstreamHeader::Came(Millis(12)),
                way: u32::MAX,
                asked: Asked::new(Target::of(b"/ws/"), Some(b"a")),
                client: Client::forwarded(b"192.0.2.1", b"-"),
                path: PathShape::of(b"/ws/"),
            };
            let sighting = Sighting::new(&observed);
            assert_eq!(sighting.position(), observed.position);
            assert_eq!(sighting.key(), Some(WebSocketKey::from_bytes([7; 16])));
            assert_eq!(sighting.lines_before(), u32::MAX);
            assert_eq!(sighting.upgrade(), Upgrade::Other);
            assert_eq!(sighting.rule(), Rule::Key);
            let by_path = Sighting::new(&Observed { key: KeySeen::None, ..observed });
            assert_eq!((by_path.rule(), by_path.key_seen()), (Rule::Path, KeySeen::None));
            assert_eq!(sighting.upstream_header(), observed.upstream_header);
            assert_eq!(sighting.client(), observed.client);
            assert_eq!(sighting.path(), observed.path);
            assert_eq!(sighting.status(), observed.status);
            assert_eq!(sighting.logged_at(), observed.logged_at);
            assert_eq!(sighting.resolution(), resolution);
            assert_eq!(sighting.protocol(), Protocol::HTTP_10);
            assert_eq!(sighting.request_time(), request_time);
            assert_eq!(sighting.way(), u32::MAX);
            assert_eq!(sighting.asked(), observed.asked);
        }
    }
}
