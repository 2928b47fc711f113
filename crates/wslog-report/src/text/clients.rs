//! What clients went through that failed.

use std::io::{self, Write};

use wslog::{ClientsRow, Percentiles};

use crate::disarm::printable;
use crate::table::{Column, MOST_ROWS, table};
use crate::text::{heading, more};

pub(super) fn clients(rows: &[ClientsRow], to: &mut dyn Write) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let columns = [
        Column("vantage", false),
        Column("clients", true),
        Column("waits", true),
        Column("until a 101", true),
        Column("median", true),
        Column("longest", true),
        Column("tries", true),
    ];
    let cells = |row: &ClientsRow| {
        let waited = |of: fn(&Percentiles) -> String| row.waited.as_ref().map_or_else(dash, of);
        vec![
            printable(&row.vantage),
            row.clients.to_string(),
            (row.gave_up + row.established).to_string(),
            row.established.to_string(),
            waited(|it| it.p50.to_string()),
            waited(|it| it.max.to_string()),
            row.tries.map_or_else(dash, |tries| tries.to_string()),
        ]
    };
    writeln!(to)?;
    heading("Clients that failed, by address, path and agent; their waits for a 101", to)?;
    writeln!(to, "{}", table(&columns, rows.iter().take(MOST_ROWS).map(cells)))?;
    more(rows.len(), to)
}

fn dash() -> String {
    "-".to_owned()
}
