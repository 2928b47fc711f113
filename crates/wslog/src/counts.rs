//! Exact tables: what every report is made of. They stay small however long the log is.

use wslog_parse::{Protocol, Status, Upgrade};

use crate::candidates::Candidates;
use crate::directory::{Numbered, Renumbering};
use crate::downgraded::Downgraded;
use crate::recent::Recent;
use crate::sighting::{KeyKind, Observed, Sighting};
use crate::websocket::handshake::Rule;
use crate::websocket::mark::Mark;

/// Everything counted while lines are read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) requests: RequestCounts,
    pub(crate) cells: Cells,
    pub(crate) by_rule: [u64; Rule::Path as usize + 1],
    pub(crate) downgraded: Downgraded,
}

/// Sightings that agree in all of this are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Cell {
    /// Whence, by whom, where to: the number of the way.
    pub(crate) way: u32,
    pub(crate) protocol: Protocol,
    pub(crate) status: Status,
    /// What lines show of the request's headers.
    pub(crate) key: KeyKind,
    pub(crate) upgrade: Upgrade,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) count: u64,
    pub(crate) near_mark: u64,
}

impl Tally {
    /// Of one sighting.
    #[inline]
    pub(crate) fn of(observed: &Observed, mark: Mark) -> Tally {
        Tally { count: 1, near_mark: u64::from(observed.is_near(mark)) }
    }

    #[inline]
    pub(crate) fn add(&mut self, other: Tally) {
        self.count += other.count;
        self.near_mark += other.near_mark;
    }
}

/// Tallies by cell.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cells {
    cells: Numbered<Cell>,
    tallies: Vec<Tally>,
    recent: Recent,
}

impl Cells {
    #[inline]
    pub(crate) fn add(&mut self, cell: Cell, tally: Tally) {
        let slot = Recent::slot(cell.number());
        let recent = self.recent.get(slot);
        let number = match self.cells.get(recent) {
            Some(found) if found.number() == cell.number() => recent,
            _ => self.number(cell, slot),
        };
        let sum = usize::try_from(number).ok().and_then(|number| self.tallies.get_mut(number));
        if let Some(sum) = sum {
            sum.add(tally);
        }
    }

    #[cold]
    fn number(&mut self, cell: Cell, slot: usize) -> u32 {
        let number = self.cells.id(cell);
        self.tallies.resize(self.cells.len(), Tally::default());
        self.recent.set(slot, number);
        number
    }

    /// How many cells there are.
    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether anything was counted in this cell.
    pub(crate) fn has(&self, cell: Cell) -> bool {
        self.cells.has(cell)
    }

    /// A table of these cells in their order; `None` if one of them comes twice.
    pub(crate) fn from_distinct(cells: Vec<(Cell, Tally)>) -> Option<Cells> {
        let (cells, tallies) = cells.into_iter().unzip();
        Some(Cells { cells: Numbered::from_distinct(cells)?, tallies, recent: Recent::default() })
    }

    /// The cells in no order that means anything.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Cell, Tally)> {
        self.cells.iter().zip(self.tallies.iter().copied())
    }
}

impl Cell {
    /// The cell that a packed sighting is counted in.
    pub(crate) fn of_packed(sighting: &Sighting) -> Cell {
        Cell {
            way: sighting.way(),
            protocol: sighting.protocol(),
            status: sighting.status(),
            key: sighting.key_seen().kind(),
            upgrade: sighting.upgrade(),
        }
    }

    /// The cell that a sighting is counted in.
    #[inline]
    pub(crate) fn of(observed: &Observed) -> Cell {
        let Observed { way, protocol, status, upgrade, .. } = *observed;
        Cell { way, protocol, status, key: observed.key.kind(), upgrade }
    }

    /// All of it as one number.
    #[inline]
    fn number(self) -> u64 {
        u64::from(self.way) << 32
            | (self.protocol.index() as u64) << 16
            | (self.key as u64) << 12
            | (self.upgrade as u64) << 10
            | u64::from(self.status.code())
    }
}

impl Counts {
    /// Counts one sighting in every table.
    ///
    /// It is packed already, but what has just been written is slow to be read.
    #[inline(always)]
    pub(crate) fn record(&mut self, observed: &Observed, sighting: &Sighting, mark: Mark) {
        self.cells.add(Cell::of(observed), Tally::of(observed, mark));
        self.by_rule[observed.rule as usize] += 1;
        self.downgraded.record(observed, sighting, mark);
    }

    /// Adds another table, whose names have other numbers.
    pub(crate) fn absorb(&mut self, other: Counts, numbers: &Renumbering) {
        self.requests.absorb(&other.requests);
        for (cell, tally) in other.cells.iter() {
            self.cells.add(Cell { way: numbers.way(cell.way), ..cell }, tally);
        }
        self.by_rule.iter_mut().zip(other.by_rule).for_each(|(mine, theirs)| *mine += theirs);
        self.downgraded.absorb(other.downgraded.renumbered(numbers));
    }

    /// Sightings whose key is none.
    pub(crate) fn malformed_keys(&self) -> u64 {
        let is_malformed = |cell: &Cell| cell.key == KeyKind::Malformed;
        self.cells.iter().filter(|(cell, _)| is_malformed(cell)).map(|(_, it)| it.count).sum()
    }

    /// Adds candidates that turned out to be sightings.
    pub(crate) fn absorb_candidates(&mut self, candidates: &Candidates) {
        for (cell, tally) in candidates.cells() {
            self.cells.add(cell, tally);
            self.by_rule[Rule::Path as usize] += tally.count;
        }
        if let Some(downgraded) = candidates.downgraded() {
            self.downgraded.absorb(downgraded.clone());
        }
    }
}

/// Parsed lines by protocol and status: one row of a thousand a protocol, made when it is needed.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequestCounts {
    rows: Vec<Vec<u64>>,
}

impl RequestCounts {
    #[inline]
    pub(crate) fn record(&mut self, protocol: Protocol, status: Status) {
        self.add(protocol.index(), usize::from(status.code()), 1);
    }

    /// Counts several that were counted elsewhere.
    pub(crate) fn record_several(&mut self, protocol: Protocol, status: Status, count: u64) {
        self.add(protocol.index(), usize::from(status.code()), count);
    }

    #[inline]
    fn add(&mut self, protocol: usize, status: usize, count: u64) {
        match self.rows.get_mut(protocol).and_then(|row| row.get_mut(status)) {
            Some(counted) => *counted += count,
            None => self.add_first(protocol, status, count),
        }
    }

    #[cold]
    fn add_first(&mut self, protocol: usize, status: usize, count: u64) {
        self.rows.resize(Protocol::COUNT, Vec::new());
        self.rows[protocol].resize(Status::COUNT, 0);
        self.rows[protocol][status] += count;
    }

    fn absorb(&mut self, other: &RequestCounts) {
        for (protocol, status, count) in other.indexes() {
            self.add(protocol, status, count);
        }
    }

    fn indexes(&self) -> impl Iterator<Item = (usize, usize, u64)> {
        self.rows.iter().enumerate().flat_map(|(protocol, row)| {
            let counted = row.iter().enumerate().filter(|(_, count)| **count > 0);
            counted.map(move |(status, &count)| (protocol, status, count))
        })
    }

    /// The counts above 0, by protocol, then status.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Protocol, Status, u64)> {
        self.indexes().filter_map(|(protocol, status, count)| {
            let status = Status::from_code(u16::try_from(status).ok()?)?;
            Some((Protocol::from_index(protocol)?, status, count))
        })
    }
}
