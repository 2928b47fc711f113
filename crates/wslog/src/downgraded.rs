//! The downgrades among sightings: the ones to cite, and since when they fail.

use std::hint::select_unpredictable;

use wslog_parse::Timestamp;

use crate::directory::Renumbering;
use crate::few::Few;
use crate::sighting::{Observed, Position, Sighting};
use crate::websocket::mark::Mark;

/// A few of the downgrades, and when they were seen. It stays small however many there are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Downgraded {
    /// The most telling: near the mark, then failed, then the rest.
    examples: Few<Rank, Sighting>,
    failed: Failed,
}

/// How telling a downgrade is, the smaller the more; then its position. In one number, so that two are
/// compared without a branch.
type Rank = u128;

/// When the first and the last one that failed started.
#[derive(Clone, Copy, Debug)]
struct Failed {
    /// [`NEVER`] where there is none; [`LONG_AGO`] the other.
    first: Timestamp,
    last: Timestamp,
}

const NEVER: Timestamp = Timestamp::new(i64::MAX, i16::MAX);
const LONG_AGO: Timestamp = Timestamp::new(i64::MIN, i16::MIN);

impl Default for Failed {
    fn default() -> Failed {
        Failed { first: NEVER, last: LONG_AGO }
    }
}

impl Failed {
    /// Both. In a log full of handshakes any may be one of these or not, and which it is cannot be
    /// foretold: nothing here is decided by a branch.
    #[inline]
    fn and(self, other: Failed) -> Failed {
        let is_first = other.first < self.first;
        let is_last = other.last > self.last;
        Failed {
            first: select_unpredictable(is_first, other.first, self.first),
            last: select_unpredictable(is_last, other.last, self.last),
        }
    }
}

impl Downgraded {
    /// Takes a sighting into account, if it is a downgrade.
    #[inline(always)]
    pub(crate) fn record(&mut self, observed: &Observed, sighting: &Sighting, mark: Mark) {
        let is_downgrade = observed.is_downgrade();
        let at = observed.started_at().or(observed.logged_at);
        let counts = is_downgrade & observed.is_failed() & at.is_some();
        let at = at.unwrap_or(NEVER);
        self.failed = self.failed.and(Failed {
            first: select_unpredictable(counts, at, NEVER),
            last: select_unpredictable(counts, at, LONG_AGO),
        });
        let rank = rank(observed, mark);
        // Hardly any is among the first, so that is asked before what any may be.
        if self.examples.takes(&rank) {
            self.keep(rank, is_downgrade, sighting);
        }
    }

    #[cold]
    fn keep(&mut self, rank: Rank, is_downgrade: bool, sighting: &Sighting) {
        if is_downgrade {
            self.examples.offer(rank, || *sighting);
        }
    }

    /// Adds others of the same directory.
    pub(crate) fn absorb(&mut self, other: Downgraded) {
        self.examples.absorb(other.examples);
        self.failed = self.failed.and(other.failed);
    }

    /// The same in a directory where ways have other numbers.
    #[must_use]
    pub(crate) fn renumbered(mut self, numbers: &Renumbering) -> Downgraded {
        for sighting in self.examples.iter_mut() {
            *sighting = sighting.renumbered(numbers);
        }
        self
    }

    /// What was taken into account elsewhere: examples, each with its class, and when the first and
    /// the last one that failed started. `None` if no sightings can have left this.
    pub(crate) fn from_parts(
        examples: Vec<(u8, Sighting)>,
        failed: Option<(Timestamp, Timestamp)>,
    ) -> Option<Downgraded> {
        let fits = examples.iter().all(|(class, sighting)| {
            let is_failed = sighting.outcome().is_failed();
            sighting.is_downgrade() && *class <= NOT_FAILED && is_failed == (*class < NOT_FAILED)
        });
        let (first, last) = failed.unwrap_or((NEVER, LONG_AGO));
        if !fits || failed.is_some_and(|(first, last)| first > last) {
            return None;
        }
        let ranked = examples
            .into_iter()
            .map(|(class, sighting)| (rank_of(class, sighting.position()), sighting));
        let examples = Few::from_sorted(ranked.collect())?;
        Some(Downgraded { examples, failed: Failed { first, last } })
    }

    /// The examples, the most telling first, each with its class.
    pub(crate) fn ranked(&self) -> impl Iterator<Item = (u8, &Sighting)> {
        self.examples.entries().map(|(rank, sighting)| (class_of(*rank), sighting))
    }

    pub(crate) fn examples(&self) -> impl Iterator<Item = &Sighting> {
        self.examples.iter()
    }

    /// When the first and the last one that failed started, or ended where that is not known.
    pub(crate) fn failed(&self) -> Option<(Timestamp, Timestamp)> {
        let Failed { first, last } = self.failed;
        (first != NEVER).then_some((first, last))
    }
}

#[inline]
fn rank(observed: &Observed, mark: Mark) -> Rank {
    let class = NOT_FAILED - u8::from(observed.is_failed()) - u8::from(observed.is_near(mark));
    rank_of(class, observed.position)
}

/// The class of a downgrade that did not fail; one that did is before it, and before that one near
/// the mark.
const NOT_FAILED: u8 = 2;
const CLASS_AT: u32 = 80;

#[inline]
fn rank_of(class: u8, Position { source, byte }: Position) -> Rank {
    u128::from(class) << CLASS_AT | u128::from(source) << 64 | u128::from(byte)
}

fn class_of(rank: Rank) -> u8 {
    u8::try_from(rank >> CLASS_AT).unwrap_or(NOT_FAILED)
}
