//! One sighting.

use serde::{Deserialize, Serialize};
use wslog_parse::{Millis, Protocol, Status, WebSocketKey};

use crate::asked::Asked;
use crate::client::Client;
use crate::codec::CodecError;
use crate::codec::wire::Tables;
use crate::codec::wire::number::{Timestamp, ensure};
use crate::path_shape::PathShape;
use crate::sighting::{self, KeySeen, Observed, Position, Resolution};
use crate::websocket::handshake::Rule;

/// A sighting; small numbers take few bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sighting {
    pub(super) key: Key,
    pub(super) source: u16,
    pub(super) byte: u64,
    pub(super) lines_before: u32,
    pub(super) upgrade: Upgrade,
    /// Whether its path alone showed a handshake; else its key, its `Upgrade` or its status do.
    pub(super) is_by_path: bool,
    pub(super) logged_at: Option<Timestamp>,
    pub(super) is_to_the_second: bool,
    pub(super) request_time: Option<u64>,
    pub(super) upstream_header: UpstreamHeader,
    pub(super) protocol: u8,
    pub(super) status: u16,
    pub(super) way: u32,
    pub(super) asked: Asked,
    pub(super) client: u64,
    pub(super) path: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Key {
    None,
    Malformed,
    Valid([u8; 16]),
}

/// What a line shows of the request's `Upgrade`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) enum Upgrade {
    NotLogged,
    Absent,
    WebSocket,
    Other,
}

/// Whether an upstream server sent the header of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum UpstreamHeader {
    NotLogged,
    Absent,
    /// After so many ms.
    Came(u32),
}

impl From<sighting::UpstreamHeader> for UpstreamHeader {
    fn from(header: sighting::UpstreamHeader) -> UpstreamHeader {
        match header {
            sighting::UpstreamHeader::NotLogged => UpstreamHeader::NotLogged,
            sighting::UpstreamHeader::Absent => UpstreamHeader::Absent,
            sighting::UpstreamHeader::Came(after) => {
                UpstreamHeader::Came(u32::try_from(after.0).unwrap_or(u32::MAX))
            }
        }
    }
}

impl From<UpstreamHeader> for sighting::UpstreamHeader {
    fn from(header: UpstreamHeader) -> sighting::UpstreamHeader {
        match header {
            UpstreamHeader::NotLogged => sighting::UpstreamHeader::NotLogged,
            UpstreamHeader::Absent => sighting::UpstreamHeader::Absent,
            UpstreamHeader::Came(after) => sighting::UpstreamHeader::Came(Millis(after.into())),
        }
    }
}

impl From<wslog_parse::Upgrade> for Upgrade {
    fn from(upgrade: wslog_parse::Upgrade) -> Upgrade {
        match upgrade {
            wslog_parse::Upgrade::NotLogged => Upgrade::NotLogged,
            wslog_parse::Upgrade::Absent => Upgrade::Absent,
            wslog_parse::Upgrade::WebSocket => Upgrade::WebSocket,
            wslog_parse::Upgrade::Other => Upgrade::Other,
        }
    }
}

impl From<Upgrade> for wslog_parse::Upgrade {
    fn from(upgrade: Upgrade) -> wslog_parse::Upgrade {
        match upgrade {
            Upgrade::NotLogged => wslog_parse::Upgrade::NotLogged,
            Upgrade::Absent => wslog_parse::Upgrade::Absent,
            Upgrade::WebSocket => wslog_parse::Upgrade::WebSocket,
            Upgrade::Other => wslog_parse::Upgrade::Other,
        }
    }
}

impl From<&sighting::Sighting> for Sighting {
    fn from(sighting: &sighting::Sighting) -> Sighting {
        let Observed {
            position: Position { source, byte },
            lines_before,
            key,
            upgrade,
            rule,
            protocol,
            status,
            logged_at,
            resolution,
            request_time,
            upstream_header,
            way,
            asked,
            client,
            path,
        } = sighting.observed(sighting.rule());
        Sighting {
            key: match key {
                KeySeen::None => Key::None,
                KeySeen::Malformed => Key::Malformed,
                KeySeen::Valid(key) => Key::Valid(key.to_bytes()),
            },
            source,
            byte,
            lines_before,
            upgrade: upgrade.into(),
            is_by_path: rule == Rule::Path,
            logged_at: logged_at.map(Timestamp::from),
            is_to_the_second: resolution == Resolution::Second,
            request_time: request_time.map(|time| time.0),
            upstream_header: upstream_header.into(),
            protocol: protocol_number(protocol),
            status: status.code(),
            way,
            asked,
            client: client.number(),
            path: path.number(),
        }
    }
}

impl Sighting {
    /// The sighting, of a partial with these tables.
    pub(crate) fn into_sighting(
        self,
        tables: Tables<'_>,
    ) -> Result<sighting::Sighting, CodecError> {
        ensure(!self.is_by_path || self.key == Key::None, "a key, and a rule that asks for none")?;
        let observed = Observed {
            position: Position { source: tables.check_source(self.source)?, byte: self.byte },
            lines_before: self.lines_before,
            upgrade: self.upgrade.into(),
            key: match self.key {
                Key::None => KeySeen::None,
                Key::Malformed => KeySeen::Malformed,
                Key::Valid(key) => KeySeen::Valid(WebSocketKey::from_bytes(key)),
            },
            // What is not by its path shows its rule.
            rule: if self.is_by_path { Rule::Path } else { Rule::Status },
            protocol: protocol_of(self.protocol)?,
            status: status_of(self.status)?,
            logged_at: self.logged_at.map(Timestamp::into_timestamp).transpose()?,
            resolution: match self.is_to_the_second {
                true => Resolution::Second,
                false => Resolution::Millisecond,
            },
            request_time: self.request_time.map(Millis),
            upstream_header: self.upstream_header.into(),
            way: tables.check_way(self.way)?,
            asked: self
                .asked
                .checked()
                .ok_or(CodecError::Impossible("a server of too many bits"))?,
            client: Client::from_number(self.client)
                .ok_or(CodecError::Impossible("a client of too many bits"))?,
            path: PathShape::from_number(self.path)
                .ok_or(CodecError::Impossible("a path of too many bits"))?,
        };
        let too_great = CodecError::Impossible("a sighting too far away or too long");
        sighting::Sighting::checked(&observed).ok_or(too_great)
    }
}

/// [`Protocol::index`] in the byte it fits in.
pub(super) fn protocol_number(protocol: Protocol) -> u8 {
    u8::try_from(protocol.index()).unwrap_or(u8::MAX)
}

pub(super) fn protocol_of(number: u8) -> Result<Protocol, CodecError> {
    Protocol::from_index(number.into()).ok_or(CodecError::Impossible("an unknown protocol"))
}

pub(super) fn status_of(code: u16) -> Result<Status, CodecError> {
    Status::from_code(code).ok_or(CodecError::Impossible("a status of more than three digits"))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    const TABLES: Tables<'_> = Tables { sources: 1, ways: 1, numbering: None };

    pub(in crate::codec::wire) const SIGHTING: Sighting = Sighting {
        key: Key::Malformed,
        source: 0,
        byte: 300,
        lines_before: 7,
        upgrade: Upgrade::WebSocket,
        is_by_path: false,
        logged_at: Some(Timestamp::new(-1, 480)),
        is_to_the_second: true,
        request_time: Some(2),
        upstream_header: UpstreamHeader::Came(5),
        protocol: 11,
        status: 499,
        way: 0,
        asked: Asked::UNKNOWN,
        client: 9,
        path: 3,
    };

    /// Whoever changes these bytes makes another version of the format.
    #[test]
    fn ok_a_sighting_is_its_documented_bytes() {
        let bytes = postcard::to_stdvec(&SIGHTING).unwrap();
        assert_eq!(
            bytes,
            [1, 0, 172, 2, 7, 2, 0, 1, 1, 192, 7, 1, 1, 2, 2, 5, 11, 243, 3, 0, 0, 0, 9, 3]
        );
        let keyed = Sighting { key: Key::Valid([7; 16]), logged_at: None, ..SIGHTING };
        let bytes = postcard::to_stdvec(&keyed).unwrap();
        assert_eq!(
            bytes,
            [
                &[2][..],
                &[7; 16],
                &[0, 172, 2, 7, 2, 0, 0, 1, 1, 2, 2, 5, 11, 243, 3, 0, 0, 0, 9, 3]
            ]
            .concat()
        );
    }

    #[test]
    fn ok_a_sighting_is_what_it_was() {
        let sighting = SIGHTING.into_sighting(TABLES).unwrap();
        assert_eq!(sighting.key_seen(), KeySeen::Malformed);
        assert_eq!((sighting.protocol(), sighting.status().code()), (Protocol::HTTP_10, 499));
        assert_eq!(Sighting::from(&sighting), SIGHTING);
    }

    #[test]
    fn err_what_no_line_can_have_left() {
        let at = |millis, offset| Some(Timestamp::new(millis, offset));
        for sighting in [
            Sighting { source: 1, ..SIGHTING },
            Sighting { way: 1, ..SIGHTING },
            Sighting { is_by_path: true, ..SIGHTING },
            Sighting { client: 1 << 40, ..SIGHTING },
            Sighting { path: 1 << 20, ..SIGHTING },
            Sighting { byte: 1 << 44, ..SIGHTING },
            Sighting { protocol: 101, ..SIGHTING },
            Sighting { status: 1000, ..SIGHTING },
            Sighting { request_time: Some((1 << 38) - 1), ..SIGHTING },
            Sighting { logged_at: at(1 << 44, 0), ..SIGHTING },
            Sighting { logged_at: at(i64::MIN, 0), ..SIGHTING },
            Sighting { logged_at: at(0, 1440), ..SIGHTING },
            Sighting { logged_at: at(0, i16::MIN), ..SIGHTING },
        ] {
            let error = sighting.into_sighting(TABLES).unwrap_err();
            assert!(matches!(error, CodecError::Impossible(_)), "{sighting:?}");
        }
    }
}
