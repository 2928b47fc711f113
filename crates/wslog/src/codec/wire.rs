//! The payload: mirrors of the tables in plain integers, texts and lists.
//!
//! Their fields, in the order they are declared in, are the file format. A table is a list in the
//! order of its numbers; where a table has no order, its list is sorted, so that the same tables
//! always give the same bytes. Caches are left out: they fill again. All else is there, so that a report
//! is the same whether its parts were written and read again or not; [`sightings`], which are most of it,
//! are packed.
//!
//! On the way back every number is checked against the table that it points into, and every sum
//! against [what can be counted](number::total): a file that was forged, checksum and all, is an
//! error, and neither reading nor merging it can fail later.

mod accepts;
mod counts;
mod directory;
mod endings;
mod error_log;
mod extent;
mod number;
#[cfg(feature = "follow")]
pub(crate) mod path;
mod path_names;
mod paths;
mod profile;
mod sighting;
mod sightings;
mod source;
mod targets;
mod varint;

pub(crate) use counts::Counts;
pub(crate) use extent::Extent;
pub(crate) use number::Timestamp;
pub(crate) use sighting::Sighting;

use serde::{Deserialize, Serialize};

use crate::codec::CodecError;
use crate::codec::wire::accepts::Accepts;
use crate::codec::wire::directory::Directory;
use crate::codec::wire::error_log::ErrorLog;
use crate::codec::wire::number::{ensure, total};
use crate::codec::wire::path_names::PathNames;
use crate::codec::wire::paths::Paths;
use crate::codec::wire::sightings::Sightings;
use crate::codec::wire::source::Source;
use crate::codec::wire::targets::Targets;
use crate::partial::{self, SourcePart};
use crate::store::Store;

/// All that is known after some of the lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Partial {
    sources: Vec<Source>,
    directory: Directory,
    counts: Counts,
    sightings: Sightings,
    paths: Paths,
    extent: Extent,
    contested: u64,
    accepts: Accepts,
    error_log: ErrorLog,
    targets: Targets,
    path_names: PathNames,
}

/// How many there are of what is mentioned by number elsewhere.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tables<'n> {
    sources: usize,
    ways: usize,
    /// None: numbers stay.
    numbering: Option<&'n Numbering>,
}

/// Which numbers sources and source sets have where a partial is merged into, by those they have in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Numbering {
    pub(crate) sources: Vec<u16>,
    pub(crate) sets: Vec<u16>,
}

impl Tables<'_> {
    /// The same, where numbers stay.
    fn without_numbering(self) -> Tables<'static> {
        Tables { sources: self.sources, ways: self.ways, numbering: None }
    }

    /// Those of a whole partial; what stands beside it points into these.
    pub(crate) fn of(partial: &partial::Partial) -> Tables<'_> {
        Tables {
            sources: partial.sources.len(),
            ways: partial.directory.ways().len(),
            numbering: None,
        }
    }

    fn check_way(self, way: u32) -> Result<u32, CodecError> {
        ensure(number::is_below(way, self.ways), "a way that is not in its table")?;
        Ok(way)
    }

    fn check_source(self, source: u16) -> Result<u16, CodecError> {
        ensure(usize::from(source) < self.sources, "a source that is not in its table")?;
        let Some(Numbering { sources, .. }) = self.numbering else { return Ok(source) };
        let number = sources.get(usize::from(source)).copied();
        number.ok_or(CodecError::Impossible("a source that is not in its table"))
    }
}

impl From<&partial::Partial> for Partial {
    fn from(partial: &partial::Partial) -> Partial {
        Partial { sightings: Sightings::of(partial.store.in_order()), ..Partial::counted(partial) }
    }
}

impl Partial {
    /// What was counted: the partial without its sightings.
    pub(crate) fn counted(partial: &partial::Partial) -> Partial {
        let partial::Partial {
            sources,
            directory,
            counts,
            store: _,
            paths,
            extent,
            contested,
            accepts,
            error_log,
            targets,
            path_names,
        } = partial;
        Partial {
            sources: sources.iter().map(Source::from).collect(),
            directory: directory.into(),
            counts: counts.into(),
            sightings: Sightings::default(),
            paths: paths.into(),
            extent: extent.into(),
            contested: *contested,
            accepts: accepts.into(),
            error_log: error_log.into(),
            targets: targets.into(),
            path_names: path_names.into(),
        }
    }

    /// The partial, in which sources and source sets have other numbers. What it has is only what was counted,
    /// or only sightings.
    pub(crate) fn into_numbered(
        self,
        numbering: &Numbering,
    ) -> Result<partial::Partial, CodecError> {
        self.into_tables(Some(numbering))
    }

    fn into_tables(self, numbering: Option<&Numbering>) -> Result<partial::Partial, CodecError> {
        let Partial {
            sources,
            directory,
            counts,
            sightings,
            paths,
            extent,
            contested,
            accepts,
            error_log,
            targets,
            path_names,
        } = self;
        let directory = directory.into_directory(numbering)?;
        let known = numbering.map_or(sources.len(), |numbering| numbering.sources.len());
        let tables = Tables { sources: known, ways: directory.ways().len(), numbering };
        let parts = number::each_numbered(sources, |source, number| {
            let number = tables.check_source(number)?;
            Ok((number, source.into_part(number)?))
        })?;
        let mut store = Store::default();
        sightings.each(tables, |sighting| {
            store.put(sighting);
            Ok(())
        })?;
        let mut partial = partial::Partial {
            sources: Vec::new(),
            directory,
            counts: counts.into_counts(tables)?,
            store,
            paths: paths.into_paths(tables)?,
            extent: extent.into_extent()?,
            contested: total([contested])?,
            accepts: accepts.into_accepts(tables)?,
            error_log: error_log.into_log(tables)?,
            targets: targets.into_targets()?,
            path_names: path_names.into_names()?,
        };
        for (number, part) in parts {
            *partial.source(number) = part;
        }
        check_totals(&partial)?;
        Ok(partial)
    }
}

impl TryFrom<Partial> for partial::Partial {
    type Error = CodecError;

    fn try_from(wire: Partial) -> Result<partial::Partial, CodecError> {
        let partial = wire.into_tables(None)?;
        let counted: u64 = partial.counts.cells.iter().map(|(_, tally)| tally.count).sum();
        ensure(partial.store.len() as u64 <= counted, "sightings that are not counted")?;
        Ok(partial)
    }
}

/// What can only be seen with all tables at hand.
fn check_totals(partial: &partial::Partial) -> Result<(), CodecError> {
    total(partial.sources.iter().map(SourcePart::lines))?;
    let counted = total(partial.counts.cells.iter().map(|(_, tally)| tally.count))?;
    let candidates = partial.paths.iter().flat_map(|(_, _, candidates)| candidates.cells());
    total(candidates.map(|(_, tally)| tally.count).chain([counted])).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::tests::small_partial;
    use crate::fingerprint::fingerprint;

    /// Whoever changes these bytes makes another version of the format.
    #[test]
    fn ok_tables_are_the_bytes_they_were() {
        let sources_apart = Partial { sources: vec![], ..Partial::from(&small_partial().0) };
        let bytes = postcard::to_stdvec(&sources_apart).unwrap();
        assert_eq!((bytes.len(), fingerprint(&[&bytes])), (783, 16_860_859_530_115_887_643));
    }

    fn twice(sightings: &Sightings) -> Sightings {
        let tables = Tables { sources: usize::MAX, ways: usize::MAX, numbering: None };
        let all = sightings.clone().into_all(tables).unwrap();
        Sightings::of(all.iter().flat_map(|sighting| [*sighting; 2]))
    }

    #[test]
    fn err_what_no_lines_can_have_left() {
        let forgeries: [fn(&mut Partial); 9] = [
            |all| all.sightings = twice(&all.sightings),
            |all| all.directory = Directory::from(&crate::directory::Directory::default()),
            |all| all.sources.clear(),
            |all| all.sources = vec![all.sources[0].clone(); 1 << 16],
            |all| all.contested = u64::MAX,
            |all| all.extent.first_started_at = Some(Timestamp::new(i64::MAX, 0)),
            |all| all.extent.first_logged_at = Some(Timestamp::new(i64::MIN, 0)),
            |all| all.extent.last_logged_at = Some(Timestamp::new(0, i16::MAX)),
            |all| all.counts = Counts::from(&crate::counts::Counts::default()),
        ];
        let partial = Partial::from(&small_partial().0);
        assert!(partial::Partial::try_from(partial.clone()).is_ok());
        for (number, forge) in forgeries.iter().enumerate() {
            let mut forged = partial.clone();
            forge(&mut forged);
            assert!(partial::Partial::try_from(forged).is_err(), "forgery {number}");
        }
    }
}
