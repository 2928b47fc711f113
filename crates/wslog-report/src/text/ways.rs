//! The ways that requests took, where several vantage points show them.

use std::cmp::Reverse;
use std::io::{self, Write};

use wslog::PathRow;

use crate::disarm::printable;
use crate::table::{Column, MOST_ROWS, table};
use crate::text::{heading, more};

/// Those with most to tell first: downgraded, then many.
pub(super) fn ways(paths: &[PathRow], to: &mut dyn Write) -> io::Result<()> {
    if paths.iter().all(|path| path.vantages.len() < 2) {
        return Ok(());
    }
    let mut paths: Vec<&PathRow> = paths.iter().collect();
    paths.sort_by_key(|path| Reverse((downgraded(path), path.count)));
    let columns = [
        Column("requests", true),
        Column("downgraded", true),
        Column("way, from the client", false),
    ];
    let rows = paths.iter().take(MOST_ROWS).map(|path| {
        vec![path.count.to_string(), downgraded(path).to_string(), printable(&way(path))]
    });
    writeln!(to)?;
    heading("Ways that requests took", to)?;
    writeln!(to, "{}", table(&columns, rows))?;
    more(paths.len(), to)
}

fn downgraded(path: &PathRow) -> u64 {
    path.downgrades.iter().map(|loss| loss.count).sum()
}

fn way(path: &PathRow) -> String {
    match path.ordered {
        true => path.vantages.join(" -> "),
        false => format!("{}, in an order that is not known", path.vantages.join(", ")),
    }
}
