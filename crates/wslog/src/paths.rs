//! Handshakes inferred from their path, in formats that log neither key nor Upgrade.
//!
//! Whether a failed GET was a handshake is known only when its path shows a 101, which may be in
//! the last line of the last file. Until then it is a candidate.

use std::collections::BTreeMap;

use crate::candidates::Candidates;
use crate::directory::Renumbering;
use crate::fingerprint::fingerprint;
use crate::known_requests::KnownRequests;
use crate::sighting::{Observed, Sighting};
use crate::websocket::mark::Mark;

/// Candidates by the hash of their path.
///
/// At most [`MAX_PATHS`] paths are kept, those of smallest hash: which ones does not depend on the
/// order of lines, so tables merge in any order, and a path that is kept is kept whole.
#[derive(Clone, Debug, Default)]
pub(crate) struct Paths {
    pub(crate) kept: BTreeMap<u64, PathSeen>,
    /// Whether there were more paths than are kept.
    pub(crate) lost: bool,
    /// Only saves time: what it knows is known of `kept` as well.
    pub(crate) known: KnownRequests,
    /// Whether it is kept how old candidates were, and which came first.
    pub(crate) keeps_more: bool,
    /// Every candidate, with the hash of its path; `None` unless that is asked for.
    pub(crate) all: Option<Vec<(u64, Sighting)>>,
}

/// What was learnt of a path.
#[derive(Clone, Debug, Default)]
pub(crate) struct PathSeen {
    /// Whether it showed a 101.
    pub(crate) upgraded: bool,
    pub(crate) candidates: Candidates,
}

/// Most paths kept.
pub(crate) const MAX_PATHS: usize = 65_536;

impl Paths {
    /// The paths in the order of their hashes, each with whether it showed a 101.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, bool, &Candidates)> {
        self.kept.iter().map(|(&path, seen)| (path, seen.upgraded, &seen.candidates))
    }

    /// From now on it is kept how old candidates were when they ended, and which to cite.
    pub(crate) fn keep_more(&mut self) {
        self.keeps_more = true;
    }

    /// From now on every candidate is kept.
    pub(crate) fn keep_candidates(&mut self) {
        self.all.get_or_insert_default();
    }

    /// Those candidates on paths that showed a 101, if candidates are kept.
    pub(crate) fn inferred(&self) -> impl Iterator<Item = &Sighting> {
        let is_upgraded = |path| self.kept.get(path).is_some_and(|seen| seen.upgraded);
        let all = self.all.iter().flatten();
        all.filter(move |(path, _)| is_upgraded(path)).map(|(_, sighting)| sighting)
    }

    /// A request on this path was answered 101. Its hash, if it had candidates and this is its first
    /// one.
    #[inline]
    pub(crate) fn upgraded<'t>(
        &mut self,
        request: Option<&'t [u8]>,
        path: impl FnOnce() -> &'t [u8],
    ) -> Option<u64> {
        match request {
            Some(request) if self.known.shows(request) => None,
            _ => {
                let path = path();
                self.known.keep(request.unwrap_or_default(), path);
                self.newly_upgraded(fingerprint(&[path]))
            }
        }
    }

    fn newly_upgraded(&mut self, path: u64) -> Option<u64> {
        let seen = self.seen(path)?;
        let was_upgraded = std::mem::replace(&mut seen.upgraded, true);
        (!was_upgraded && !seen.candidates.is_empty()).then_some(path)
    }

    /// A failed GET on the path of this hash; whether the path has shown a 101 so far.
    pub(crate) fn candidate(
        &mut self,
        path: u64,
        (observed, sighting): (&Observed, &Sighting),
        mark: Mark,
    ) -> bool {
        let keeps_more = self.keeps_more;
        if let Some(all) = &mut self.all {
            all.push((path, *sighting));
        }
        let Some(seen) = self.seen(path) else { return false };
        seen.candidates.record(observed, sighting, mark);
        if keeps_more {
            seen.candidates.record_more(observed, sighting);
            seen.candidates.record_age(observed);
        }
        seen.upgraded
    }

    /// Whether there were more paths than are kept, so that a handshake may be missing.
    pub(crate) fn is_lossy(&self) -> bool {
        self.lost
    }

    /// What opens WebSockets elsewhere does so here: paths that showed a 101 there are taken to have
    /// shown one here.
    pub(crate) fn learn(&mut self, other: &Paths) {
        for (path, _) in other.kept.iter().filter(|(_, seen)| seen.upgraded) {
            if let Some(mine) = self.kept.get_mut(path) {
                mine.upgraded = true;
            }
        }
        self.lost |= other.lost;
    }

    /// The candidates on paths that showed a 101.
    pub(crate) fn sightings(&self) -> impl Iterator<Item = &Candidates> {
        self.kept.values().filter(|seen| seen.upgraded).map(|seen| &seen.candidates)
    }

    pub(crate) fn absorb(&mut self, other: Paths, numbers: &Renumbering) {
        self.lost |= other.lost;
        if let (Some(all), Some(theirs)) = (&mut self.all, other.all) {
            let theirs = theirs.into_iter();
            all.extend(theirs.map(|(path, sighting)| (path, sighting.renumbered(numbers))));
        }
        for (path, theirs) in other.kept {
            let Some(mine) = self.seen(path) else { continue };
            mine.upgraded |= theirs.upgraded;
            mine.candidates.absorb(theirs.candidates, numbers);
        }
    }

    fn seen(&mut self, path: u64) -> Option<&mut PathSeen> {
        let is_full = self.kept.len() >= MAX_PATHS && !self.kept.contains_key(&path);
        if is_full {
            self.lost = true;
            if self.kept.last_key_value().is_some_and(|(&largest, _)| path > largest) {
                return None;
            }
            self.kept.pop_last();
        }
        Some(self.kept.entry(path).or_default())
    }
}
