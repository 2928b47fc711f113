//! Candidates that stand beside their paths.

use serde::{Deserialize, Serialize};

use crate::codec::CodecError;
use crate::codec::wire::Tables;
use crate::codec::wire::number::ensure;
use crate::codec::wire::sightings::Sightings;
use crate::sighting::Sighting;

/// Candidates in the order of their places, and of each the number of its path.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ByPath {
    pub(super) paths: Vec<u32>,
    pub(super) sightings: Sightings,
}

impl ByPath {
    pub(super) fn of(mut candidates: Vec<(u32, Sighting)>) -> ByPath {
        // Those of one place stay in their order.
        candidates.sort_by_key(|(_, sighting)| sighting.position());
        ByPath {
            paths: candidates.iter().map(|(path, _)| *path).collect(),
            sightings: Sightings::of(candidates.into_iter().map(|(_, sighting)| sighting)),
        }
    }

    /// Gives each of them and the number of its path.
    pub(super) fn each(
        &self,
        tables: Tables<'_>,
        mut each: impl FnMut(usize, Sighting) -> Result<(), CodecError>,
    ) -> Result<(), CodecError> {
        let mut paths = self.paths.iter();
        self.sightings.each(tables, |sighting| {
            let path = paths.next().and_then(|path| usize::try_from(*path).ok());
            each(path.ok_or(CodecError::Impossible("a candidate without a path"))?, sighting)
        })?;
        ensure(paths.next().is_none(), "a path without a candidate")
    }
}
