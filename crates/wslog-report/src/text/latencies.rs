//! How long handshakes took to be answered 101.

use std::io::{self, Write};

use wslog::LatencyRow;

use crate::disarm::printable;
use crate::table::{Column, MOST_ROWS, table};
use crate::text::{heading, more};

pub(super) fn latencies(rows: &[LatencyRow], to: &mut dyn Write) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let columns = [
        Column("vantage", false),
        Column("handshakes", true),
        Column("median", true),
        Column("90%", true),
        Column("99%", true),
        Column("longest", true),
    ];
    let cells = |row: &LatencyRow| {
        let latency = row.latency;
        let seconds = [latency.p50, latency.p90, latency.p99, latency.max];
        let mut cells = vec![printable(&row.vantage), row.count.to_string()];
        cells.extend(seconds.map(|it| it.to_string()));
        cells
    };
    writeln!(to)?;
    heading("Latency of handshakes that were answered 101, in seconds", to)?;
    writeln!(to, "{}", table(&columns, rows.iter().take(MOST_ROWS).map(cells)))?;
    more(rows.len(), to)
}
