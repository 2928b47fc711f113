//! The payload: mirrors of the tables in plain integers, texts and lists.
//!
//! Their fields, in the order they are declared in, are the file format. A table is a list in the
//! order of its numbers; where a table has no order, its list is sorted, so that the same tables
//! always give the same bytes. Caches are left out: they fill again.
//!
//! On the way back every number is checked against the table that it points into, and every sum
//! against [what can be counted](number::total): a file that was forged, checksum and all, is an
//! error, and neither reading nor merging it can fail later.

mod counts;
mod directory;
mod number;
#[cfg(feature = "follow")]
pub(crate) mod path;
mod paths;
mod sighting;
mod source;

pub(crate) use counts::Counts;
pub(crate) use number::Timestamp;
pub(crate) use sighting::Sighting;

use serde::{Deserialize, Serialize};

use crate::accepts::Accepts;
use crate::codec::CodecError;
use crate::codec::wire::directory::Directory;
use crate::codec::wire::number::{ensure, total};
use crate::codec::wire::paths::Paths;
use crate::codec::wire::source::Source;
use crate::error_log::ErrorLog;
use crate::extent::Extent;
use crate::partial::{self, SourcePart};
use crate::path_names::PathNames;
use crate::store::Store;
use crate::targets::Targets;

/// All that is known after some of the lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Partial {
    sources: Vec<Source>,
    directory: Directory,
    counts: Counts,
    sightings: Vec<Sighting>,
    paths: Paths,
    first_started_at: Option<Timestamp>,
    last_logged_at: Option<Timestamp>,
    contested: u64,
}

/// How many there are of what is mentioned by number elsewhere.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tables {
    sources: usize,
    ways: usize,
}

impl Tables {
    /// Those of a whole partial; what stands beside it points into these.
    pub(crate) fn of(partial: &partial::Partial) -> Tables {
        Tables { sources: partial.sources.len(), ways: partial.directory.ways().len() }
    }

    fn check_way(self, way: u32) -> Result<u32, CodecError> {
        ensure(number::is_below(way, self.ways), "a way that is not in its table")?;
        Ok(way)
    }

    fn check_source(self, source: u16) -> Result<u16, CodecError> {
        ensure(usize::from(source) < self.sources, "a source that is not in its table")?;
        Ok(source)
    }
}

impl From<&partial::Partial> for Partial {
    fn from(partial: &partial::Partial) -> Partial {
        Partial {
            sources: partial.sources.iter().map(Source::from).collect(),
            directory: Directory::from(&partial.directory),
            counts: Counts::from(&partial.counts),
            sightings: partial.store.sightings().map(|sighting| (&sighting).into()).collect(),
            paths: Paths::from(&partial.paths),
            first_started_at: partial.extent.first_started_at().map(Timestamp::from),
            last_logged_at: partial.extent.last_logged_at().map(Timestamp::from),
            contested: partial.contested,
        }
    }
}

impl TryFrom<Partial> for partial::Partial {
    type Error = CodecError;

    fn try_from(wire: Partial) -> Result<partial::Partial, CodecError> {
        let sources = number::each_numbered(wire.sources, Source::into_part)?;
        let directory = wire.directory.into_directory()?;
        let tables = Tables { sources: sources.len(), ways: directory.ways().len() };
        let mut store = Store::default();
        for sighting in wire.sightings {
            store.put(sighting.into_sighting(tables)?);
        }
        let first = wire.first_started_at.map(Timestamp::into_timestamp).transpose()?;
        let last = wire.last_logged_at.map(Timestamp::into_timestamp).transpose()?;
        let partial = partial::Partial {
            sources,
            directory,
            counts: wire.counts.into_counts(tables)?,
            store,
            paths: wire.paths.into_paths(tables)?,
            extent: Extent::from_ends(first, last),
            contested: total([wire.contested])?,
            // Neither captures nor error logs are followed, and nothing else is written down yet.
            accepts: Accepts::default(),
            error_log: ErrorLog::default(),
            targets: Targets::default(),
            path_names: PathNames::default(),
        };
        check_totals(&partial)?;
        Ok(partial)
    }
}

/// What can only be seen with all tables at hand.
fn check_totals(partial: &partial::Partial) -> Result<(), CodecError> {
    total(partial.sources.iter().map(SourcePart::lines))?;
    let counted = total(partial.counts.cells.iter().map(|(_, tally)| tally.count))?;
    let candidates = partial.paths.iter().flat_map(|(_, _, candidates)| candidates.cells());
    total(candidates.map(|(_, tally)| tally.count).chain([counted]))?;
    ensure(partial.store.len() as u64 <= counted, "sightings that are not counted")
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
        assert_eq!((bytes.len(), fingerprint(&[&bytes])), (625, 15_110_312_286_052_410_843));
    }

    #[test]
    fn err_what_no_lines_can_have_left() {
        let forgeries: [fn(&mut Partial); 8] = [
            |all| all.sightings.extend(all.sightings.clone()),
            |all| all.directory = Directory::from(&crate::directory::Directory::default()),
            |all| all.sources.clear(),
            |all| all.sources = vec![all.sources[0].clone(); 1 << 16],
            |all| all.contested = u64::MAX,
            |all| all.first_started_at = Some(Timestamp::new(i64::MAX, 0)),
            |all| all.last_logged_at = Some(Timestamp::new(0, i16::MAX)),
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
