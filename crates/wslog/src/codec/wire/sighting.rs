//! One sighting.

use serde::{Deserialize, Serialize};
use wslog_parse::{Millis, Protocol, Status, WebSocketKey};

use crate::codec::CodecError;
use crate::codec::wire::Tables;
use crate::codec::wire::number::Timestamp;
use crate::sighting::{self, KeySeen, Observed, Position};
use crate::websocket::handshake::Rule;

/// A sighting; small numbers take few bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sighting {
    key: Key,
    source: u16,
    byte: u64,
    logged_at: Option<Timestamp>,
    request_time: Option<u64>,
    protocol: u8,
    status: u16,
    way: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Key {
    None,
    Malformed,
    Valid([u8; 16]),
}

impl From<&sighting::Sighting> for Sighting {
    fn from(sighting: &sighting::Sighting) -> Sighting {
        let Position { source, byte } = sighting.position();
        Sighting {
            key: match sighting.key_seen() {
                KeySeen::None => Key::None,
                KeySeen::Malformed => Key::Malformed,
                KeySeen::Valid(key) => Key::Valid(key.to_bytes()),
            },
            source,
            byte,
            logged_at: sighting.logged_at().map(Timestamp::from),
            request_time: sighting.request_time().map(|time| time.0),
            protocol: protocol_number(sighting.protocol()),
            status: sighting.status().code(),
            way: sighting.way(),
        }
    }
}

impl Sighting {
    /// The sighting, of a partial with these tables.
    pub(crate) fn into_sighting(self, tables: Tables) -> Result<sighting::Sighting, CodecError> {
        let observed = Observed {
            position: Position { source: tables.check_source(self.source)?, byte: self.byte },
            key: match self.key {
                Key::None => KeySeen::None,
                Key::Malformed => KeySeen::Malformed,
                Key::Valid(key) => KeySeen::Valid(WebSocketKey::from_bytes(key)),
            },
            // No sighting keeps its rule.
            rule: Rule::Path,
            protocol: protocol_of(self.protocol)?,
            status: status_of(self.status)?,
            logged_at: self.logged_at.map(Timestamp::into_timestamp).transpose()?,
            request_time: self.request_time.map(Millis),
            way: tables.check_way(self.way)?,
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
