//! What an error log says of one request of a client.

use serde::{Deserialize, Serialize};
use wslog_parse::error_log::LocalSecond;

use crate::asked::{Asked, Target};
use crate::codec::CodecError;
use crate::codec::wire::Tables;
use crate::codec::wire::number::{ensure, total};
use crate::codec::wire::sighting::{protocol_number, protocol_of};
use crate::error_log::{self, AddressHash, EventSeen};
use crate::period::Away;
use crate::sighting::Position;

/// An event that is kept. Clients, servers and names are hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Event {
    /// How far from the period asked for, in ms, and whether before it.
    pub(super) away: u64,
    pub(super) is_before: bool,
    /// Since 1970 by the clock of the log.
    pub(super) second: i64,
    pub(super) client: u64,
    pub(super) asked: Asked,
    pub(super) target: u64,
    pub(super) protocol: u8,
    pub(super) upstream: Option<u64>,
    pub(super) what: What,
    pub(super) nginx: Option<u64>,
    pub(super) worker: u64,
    pub(super) connection: Option<u64>,
    pub(super) source: u16,
    pub(super) byte: u64,
    pub(super) lines_before: u32,
    pub(super) is_in_doubt: bool,
}

/// The numbers of an event and of what nginx was doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct What {
    pub(super) event: u8,
    pub(super) activity: Option<u8>,
}

/// Farther from 1970 than any second an error log can tell.
const NEVER: u64 = 1 << 42;

/// A second that can be one.
pub(super) fn second(second: i64) -> Result<LocalSecond, CodecError> {
    ensure(second.unsigned_abs() < NEVER, "a second out of time")?;
    Ok(LocalSecond(second))
}

impl From<error_log::What> for What {
    fn from(what: error_log::What) -> What {
        let (event, activity) = what.numbers();
        What { event, activity }
    }
}

impl What {
    pub(super) fn into_what(self) -> Result<error_log::What, CodecError> {
        let What { event, activity } = self;
        error_log::What::from_numbers((event, activity))
            .ok_or(CodecError::Impossible("an event or an activity that is not known"))
    }
}

impl From<&EventSeen> for Event {
    fn from(event: &EventSeen) -> Event {
        let EventSeen {
            away: Away { millis, is_before },
            second: LocalSecond(second),
            client,
            asked,
            target,
            protocol,
            upstream,
            what,
            nginx,
            connection: (worker, connection),
            position: Position { source, byte },
            lines_before,
            is_in_doubt,
        } = *event;
        Event {
            away: millis,
            is_before,
            second,
            client: client.hash(),
            asked,
            target: target.hash(),
            protocol: protocol_number(protocol),
            upstream: upstream.map(AddressHash::hash),
            what: what.into(),
            nginx: nginx.map(AddressHash::hash),
            worker,
            connection,
            source,
            byte,
            lines_before,
            is_in_doubt,
        }
    }
}

impl Event {
    /// The event, of a partial with these tables.
    pub(super) fn into_event(self, tables: Tables<'_>) -> Result<EventSeen, CodecError> {
        let too_great = CodecError::Impossible("a server of too many bits");
        Ok(EventSeen {
            away: Away { millis: self.away, is_before: self.is_before },
            second: second(self.second)?,
            client: AddressHash::from_hash(self.client),
            asked: self.asked.checked().ok_or(too_great)?,
            target: Target::from_hash(self.target),
            protocol: protocol_of(self.protocol)?,
            upstream: self.upstream.map(AddressHash::from_hash),
            what: self.what.into_what()?,
            nginx: self.nginx.map(AddressHash::from_hash),
            connection: (self.worker, self.connection),
            position: Position {
                source: tables.check_source(self.source)?,
                byte: total([self.byte])?,
            },
            lines_before: self.lines_before,
            is_in_doubt: self.is_in_doubt,
        })
    }
}
