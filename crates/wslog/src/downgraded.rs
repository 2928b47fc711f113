//! The downgrades among sightings: the ones to cite, and since when they fail.

use wslog_parse::Timestamp;

use crate::counts::Witness;
use crate::directory::Renumbering;
use crate::few::Few;
use crate::sighting::{Position, Sighting};
use crate::websocket::mark::Mark;

/// A few of the downgrades, and when they were seen. It stays small however many there are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Downgraded {
    /// The most telling: near the mark, then failed, then the rest.
    examples: Few<Witness>,
    /// When the first and the last one that failed started.
    failed: Option<(Timestamp, Timestamp)>,
}

/// How telling a downgrade is; the smaller the more.
type Rank = (u8, Position);

impl Downgraded {
    pub(crate) fn record(&mut self, sighting: &Sighting, lines_before: u32, mark: Mark) {
        let rank_of = |witness: &Witness| rank(&witness.sighting, mark);
        let make = || Witness::new(*sighting, lines_before);
        self.examples.offer(&rank(sighting, mark), rank_of, make);
        let at = sighting.started_at().or(sighting.logged_at());
        if let Some(at) = at.filter(|_| sighting.outcome().is_failed()) {
            self.failed = wider(self.failed, Some((at, at)));
        }
    }

    /// Adds others of the same directory.
    pub(crate) fn absorb(&mut self, other: Downgraded, mark: Mark) {
        self.examples.absorb(other.examples, |witness| rank(&witness.sighting, mark));
        self.failed = wider(self.failed, other.failed);
    }

    /// The same in a directory where ways have other numbers.
    #[must_use]
    pub(crate) fn renumbered(mut self, numbers: &Renumbering) -> Downgraded {
        for witness in self.examples.iter_mut() {
            witness.sighting = witness.sighting.renumbered(numbers);
        }
        self
    }

    pub(crate) fn examples(&self) -> impl Iterator<Item = &Witness> {
        self.examples.iter()
    }

    pub(crate) fn failed(&self) -> Option<(Timestamp, Timestamp)> {
        self.failed
    }
}

fn rank(sighting: &Sighting, mark: Mark) -> Rank {
    let class = match (sighting.is_near(mark), sighting.outcome().is_failed()) {
        (true, _) => 0,
        (_, true) => 1,
        _ => 2,
    };
    (class, sighting.position())
}

/// The span of both.
fn wider<T: Ord + Copy>(one: Option<(T, T)>, other: Option<(T, T)>) -> Option<(T, T)> {
    match (one, other) {
        (Some((start, end)), Some((other_start, other_end))) => {
            Some((start.min(other_start), end.max(other_end)))
        }
        _ => one.or(other),
    }
}
