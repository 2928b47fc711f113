//! What many sightings have in common.

use serde::{Deserialize, Serialize};

use crate::codec::wire::Sighting;
use crate::codec::wire::counts::KeyKind;
use crate::codec::wire::number::Timestamp;
use crate::codec::wire::sighting::{Key, Upgrade, UpstreamHeader};

/// All of a sighting of which a log has few different values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Kind {
    pub(super) source: u16,
    pub(super) key: KeyKind,
    pub(super) upgrade: Upgrade,
    pub(super) is_by_path: bool,
    /// From UTC; none where it is not told when it was logged.
    pub(super) offset_minutes: Option<i16>,
    pub(super) is_to_the_second: bool,
    pub(super) has_request_time: bool,
    pub(super) upstream_header: HeaderKind,
    pub(super) protocol: u8,
    pub(super) status: u16,
    /// The server that was asked; 0 where that is not known.
    pub(super) server: u32,
    pub(super) is_target_known: bool,
    pub(super) is_client_known: bool,
}

/// Whether an upstream server sent the header of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) enum HeaderKind {
    NotLogged,
    Absent,
    Came,
}

impl Kind {
    pub(super) fn of(sighting: &Sighting) -> Kind {
        let Sighting {
            key,
            source,
            byte: _,
            lines_before: _,
            upgrade,
            is_by_path,
            logged_at,
            is_to_the_second,
            request_time,
            upstream_header,
            protocol,
            status,
            way: _,
            asked,
            client,
            path: _,
        } = *sighting;
        let (target, server) = asked.numbers();
        Kind {
            source,
            key: match key {
                Key::None => KeyKind::None,
                Key::Malformed => KeyKind::Malformed,
                Key::Valid(_) => KeyKind::Valid,
            },
            upgrade,
            is_by_path,
            offset_minutes: logged_at.map(Timestamp::offset_minutes),
            is_to_the_second,
            has_request_time: request_time.is_some(),
            upstream_header: match upstream_header {
                UpstreamHeader::NotLogged => HeaderKind::NotLogged,
                UpstreamHeader::Absent => HeaderKind::Absent,
                UpstreamHeader::Came(_) => HeaderKind::Came,
            },
            protocol,
            status,
            server,
            is_target_known: target != 0,
            is_client_known: client != 0,
        }
    }
}
