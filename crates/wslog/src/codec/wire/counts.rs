//! What was counted.

use serde::{Deserialize, Serialize};

use crate::codec::CodecError;
use crate::codec::wire::number::{Timestamp, each, ensure, total};
use crate::codec::wire::sighting::{Upgrade, protocol_number, protocol_of, status_of};
use crate::codec::wire::{Sighting, Tables};
use crate::counts::{self, Cells, RequestCounts, Tally};
use crate::downgraded;
use crate::sighting;

/// Everything counted while lines are read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counts {
    /// By protocol, then status.
    requests: Vec<Requests>,
    /// By [`Cell::place`].
    cells: Vec<Cell>,
    /// By key, `Upgrade`, status, path.
    by_rule: [u64; 4],
    downgraded: Downgraded,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Requests {
    protocol: u8,
    status: u16,
    count: u64,
}

/// A cell and its tally.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cell {
    way: u32,
    protocol: u8,
    status: u16,
    key: KeyKind,
    upgrade: Upgrade,
    count: u64,
    near_mark: u64,
}

/// What lines show of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) enum KeyKind {
    None,
    Malformed,
    Valid,
}

/// The downgrades to cite, the most telling first, and when the first and the last one that failed
/// started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Downgraded {
    examples: Vec<Example>,
    failed: Option<(Timestamp, Timestamp)>,
}

/// A downgrade to cite: 0 near the mark, 1 failed, 2 neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Example {
    class: u8,
    sighting: Sighting,
}

impl From<&counts::Counts> for Counts {
    fn from(counts: &counts::Counts) -> Counts {
        let counts::Counts { requests, cells, by_rule, downgraded } = counts;
        let requests = requests.iter().map(|(protocol, status, count)| Requests {
            protocol: protocol_number(protocol),
            status: status.code(),
            count,
        });
        let mut cells: Vec<_> = cells.iter().map(Cell::from).collect();
        cells.sort_unstable_by_key(Cell::place);
        Counts {
            requests: requests.collect(),
            cells,
            by_rule: *by_rule,
            downgraded: Downgraded::from(downgraded),
        }
    }
}

impl Counts {
    /// The counts, of a partial with these tables.
    pub(crate) fn into_counts(self, tables: Tables<'_>) -> Result<counts::Counts, CodecError> {
        let cells = each(self.cells, |cell| cell.into_cell(tables))?;
        total(cells.iter().map(|(_, tally)| tally.count))?;
        total(self.by_rule)?;
        Ok(counts::Counts {
            requests: requests_of(&self.requests)?,
            cells: Cells::from_distinct(cells).ok_or(TWICE)?,
            by_rule: self.by_rule,
            downgraded: self.downgraded.into_downgraded(tables)?,
        })
    }
}

/// A table that gives a cell more than one tally.
pub(super) const TWICE: CodecError = CodecError::Impossible("a cell that comes twice");

fn requests_of(rows: &[Requests]) -> Result<RequestCounts, CodecError> {
    let place = |row: &Requests| (row.protocol, row.status);
    let is_table = rows.is_sorted_by(|one, next| place(one) < place(next));
    ensure(is_table, "requests that are out of order")?;
    total(rows.iter().map(|row| row.count))?;
    let mut requests = RequestCounts::default();
    for row in rows {
        requests.record_several(protocol_of(row.protocol)?, status_of(row.status)?, row.count);
    }
    Ok(requests)
}

impl From<sighting::KeyKind> for KeyKind {
    fn from(kind: sighting::KeyKind) -> KeyKind {
        match kind {
            sighting::KeyKind::None => KeyKind::None,
            sighting::KeyKind::Malformed => KeyKind::Malformed,
            sighting::KeyKind::Valid => KeyKind::Valid,
        }
    }
}

impl From<KeyKind> for sighting::KeyKind {
    fn from(kind: KeyKind) -> sighting::KeyKind {
        match kind {
            KeyKind::None => sighting::KeyKind::None,
            KeyKind::Malformed => sighting::KeyKind::Malformed,
            KeyKind::Valid => sighting::KeyKind::Valid,
        }
    }
}

impl From<(counts::Cell, Tally)> for Cell {
    fn from((cell, tally): (counts::Cell, Tally)) -> Cell {
        let counts::Cell { way, protocol, status, key, upgrade } = cell;
        let Tally { count, near_mark } = tally;
        Cell {
            way,
            protocol: protocol_number(protocol),
            status: status.code(),
            key: key.into(),
            upgrade: upgrade.into(),
            count,
            near_mark,
        }
    }
}

impl Cell {
    /// What cells are sorted by that have no order of their own.
    pub(super) fn place(&self) -> (u32, u8, u16, KeyKind, Upgrade) {
        (self.way, self.protocol, self.status, self.key, self.upgrade)
    }

    pub(super) fn into_cell(self, tables: Tables<'_>) -> Result<(counts::Cell, Tally), CodecError> {
        let Cell { way, protocol, status, key, upgrade, count, near_mark } = self;
        ensure(0 < count && near_mark <= count, "a cell that nothing is counted in")?;
        let (protocol, status) = (protocol_of(protocol)?, status_of(status)?);
        let way = tables.check_way(way)?;
        let cell = counts::Cell { way, protocol, status, key: key.into(), upgrade: upgrade.into() };
        Ok((cell, Tally { count, near_mark }))
    }
}

impl From<&downgraded::Downgraded> for Downgraded {
    fn from(downgraded: &downgraded::Downgraded) -> Downgraded {
        let example = |(class, sighting): (u8, &sighting::Sighting)| Example {
            class,
            sighting: Sighting::from(sighting),
        };
        let both = |(first, last)| (Timestamp::from(first), Timestamp::from(last));
        Downgraded {
            examples: downgraded.ranked().map(example).collect(),
            failed: downgraded.failed().map(both),
        }
    }
}

impl Downgraded {
    pub(super) fn into_downgraded(
        self,
        tables: Tables<'_>,
    ) -> Result<downgraded::Downgraded, CodecError> {
        let examples = each(self.examples, |Example { class, sighting }| {
            Ok((class, sighting.into_sighting(tables)?))
        })?;
        let failed = match self.failed {
            Some((first, last)) => Some((first.into_timestamp()?, last.into_timestamp()?)),
            None => None,
        };
        downgraded::Downgraded::from_parts(examples, failed)
            .ok_or(CodecError::Impossible("downgrades that are none, or out of order"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::wire::sighting::tests::SIGHTING;

    const TABLES: Tables<'_> = Tables { sources: 1, ways: 2, numbering: None };

    fn counts() -> Counts {
        let cell = |way| Cell {
            way,
            protocol: 11,
            status: 499,
            key: KeyKind::Malformed,
            upgrade: Upgrade::WebSocket,
            count: 3,
            near_mark: 3,
        };
        let example = |class| Example { class, sighting: SIGHTING };
        let requests = |protocol| Requests { protocol, status: 499, count: 9 };
        Counts {
            requests: vec![requests(0), requests(11)],
            cells: vec![cell(0), cell(1)],
            by_rule: [6, 0, 0, 0],
            downgraded: Downgraded {
                examples: vec![example(0), example(1)],
                failed: Some((Timestamp::new(-1, 0), Timestamp::new(0, 60))),
            },
        }
    }

    #[test]
    fn ok_counts_are_what_they_were() {
        let back = counts().into_counts(TABLES).unwrap();
        assert_eq!(Counts::from(&back), counts());
    }

    #[test]
    fn err_what_no_lines_can_have_left() {
        let forgeries: [fn(&mut Counts); 16] = [
            |all| all.requests.swap(0, 1),
            |all| all.requests[1] = all.requests[0],
            |all| all.requests[1].protocol = 101,
            |all| all.requests[1].status = 1000,
            |all| all.requests[1].count = u64::MAX,
            |all| all.cells[0].way = 2,
            |all| all.cells[1].way = 0,
            |all| all.cells[0].near_mark = 4,
            |all| (all.cells[0].count, all.cells[0].near_mark) = (0, 0),
            |all| all.cells[0].count = u64::MAX,
            |all| all.by_rule[1] = u64::MAX,
            |all| all.downgraded.examples.swap(0, 1),
            |all| all.downgraded.examples[1].class = 2,
            |all| all.downgraded.examples[1].class = 255,
            |all| all.downgraded.examples = vec![all.downgraded.examples[0]; 11],
            |all| all.downgraded.failed = Some((Timestamp::new(1, 0), Timestamp::new(0, 60))),
        ];
        for (number, forge) in forgeries.iter().enumerate() {
            let mut forged = counts();
            forge(&mut forged);
            assert!(forged.into_counts(TABLES).is_err(), "forgery {number}");
        }
    }
}
