//! Requests that were handshakes if their path shows a 101.

mod by_path;

use serde::{Deserialize, Serialize};

use crate::candidates;
use crate::codec::CodecError;
use crate::codec::wire::Tables;
use crate::codec::wire::counts::{Cell, Downgraded, TWICE};
use crate::codec::wire::endings::Endings;
use crate::codec::wire::number::{distinct, each, ensure, total};
use crate::codec::wire::paths::by_path::ByPath;
use crate::codec::wire::profile::Profile;
use crate::counts;
use crate::paths::{self, MAX_PATHS, PathSeen};
use crate::sighting;

/// The paths that are kept, in the order of their hashes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Paths {
    kept: Vec<Path>,
    lost: bool,
    keeps_more: bool,
    /// The first candidate of each cell.
    firsts: ByPath,
    /// Every candidate, if that is asked for.
    all: Option<ByPath>,
}

/// A path by its hash: whether it showed a 101, and its candidates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Path {
    hash: u64,
    upgraded: bool,
    /// In an order of their own.
    cells: Vec<Cell>,
    downgraded: Option<Downgraded>,
    /// By way, in the order of their numbers.
    ages: Vec<(u32, Endings)>,
    profile: Option<Profile>,
}

impl From<&paths::Paths> for Paths {
    fn from(paths: &paths::Paths) -> Paths {
        let paths::Paths { kept, lost, known: _, keeps_more, all } = paths;
        Paths {
            kept: kept.iter().map(|(hash, seen)| Path::of(*hash, seen)).collect(),
            lost: *lost,
            keeps_more: *keeps_more,
            firsts: ByPath::of(firsts(paths)),
            all: all.as_ref().map(|all| ByPath::of(numbered(paths, all))),
        }
    }
}

/// The first candidates of all cells, each with the number of its path.
fn firsts(paths: &paths::Paths) -> Vec<(u32, sighting::Sighting)> {
    let mut all = Vec::new();
    for (seen, path) in paths.kept.values().zip(0..) {
        let mut of_path: Vec<_> = seen.candidates.firsts.iter().collect();
        of_path.sort_unstable_by_key(|&(&cell, _)| {
            Cell::from((cell, counts::Tally::default())).place()
        });
        all.extend(of_path.into_iter().map(|(_, sighting)| (path, *sighting)));
    }
    all
}

/// Candidates with the numbers of their paths. Those on paths that are not kept are left out: nobody will
/// know whether they were handshakes.
fn numbered(
    paths: &paths::Paths,
    all: &[(u64, sighting::Sighting)],
) -> Vec<(u32, sighting::Sighting)> {
    let hashes: Vec<u64> = paths.kept.keys().copied().collect();
    let number = |hash| hashes.binary_search(&hash).ok().and_then(|at| u32::try_from(at).ok());
    all.iter().filter_map(|(hash, sighting)| Some((number(*hash)?, *sighting))).collect()
}

impl Paths {
    /// The paths, of a partial with these tables.
    pub(super) fn into_paths(self, tables: Tables<'_>) -> Result<paths::Paths, CodecError> {
        let Paths { kept, lost, keeps_more, firsts, all } = self;
        let is_table = kept.is_sorted_by(|one, next| one.hash < next.hash);
        let is_possible = is_table && kept.len() <= MAX_PATHS;
        ensure(is_possible, "paths that are too many or out of order")?;
        let hashes: Vec<u64> = kept.iter().map(|path| path.hash).collect();
        let mut seen = each(kept, |path| path.into_seen(tables))?;
        firsts.each(tables, |path, sighting| {
            let seen = seen.get_mut(path).ok_or(NO_PATH)?;
            put_first(&mut seen.candidates, sighting)
        })?;
        let all = all.map(|all| candidates(&all, tables, &hashes)).transpose()?;
        let kept = hashes.into_iter().zip(seen).collect();
        Ok(paths::Paths { kept, lost, known: Default::default(), keeps_more, all })
    }
}

const NO_PATH: CodecError = CodecError::Impossible("a candidate on a path that is not kept");

fn put_first(
    candidates: &mut candidates::Candidates,
    sighting: sighting::Sighting,
) -> Result<(), CodecError> {
    let cell = counts::Cell::of_packed(&sighting);
    ensure(candidates.cells.contains_key(&cell), "a candidate of a cell that is not counted")?;
    let before = candidates.firsts.insert(cell, sighting);
    ensure(before.is_none(), "a cell that comes twice")
}

/// Every candidate with the hash of its path.
fn candidates(
    all: &ByPath,
    tables: Tables<'_>,
    hashes: &[u64],
) -> Result<Vec<(u64, sighting::Sighting)>, CodecError> {
    let mut candidates = Vec::new();
    all.each(tables, |path, sighting| {
        candidates.push((*hashes.get(path).ok_or(NO_PATH)?, sighting));
        Ok(())
    })?;
    Ok(candidates)
}

impl Path {
    fn of(hash: u64, seen: &PathSeen) -> Path {
        let PathSeen { upgraded, candidates } = seen;
        let candidates::Candidates { cells, downgraded, ages, firsts: _, profile } = candidates;
        let mut cells: Vec<_> =
            cells.iter().map(|(&cell, &tally)| Cell::from((cell, tally))).collect();
        cells.sort_unstable_by_key(Cell::place);
        let mut ages: Vec<_> = ages.iter().map(|(way, endings)| (*way, endings.into())).collect();
        ages.sort_unstable_by_key(|(way, _)| *way);
        Path {
            hash,
            upgraded: *upgraded,
            cells,
            downgraded: downgraded.as_deref().map(Downgraded::from),
            ages,
            profile: profile.as_deref().map(Profile::from),
        }
    }

    /// Without the first ones.
    fn into_seen(self, tables: Tables<'_>) -> Result<PathSeen, CodecError> {
        let Path { hash: _, upgraded, cells, downgraded, ages, profile } = self;
        let cells = each(cells, |cell| cell.into_cell(tables))?;
        let count = total(cells.iter().map(|(_, tally)| tally.count))?;
        let downgraded = downgraded.map(|downgraded| downgraded.into_downgraded(tables));
        let ages = each(ages, |(way, endings)| {
            Ok((tables.check_way(way)?, endings.into_endings(count)?))
        })?;
        let profile = profile.map(|profile| profile.into_profile(count)).transpose()?;
        let candidates = candidates::Candidates {
            cells: distinct(cells).ok_or(TWICE)?,
            downgraded: downgraded.transpose()?.map(Box::new),
            ages: distinct(ages).ok_or(CodecError::Impossible("a way that comes twice"))?,
            firsts: Default::default(),
            profile: profile.map(Box::new),
        };
        Ok(PathSeen { upgraded, candidates })
    }
}

#[cfg(test)]
mod tests;
