//! What handshakes asked for, and what became of them.

use serde::{Deserialize, Serialize};

use crate::codec::CodecError;
use crate::codec::wire::number::{distinct, each, ensure, total};
use crate::codec::wire::sighting::status_of;
use crate::targets::{self, End};

/// The targets that are kept, in the order of their hashes, and how many requests are missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Targets {
    kept: Vec<Target>,
    lost: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Target {
    server_name: Option<Vec<u8>>,
    path: Vec<u8>,
    /// By status, then whether they are candidates.
    ends: Vec<Ended>,
}

/// How many requests ended alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Ended {
    status: u16,
    is_candidate: bool,
    count: u64,
    near_mark: u64,
}

impl From<&targets::Targets> for Targets {
    fn from(targets: &targets::Targets) -> Targets {
        let (kept, lost) = targets.parts();
        Targets { kept: kept.map(Target::from).collect(), lost }
    }
}

impl From<&targets::Target> for Target {
    fn from(target: &targets::Target) -> Target {
        let targets::Target { server_name, path, ends } = target;
        let ended = |(&(status, is_candidate), &End { count, near_mark }): (&(_, _), &_)| {
            let status = wslog_parse::Status::code(status);
            Ended { status, is_candidate, count, near_mark }
        };
        let mut ends: Vec<_> = ends.iter().map(ended).collect();
        ends.sort_unstable_by_key(|end| (end.status, end.is_candidate));
        Target {
            server_name: server_name.as_deref().map(<[u8]>::to_vec),
            path: path.to_vec(),
            ends,
        }
    }
}

impl Targets {
    pub(super) fn into_targets(self) -> Result<targets::Targets, CodecError> {
        let Targets { kept, lost } = self;
        let counts = kept.iter().flat_map(|target| &target.ends).map(|end| end.count);
        total(counts.chain([lost]))?;
        targets::Targets::from_sorted(each(kept, Target::into_target)?, lost)
            .ok_or(CodecError::Impossible("targets that are too many, too long or out of order"))
    }
}

impl Target {
    fn into_target(self) -> Result<targets::Target, CodecError> {
        let Target { server_name, path, ends } = self;
        let ends = each(ends, |Ended { status, is_candidate, count, near_mark }| {
            ensure(0 < count && near_mark <= count, "a target that nobody asked for")?;
            Ok(((status_of(status)?, is_candidate), End { count, near_mark }))
        })?;
        let twice = CodecError::Impossible("an end that comes twice");
        Ok(targets::Target {
            server_name: server_name.map(Vec::into_boxed_slice),
            path: path.into_boxed_slice(),
            ends: distinct(ends).ok_or(twice)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(path: &[u8]) -> Target {
        let end = |is_candidate| Ended { status: 499, is_candidate, count: 2, near_mark: 1 };
        Target {
            server_name: Some(b"edge".to_vec()),
            path: path.to_vec(),
            ends: vec![end(false), end(true)],
        }
    }

    fn targets() -> Targets {
        let mut kept = vec![target(b"/a"), Target { server_name: None, ..target(b"/b") }];
        let is_sorted =
            |kept: &[Target]| Targets { kept: kept.to_vec(), lost: 0 }.into_targets().is_ok();
        if !is_sorted(&kept) {
            kept.swap(0, 1);
        }
        Targets { kept, lost: 3 }
    }

    #[test]
    fn ok_targets_are_what_they_were() {
        let back = targets().into_targets().unwrap();
        assert_eq!(Targets::from(&back), targets());
    }

    #[test]
    fn err_what_no_lines_can_have_left() {
        let forgeries: [fn(&mut Targets); 8] = [
            |all| all.lost = u64::MAX,
            |all| all.kept.swap(0, 1),
            |all| all.kept[1] = all.kept[0].clone(),
            |all| all.kept[0].ends[1] = all.kept[0].ends[0],
            |all| all.kept[0].ends[0].status = 1000,
            |all| all.kept[0].ends[0].count = 0,
            |all| all.kept[0].ends[0].near_mark = 3,
            |all| all.kept = vec![target(&[b'a'; 1025])],
        ];
        for (number, forge) in forgeries.iter().enumerate() {
            let mut forged = targets();
            forge(&mut forged);
            assert!(forged.into_targets().is_err(), "forgery {number}");
        }
    }
}
