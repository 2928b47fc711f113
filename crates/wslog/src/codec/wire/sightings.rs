//! Many sightings, packed: they are most of what there is.
//!
//! They stand in the order of their places, so that each is told by how far it is from the one before.
//! What few different values there are of is told by their number in a table: what kind of sighting it is
//! ([`Kind`]), and the shape of its path.
//!
//! | in memory | here    | what                                                                              |
//! |-----------|---------|-----------------------------------------------------------------------------------|
//! | 16        | 16 or 0 | the key                                                                           |
//! | 8         | 2       | position: bytes since the one before; its source is of its kind                   |
//! | 4         | 1       | lines before it: how many more than the one before has                            |
//! | 8         | 2 to 3  | when it was logged: ms since the one before                                       |
//! | 8         | 2 to 3  | request time; offset, status, `Upgrade` and the like are of its kind              |
//! | 4         | 1       | the number of its way                                                             |
//! | 8         | 5       | the client; 1 to 3 more for the time of an upstream server's header, if one came  |
//! | 8         | 0 or 4  | what was asked for, where an error log may ask for it; the server is of its kind  |
//! |           | 1 to 2  | the number of its kind                                                            |
//! |           | 1       | the number of its path's shape                                                    |
//!
//! Of the 64 bytes 31 are coded away, and 33 are left: as measured on a log of handshakes with keys, one each
//! 0.7 s. Without a key it is 16 fewer.

mod kind;

use serde::{Deserialize, Serialize};

use crate::asked::Asked;
use crate::codec::CodecError;
use crate::codec::wire::counts::KeyKind;
use crate::codec::wire::number::{Timestamp, ensure};
use crate::codec::wire::sighting::{Key, UpstreamHeader};
use crate::codec::wire::sightings::kind::{HeaderKind, Kind};
use crate::codec::wire::varint::{Reader, beside, difference, put};
use crate::codec::wire::{Sighting, Tables};
use crate::directory::Numbered;
use crate::sighting;

/// Sightings in the order of their places.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sightings {
    /// In the order in which the first of each stand.
    kinds: Vec<Kind>,
    paths: Vec<u32>,
    packed: Vec<u8>,
}

/// What the next sighting is told by.
#[derive(Clone, Copy, Debug, Default)]
struct Before {
    source: u16,
    byte: u64,
    lines_before: u32,
    unix_millis: i64,
}

impl Before {
    /// Where the bytes of a source are counted from.
    fn byte_in(self, source: u16) -> u64 {
        if self.source == source { self.byte } else { 0 }
    }
}

/// How many bytes a client takes: all of its bits.
const CLIENT_LEN: usize = 5;

/// Stands for the next of a table, which was not there before. From 1 on they are those that were.
const NEW: u64 = 0;

/// Takes sightings and packs them.
#[derive(Default)]
struct Packer {
    kinds: Numbered<Kind>,
    paths: Numbered<u32>,
    packed: Vec<u8>,
    before: Before,
}

impl Sightings {
    /// Packs sightings, which are in the order of their places.
    pub(super) fn of(sightings: impl Iterator<Item = sighting::Sighting>) -> Sightings {
        let mut packer = Packer::default();
        sightings.for_each(|sighting| packer.add(&Sighting::from(&sighting)));
        let Packer { kinds, paths, packed, before: _ } = packer;
        Sightings { kinds: kinds.iter().collect(), paths: paths.iter().collect(), packed }
    }

    /// Gives each of them, of a partial with these tables.
    pub(super) fn each(
        &self,
        tables: Tables<'_>,
        mut each: impl FnMut(sighting::Sighting) -> Result<(), CodecError>,
    ) -> Result<(), CodecError> {
        let Sightings { kinds, paths, packed } = self;
        let mut unpacker = Unpacker {
            kinds: Known { table: kinds, seen: 0 },
            paths: Known { table: paths, seen: 0 },
            packed: Reader::new(packed),
            before: Before::default(),
        };
        while !unpacker.packed.is_at_end() {
            each(unpacker.next()?.into_sighting(tables)?)?;
        }
        let is_all = unpacker.kinds.are_all_seen() && unpacker.paths.are_all_seen();
        ensure(is_all, "a kind or a path of no sighting")
    }

    /// All of them.
    #[cfg(test)]
    pub(super) fn into_all(
        self,
        tables: Tables<'_>,
    ) -> Result<Vec<sighting::Sighting>, CodecError> {
        let mut all = Vec::new();
        self.each(tables, |sighting| {
            all.push(sighting);
            Ok(())
        })?;
        Ok(all)
    }
}

/// What a value is told by.
fn number<T: Copy + Eq + std::hash::Hash>(table: &mut Numbered<T>, value: T) -> u64 {
    let before = table.len();
    let id = table.id(value);
    if table.len() > before { NEW } else { u64::from(id) + 1 }
}

impl Packer {
    fn add(&mut self, sighting: &Sighting) {
        let Sighting {
            key,
            source,
            byte,
            lines_before,
            upgrade: _,
            is_by_path: _,
            logged_at,
            is_to_the_second: _,
            request_time,
            upstream_header,
            protocol: _,
            status: _,
            way,
            asked,
            client,
            path,
        } = *sighting;
        let Packer { kinds, paths, packed, before } = self;
        put(packed, number(kinds, Kind::of(sighting)));
        put(packed, byte.saturating_sub(before.byte_in(source)));
        put(packed, difference(lines_before.into(), before.lines_before.into()));
        let unix_millis = logged_at.map_or(before.unix_millis, Timestamp::unix_millis);
        if logged_at.is_some() {
            put(packed, difference(unix_millis, before.unix_millis));
        }
        if let Some(request_time) = request_time {
            put(packed, request_time);
        }
        if let UpstreamHeader::Came(after) = upstream_header {
            put(packed, after.into());
        }
        put(packed, way.into());
        put(packed, number(paths, path));
        if let Key::Valid(key) = key {
            packed.extend(key);
        }
        if client != 0 {
            packed.extend(client.to_le_bytes().first_chunk::<CLIENT_LEN>().into_iter().flatten());
        }
        if let (target @ 1.., _) = asked.numbers() {
            packed.extend(target.to_le_bytes());
        }
        *before = Before { source, byte, lines_before, unix_millis };
    }
}

/// Takes packed sightings apart.
struct Unpacker<'s> {
    kinds: Known<'s, Kind>,
    paths: Known<'s, u32>,
    packed: Reader<'s>,
    before: Before,
}

/// A table of which so many have been seen.
struct Known<'s, T> {
    table: &'s [T],
    seen: usize,
}

impl<T: Copy> Known<'_, T> {
    /// The value that is told by this number.
    fn value(&mut self, number: u64) -> Result<T, CodecError> {
        let place = match number.checked_sub(1) {
            Some(place) => usize::try_from(place).ok().filter(|place| *place < self.seen),
            None => Some(self.seen),
        };
        self.seen += usize::from(number == NEW);
        let unknown = CodecError::Impossible("a kind or a path that is not in its table");
        place.and_then(|place| self.table.get(place)).copied().ok_or(unknown)
    }

    fn are_all_seen(&self) -> bool {
        self.seen == self.table.len()
    }
}

impl Unpacker<'_> {
    fn next(&mut self) -> Result<Sighting, CodecError> {
        let Unpacker { kinds, paths, packed, before } = self;
        let kind = kinds.value(packed.number()?)?;
        ensure(before.source <= kind.source, "sightings that are out of order")?;
        let too_far = CodecError::Impossible("a sighting beyond the end of all sources");
        let byte = before.byte_in(kind.source).checked_add(packed.number()?).ok_or(too_far)?;
        let lines_before = u32::try_from(beside(before.lines_before.into(), packed.number()?))
            .map_err(|_| CodecError::Impossible("more lines than a stretch has"))?;
        let mut unix_millis = before.unix_millis;
        if kind.offset_minutes.is_some() {
            unix_millis = beside(unix_millis, packed.number()?);
        }
        *before = Before { source: kind.source, byte, lines_before, unix_millis };
        Ok(Sighting {
            source: kind.source,
            byte,
            lines_before,
            upgrade: kind.upgrade,
            is_by_path: kind.is_by_path,
            logged_at: kind.offset_minutes.map(|offset| Timestamp::new(unix_millis, offset)),
            is_to_the_second: kind.is_to_the_second,
            request_time: kind.has_request_time.then(|| packed.number()).transpose()?,
            upstream_header: match kind.upstream_header {
                HeaderKind::NotLogged => UpstreamHeader::NotLogged,
                HeaderKind::Absent => UpstreamHeader::Absent,
                HeaderKind::Came => UpstreamHeader::Came(packed.small()?),
            },
            protocol: kind.protocol,
            status: kind.status,
            way: packed.small()?,
            path: paths.value(packed.number()?)?,
            key: match kind.key {
                KeyKind::None => Key::None,
                KeyKind::Malformed => Key::Malformed,
                KeyKind::Valid => Key::Valid(packed.array()?),
            },
            client: client(kind, packed)?,
            asked: asked(kind, packed)?,
        })
    }
}

fn client(kind: Kind, packed: &mut Reader<'_>) -> Result<u64, CodecError> {
    if !kind.is_client_known {
        return Ok(0);
    }
    let [a, b, c, d, e]: [u8; CLIENT_LEN] = packed.array()?;
    Ok(u64::from_le_bytes([a, b, c, d, e, 0, 0, 0]))
}

fn asked(kind: Kind, packed: &mut Reader<'_>) -> Result<Asked, CodecError> {
    let target = if kind.is_target_known { u32::from_le_bytes(packed.array()?) } else { 0 };
    Asked::from_numbers(target, kind.server)
        .ok_or(CodecError::Impossible("a server of too many bits"))
}

#[cfg(test)]
mod tests;
