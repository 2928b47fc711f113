//! Requests on one path that were handshakes if the path shows a 101 anywhere in the input.

use crate::ages::Endings;
use crate::counts::{Cell, Tally};
use crate::directory::Renumbering;
use crate::downgraded::Downgraded;
use crate::map::Map;
use crate::profile::Profile;
use crate::sighting::{Observed, Sighting};
use crate::websocket::mark::Mark;

/// Candidates of one path, counted as sightings are: there may be any number of them, and most turn
/// out to be ordinary requests.
#[derive(Clone, Debug, Default)]
pub(crate) struct Candidates {
    pub(crate) cells: Map<Cell, Tally>,
    /// `None` takes less room than one that is empty.
    pub(crate) downgraded: Option<Box<Downgraded>>,
    /// How old those were that a timer may have ended, by their ways; empty unless that is asked for.
    pub(crate) ages: Map<u32, Endings>,
    /// The first of each cell; empty unless that is asked for.
    pub(crate) firsts: Map<Cell, Sighting>,
    /// When they began, and how old they were; none unless that is asked for.
    pub(crate) profile: Option<Box<Profile>>,
}

impl Candidates {
    pub(crate) fn record(&mut self, observed: &Observed, sighting: &Sighting, mark: Mark) {
        self.add(Cell::of(observed), Tally::of(observed, mark));
        if observed.is_downgrade() {
            self.downgraded.get_or_insert_default().record(observed, sighting, mark);
        }
    }

    /// Keeps the first of each cell, to be cited, and what charts are drawn from.
    pub(crate) fn record_more(&mut self, observed: &Observed, sighting: &Sighting) {
        self.add_first(Cell::of(observed), *sighting);
        self.profile.get_or_insert_default().add(sighting);
    }

    fn add_first(&mut self, cell: Cell, sighting: Sighting) {
        let first = self.firsts.entry(cell).or_insert(sighting);
        if sighting.position() < first.position() {
            *first = sighting;
        }
    }

    /// Keeps how old one was when it ended.
    pub(crate) fn record_age(&mut self, observed: &Observed) {
        if let Some(age) = observed.request_time {
            let endings = self.ages.entry(observed.way).or_default();
            endings.add(observed.status, observed.upstream_header, age);
            endings.add_event(observed.status, age);
        }
    }

    /// Adds those of another table, whose ways have other numbers.
    pub(crate) fn absorb(&mut self, other: Candidates, numbers: &Renumbering) {
        for (cell, tally) in other.cells {
            self.add(Cell { way: numbers.way(cell.way), ..cell }, tally);
        }
        for (cell, sighting) in other.firsts {
            let cell = Cell { way: numbers.way(cell.way), ..cell };
            self.add_first(cell, sighting.renumbered(numbers));
        }
        for (way, endings) in other.ages {
            self.ages.entry(numbers.way(way)).or_default().absorb(endings);
        }
        if let Some(profile) = other.profile {
            self.profile.get_or_insert_default().absorb(&profile);
        }
        if let Some(downgraded) = other.downgraded {
            let downgraded = downgraded.renumbered(numbers);
            self.downgraded.get_or_insert_default().absorb(downgraded);
        }
    }

    fn add(&mut self, cell: Cell, tally: Tally) {
        self.cells.entry(cell).or_default().add(tally);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Their cells in no order that means anything.
    pub(crate) fn cells(&self) -> impl Iterator<Item = (Cell, Tally)> {
        self.cells.iter().map(|(&cell, &tally)| (cell, tally))
    }

    /// How old those were that a timer may have ended, by their ways.
    pub(crate) fn ages(&self) -> impl Iterator<Item = (u32, &Endings)> {
        self.ages.iter().map(|(&way, endings)| (way, endings))
    }

    /// The first of each cell, in no order that means anything.
    pub(crate) fn firsts(&self) -> impl Iterator<Item = &Sighting> {
        self.firsts.values()
    }

    /// When they began, and how old they were when they ended.
    pub(crate) fn profile(&self) -> Option<&Profile> {
        self.profile.as_deref()
    }

    pub(crate) fn downgraded(&self) -> Option<&Downgraded> {
        self.downgraded.as_deref()
    }
}
