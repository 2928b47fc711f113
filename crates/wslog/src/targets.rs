//! What handshakes asked for, and what became of them: a configuration is held against it.

use std::collections::BTreeMap;

use wslog_parse::{Millis, Status};

use crate::fingerprint::fingerprint;
use crate::map::Map;
use crate::websocket::mark::Mark;

/// Handshakes by what they asked for; nothing is kept unless that is asked for.
///
/// At most [`MAX_TARGETS`] are kept, those of smallest hash: which ones does not depend on the order of
/// lines, so tables merge in any order, and a target that is kept is kept whole.
#[derive(Clone, Debug, Default)]
pub(crate) struct Targets {
    /// By the hash of [`Target::hash`].
    kept: BTreeMap<u64, Target>,
    /// How many are missing because there were too many targets, or because theirs is too long.
    lost: u64,
}

/// The requests on one path, at one server.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// `$server_name`, still escaped; empty for a server without one, and `None` where it is not logged.
    pub(crate) server_name: Option<Box<[u8]>>,
    /// The path, without the query.
    pub(crate) path: Box<[u8]>,
    /// By status, and whether they are handshakes only if the path shows a 101.
    pub(crate) ends: Map<(Status, bool), End>,
}

/// Requests that ended alike.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct End {
    pub(crate) count: u64,
    /// Those of them whose age was near the mark.
    pub(crate) near_mark: u64,
}

/// What a line shows of a request that is a handshake, or a candidate for one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'l> {
    pub(crate) server_name: Option<&'l [u8]>,
    pub(crate) path: Option<&'l [u8]>,
    pub(crate) status: Status,
    pub(crate) request_time: Option<Millis>,
    /// Whether it is a handshake only if its path shows a 101.
    pub(crate) is_candidate: bool,
}

/// Most targets kept.
const MAX_TARGETS: usize = 65_536;
/// Longest name and path of a target together, in bytes.
const MAX_LEN: usize = 1024;

impl Targets {
    pub(crate) fn record(&mut self, asked: Asked<'_>, mark: Mark) {
        let Asked { server_name, path, status, request_time, is_candidate } = asked;
        let (name, path) = (server_name.unwrap_or_default(), path.unwrap_or_default());
        if name.len() + path.len() > MAX_LEN {
            self.lost += 1;
            return;
        }
        let near_mark = u64::from(request_time.is_some_and(|age| mark.is_near(age)));
        let make = || Target {
            server_name: server_name.map(Into::into),
            path: path.into(),
            ends: Map::default(),
        };
        match self.target(hash(server_name, path), make) {
            Some(target) => target.add((status, is_candidate), End { count: 1, near_mark }),
            None => self.lost += 1,
        }
    }

    /// Adds those of another table.
    pub(crate) fn absorb(&mut self, other: Targets) {
        self.lost += other.lost;
        for (hash, target) in other.kept {
            let Target { server_name, path, ends } = target;
            let make = || Target { server_name, path, ends: Map::default() };
            match self.target(hash, make) {
                Some(target) => ends.into_iter().for_each(|(key, end)| target.add(key, end)),
                None => self.lost += ends.values().map(|end| end.count).sum::<u64>(),
            }
        }
    }

    fn target(&mut self, hash: u64, make: impl FnOnce() -> Target) -> Option<&mut Target> {
        let is_full = self.kept.len() >= MAX_TARGETS && !self.kept.contains_key(&hash);
        let last = || self.kept.last_key_value().map(|(&last, _)| last);
        if is_full {
            if last().is_some_and(|last| last < hash) {
                return None;
            }
            let gone = self.kept.pop_last();
            self.lost += gone.map_or(0, |(_, target)| target.count());
        }
        Some(self.kept.entry(hash).or_insert_with(make))
    }

    /// A table of these, in the order of their hashes; `None` if they are in another, too many or too long.
    pub(crate) fn from_sorted(targets: Vec<Target>, lost: u64) -> Option<Targets> {
        let len = |target: &Target| {
            target.server_name.as_ref().map_or(0, |name| name.len()) + target.path.len()
        };
        let is_table = targets.len() <= MAX_TARGETS
            && targets.is_sorted_by(|one, next| one.hash() < next.hash())
            && targets.iter().all(|target| len(target) <= MAX_LEN);
        let kept = targets.into_iter().map(|target| (target.hash(), target));
        is_table.then(|| Targets { kept: kept.collect(), lost })
    }

    /// Those that are kept in the order of their hashes, and how many requests are missing, as
    /// [`Targets::from_sorted`] takes them.
    pub(crate) fn parts(&self) -> (impl Iterator<Item = &Target>, u64) {
        let Targets { kept, lost } = self;
        (kept.values(), *lost)
    }

    /// Those that are kept, in no order that means anything.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Target> {
        self.kept.values()
    }

    /// How many requests are missing.
    pub(crate) fn lost(&self) -> u64 {
        self.lost
    }
}

/// What a target is kept by.
fn hash(server_name: Option<&[u8]>, path: &[u8]) -> u64 {
    let is_named: &[u8] = if server_name.is_some() { b"named" } else { b"" };
    fingerprint(&[is_named, server_name.unwrap_or_default(), path])
}

impl Target {
    fn hash(&self) -> u64 {
        hash(self.server_name.as_deref(), &self.path)
    }

    fn add(&mut self, key: (Status, bool), end: End) {
        let ours = self.ends.entry(key).or_default();
        ours.count += end.count;
        ours.near_mark += end.near_mark;
    }

    fn count(&self) -> u64 {
        self.ends.values().map(|end| end.count).sum()
    }

    /// Whether a tunnel was opened here.
    pub(crate) fn is_upgraded(&self) -> bool {
        self.ends.keys().any(|(status, _)| *status == Status::SWITCHING_PROTOCOLS)
    }

    /// How handshakes ended; candidates are among them if the path shows a 101 anywhere.
    pub(crate) fn ends(&self, is_upgraded: bool) -> impl Iterator<Item = (Status, End)> {
        let ends =
            self.ends.iter().filter(move |((_, is_candidate), _)| is_upgraded || !is_candidate);
        ends.map(|((status, _), end)| (*status, *end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(path: &[u8]) -> Asked<'_> {
        let status = Status::SWITCHING_PROTOCOLS;
        Asked {
            server_name: None,
            path: Some(path),
            status,
            request_time: None,
            is_candidate: false,
        }
    }

    fn told(targets: &Targets) -> (Vec<(&[u8], u64)>, u64) {
        (targets.iter().map(|target| (&*target.path, target.count())).collect(), targets.lost())
    }

    #[test]
    fn ok_which_are_kept_does_not_depend_on_the_order() {
        let paths: Vec<String> = (0..MAX_TARGETS + 500).map(|n| format!("/{n}")).collect();
        let mark = Mark::default();
        let mut forth = Targets::default();
        let mut back = Targets::default();
        let [mut one, mut other] = [Targets::default(), Targets::default()];
        for (index, path) in paths.iter().enumerate() {
            forth.record(asked(path.as_bytes()), mark);
            let half = if index % 2 == 0 { &mut one } else { &mut other };
            half.record(asked(path.as_bytes()), mark);
        }
        paths.iter().rev().for_each(|path| back.record(asked(path.as_bytes()), mark));
        one.absorb(other);
        assert_eq!(told(&forth), told(&back));
        assert_eq!(told(&forth), told(&one));
        assert_eq!(forth.lost(), 500);
    }
}
