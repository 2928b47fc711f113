//! Requests that were handshakes if their path shows a 101.

use serde::{Deserialize, Serialize};

use crate::candidates::Candidates;
use crate::codec::CodecError;
use crate::codec::wire::Tables;
use crate::codec::wire::counts::{Cell, Downgraded, TWICE};
use crate::codec::wire::number::each;
use crate::paths;

/// The paths that are kept, in the order of their hashes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Paths {
    kept: Vec<Path>,
    lost: bool,
}

/// A path by its hash: whether it showed a 101, and its candidates with their cells sorted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Path {
    hash: u64,
    upgraded: bool,
    cells: Vec<Cell>,
    downgraded: Option<Downgraded>,
}

impl From<&paths::Paths> for Paths {
    fn from(paths: &paths::Paths) -> Paths {
        let path = |(hash, upgraded, candidates): (u64, bool, &Candidates)| {
            let mut cells: Vec<_> = candidates.cells().map(Cell::from).collect();
            cells.sort_unstable_by_key(Cell::place);
            Path { hash, upgraded, cells, downgraded: candidates.downgraded().map(Into::into) }
        };
        Paths { kept: paths.iter().map(path).collect(), lost: paths.is_lossy() }
    }
}

impl Paths {
    pub(super) fn into_paths(self, tables: Tables) -> Result<paths::Paths, CodecError> {
        let kept = each(self.kept, |path| path.into_path(tables))?;
        paths::Paths::from_sorted(kept, self.lost)
            .ok_or(CodecError::Impossible("paths that are too many or out of order"))
    }
}

impl Path {
    fn into_path(self, tables: Tables) -> Result<(u64, bool, Candidates), CodecError> {
        let cells = each(self.cells, |cell| cell.into_cell(tables))?;
        let downgraded = self.downgraded.map(|downgraded| downgraded.into_downgraded(tables));
        let candidates = Candidates::from_parts(cells, downgraded.transpose()?).ok_or(TWICE)?;
        Ok((self.hash, self.upgraded, candidates))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(hash: u64) -> Path {
        Path { hash, upgraded: true, cells: Vec::new(), downgraded: None }
    }

    #[test]
    fn err_paths_that_are_too_many_or_out_of_order() {
        let tables = Tables { sources: 0, ways: 0 };
        let read = |hashes: Vec<u64>| {
            let kept = hashes.into_iter().map(path).collect();
            Paths { kept, lost: true }.into_paths(tables)
        };
        assert!(read((0..65_536).collect()).is_ok());
        for hashes in [(0..65_537).collect(), vec![1, 0], vec![1, 1]] {
            assert!(read(hashes).is_err());
        }
    }
}
