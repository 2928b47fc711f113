//! The tables that reports for people have in common, each with its rows of most to tell first. What is
//! in their cells is disarmed by whoever shows it.

use std::cmp::Reverse;

use wslog::{Analysis, ClientsRow, LatencyRow, NodeRow, PathRow, Percentiles, Totals};

/// Most rows of a table in a report for people.
pub(crate) const MOST_ROWS: usize = 20;

/// A column's heading, and whether it holds numbers.
#[derive(Clone, Copy)]
pub(crate) struct Column(pub(crate) &'static str, pub(crate) bool);

/// Rows under their headings.
pub(crate) struct Table {
    pub(crate) heading: String,
    pub(crate) columns: &'static [Column],
    /// At most [`MOST_ROWS`].
    pub(crate) rows: Vec<Vec<String>>,
    /// How many rows there are.
    pub(crate) all: usize,
}

impl Table {
    fn new<T>(
        heading: impl Into<String>,
        columns: &'static [Column],
        rows: &[T],
        cells: impl Fn(&T) -> Vec<String>,
    ) -> Table {
        let heading = heading.into();
        let all = rows.len();
        Table { heading, columns, rows: rows.iter().take(MOST_ROWS).map(cells).collect(), all }
    }
}

/// Those that hold something, in the order in which they are read.
pub(crate) fn tables(analysis: &Analysis) -> Vec<Table> {
    let nodes = nodes(&analysis.sightings.nodes);
    let ways = ways(&analysis.handshakes.paths);
    let all = [outcomes(analysis), nodes].into_iter().chain(waits(analysis)).chain([ways]);
    all.filter(|table| !table.rows.is_empty()).collect()
}

/// Those about how long it took, as far as they hold something.
pub(crate) fn waits(analysis: &Analysis) -> Vec<Table> {
    let handshakes = &analysis.handshakes;
    let all = [latencies(&handshakes.latencies), clients(&handshakes.clients)];
    all.into_iter().filter(|table| !table.rows.is_empty()).collect()
}

pub(crate) fn outcomes(analysis: &Analysis) -> Table {
    const COLUMNS: &[Column] = &[
        Column("protocol", false),
        Column("status", true),
        Column("outcome", false),
        Column("count", true),
        Column("near the mark", true),
    ];
    let mark = analysis.mark;
    let heading = format!(
        "Opening handshakes by protocol and outcome (the mark: {} s, give or take {} s)",
        mark.at.as_secs_f64(),
        mark.tolerance.as_secs_f64()
    );
    let rows = &analysis.sightings.by_protocol_status;
    let all = rows.len();
    let cells = |row: &wslog::SightingRow| {
        vec![
            row.protocol.to_string(),
            row.status.to_string(),
            row.outcome.to_string(),
            row.count.to_string(),
            row.near_mark.to_string(),
        ]
    };
    Table { heading, columns: COLUMNS, rows: rows.iter().map(cells).collect(), all }
}

/// Who handed the handshakes to which nginx, those with most to tell first.
pub(crate) fn nodes(rows: &[NodeRow]) -> Table {
    const COLUMNS: &[Column] = &[
        Column("vantage", false),
        Column("remote_addr", false),
        Column("total", true),
        Column("HTTP/1.0", true),
        Column("established", true),
        Column("failed", true),
        Column("near", true),
    ];
    let heading = "Nodes: who connected (remote_addr) to which nginx (vantage point)";
    Table::new(heading, COLUMNS, &ranked(rows), |node| {
        let Totals { total, http10, established, failed, near_mark } = node.totals;
        let counts = [total, http10, established, failed, near_mark];
        let mut cells = vec![node.vantage.clone(), node.remote_addr.clone()];
        cells.extend(counts.iter().map(u64::to_string));
        cells
    })
}

/// The nodes, those with most to tell first.
pub(crate) fn ranked(rows: &[NodeRow]) -> Vec<&NodeRow> {
    let mut nodes: Vec<&NodeRow> = rows.iter().collect();
    nodes.sort_by_key(|node| {
        let Totals { near_mark, failed, http10, .. } = node.totals;
        Reverse((near_mark, failed, http10))
    });
    nodes
}

/// How long handshakes took to be answered 101.
fn latencies(rows: &[LatencyRow]) -> Table {
    const COLUMNS: &[Column] = &[
        Column("vantage", false),
        Column("handshakes", true),
        Column("median", true),
        Column("90%", true),
        Column("99%", true),
        Column("longest", true),
    ];
    let heading = "Latency of handshakes that were answered 101, in seconds";
    Table::new(heading, COLUMNS, rows, |row| {
        let Percentiles { p50, p90, p99, max } = row.latency;
        let mut cells = vec![row.vantage.clone(), row.count.to_string()];
        cells.extend([p50, p90, p99, max].map(|it| it.to_string()));
        cells
    })
}

/// What clients went through that failed.
fn clients(rows: &[ClientsRow]) -> Table {
    const COLUMNS: &[Column] = &[
        Column("vantage", false),
        Column("clients", true),
        Column("waits", true),
        Column("until a 101", true),
        Column("median", true),
        Column("longest", true),
        Column("tries", true),
    ];
    let heading = "Clients that failed, by address, path and agent; their waits for a 101";
    let dash = || "-".to_owned();
    Table::new(heading, COLUMNS, rows, |row| {
        let waited = |of: fn(&Percentiles) -> String| row.waited.as_ref().map_or_else(dash, of);
        vec![
            row.vantage.clone(),
            row.clients.to_string(),
            (row.gave_up + row.established).to_string(),
            row.established.to_string(),
            waited(|it| it.p50.to_string()),
            waited(|it| it.max.to_string()),
            row.tries.map_or_else(dash, |tries| tries.to_string()),
        ]
    })
}

/// The ways that requests took, where several vantage points show them: those with most to tell first, by
/// being downgraded, then many.
fn ways(rows: &[PathRow]) -> Table {
    const COLUMNS: &[Column] = &[
        Column("requests", true),
        Column("downgraded", true),
        Column("way, from the client", false),
    ];
    let is_seen_at_several = rows.iter().any(|path| path.vantages.len() > 1);
    let mut paths: Vec<&PathRow> = rows.iter().filter(|_| is_seen_at_several).collect();
    paths.sort_by_key(|path| Reverse((downgraded(path), path.count)));
    Table::new("Ways that requests took", COLUMNS, &paths, |path| {
        vec![path.count.to_string(), downgraded(path).to_string(), way(path)]
    })
}

pub(crate) fn downgraded(path: &PathRow) -> u64 {
    path.downgrades.iter().map(|loss| loss.count).sum()
}

fn way(path: &PathRow) -> String {
    match path.ordered {
        true => path.vantages.join(" -> "),
        false => format!("{}, in an order that is not known", path.vantages.join(", ")),
    }
}
