//! Exact tables: what every report is made of. They stay small however long the log is.

use wslog_parse::{Protocol, Status, Timestamp};

use crate::directory::{Numbered, Renumbering};
use crate::few::Few;
use crate::recent::Recent;
use crate::sighting::{Position, Sighting};
use crate::websocket::handshake::Rule;
use crate::websocket::mark::Mark;

/// Everything counted while lines are read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) requests: RequestCounts,
    pub(crate) cells: Cells,
    pub(crate) by_rule: [u64; Rule::Path as usize + 1],
    pub(crate) malformed_keys: u64,
    /// The most telling downgrades: near the mark, then failed, then the rest.
    pub(crate) downgrades: Few<Witness>,
    /// When the first and the last failed downgrade started.
    pub(crate) failed_downgrades: Option<(Timestamp, Timestamp)>,
}

/// Sightings that agree in all of this are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Cell {
    /// Whence, by whom, where to: the number of the way.
    pub(crate) way: u32,
    pub(crate) protocol: Protocol,
    pub(crate) status: Status,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) count: u64,
    pub(crate) near_mark: u64,
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
            sum.count += tally.count;
            sum.near_mark += tally.near_mark;
        }
    }

    #[cold]
    fn number(&mut self, cell: Cell, slot: usize) -> u32 {
        let number = self.cells.id(cell);
        self.tallies.resize(self.cells.len(), Tally::default());
        self.recent.set(slot, number);
        number
    }

    /// The cells in no order that means anything.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Cell, Tally)> {
        self.cells.iter().zip(self.tallies.iter().copied())
    }
}

impl Cell {
    /// All of it as one number.
    #[inline]
    fn number(self) -> u64 {
        u64::from(self.way) << 32
            | (self.protocol.index() as u64) << 16
            | u64::from(self.status.code())
    }
}

/// A sighting that can be cited: with the lines before it in its stretch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Witness {
    pub(crate) sighting: Sighting,
    pub(crate) lines_before: u32,
}

impl Witness {
    pub(crate) fn new(sighting: Sighting, lines_before: u32) -> Witness {
        Witness { sighting, lines_before }
    }
}

/// How telling a downgrade is; the smaller the more.
type Rank = (u8, Position);

impl Counts {
    /// Counts one sighting in every table.
    #[inline]
    pub(crate) fn record(&mut self, sighting: &Sighting, lines_before: u32, mark: Mark) {
        let near_mark = sighting.is_near(mark);
        let cell =
            Cell { way: sighting.way(), protocol: sighting.protocol(), status: sighting.status() };
        self.cells.add(cell, Tally { count: 1, near_mark: u64::from(near_mark) });
        self.by_rule[sighting.rule() as usize] += 1;
        self.malformed_keys += u64::from(sighting.has_malformed_key());
        if sighting.is_downgrade() {
            self.record_downgrade(sighting, lines_before, mark);
        }
    }

    fn record_downgrade(&mut self, sighting: &Sighting, lines_before: u32, mark: Mark) {
        let rank_of = |witness: &Witness| rank(&witness.sighting, mark);
        let make = || Witness::new(*sighting, lines_before);
        self.downgrades.offer(&rank(sighting, mark), rank_of, make);
        let at = sighting.started_at().or(sighting.logged_at());
        if let Some(at) = at.filter(|_| sighting.outcome().is_failed()) {
            self.failed_downgrades = wider(self.failed_downgrades, Some((at, at)));
        }
    }

    /// Adds another table, whose names have other numbers.
    pub(crate) fn absorb(&mut self, other: Counts, numbers: &Renumbering, mark: Mark) {
        self.requests.absorb(&other.requests);
        for (cell, tally) in other.cells.iter() {
            self.cells.add(Cell { way: numbers.way(cell.way), ..cell }, tally);
        }
        self.by_rule.iter_mut().zip(other.by_rule).for_each(|(mine, theirs)| *mine += theirs);
        self.malformed_keys += other.malformed_keys;
        let mut downgrades = other.downgrades;
        for witness in downgrades.iter_mut() {
            witness.sighting = witness.sighting.renumbered(numbers);
        }
        self.downgrades.absorb(downgrades, |witness| rank(&witness.sighting, mark));
        self.failed_downgrades = wider(self.failed_downgrades, other.failed_downgrades);
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
pub(crate) fn wider<T: Ord + Copy>(one: Option<(T, T)>, other: Option<(T, T)>) -> Option<(T, T)> {
    match (one, other) {
        (Some((start, end)), Some((other_start, other_end))) => {
            Some((start.min(other_start), end.max(other_end)))
        }
        _ => one.or(other),
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
