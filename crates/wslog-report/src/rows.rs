//! The rows of a table as text: CSV for spreadsheets (RFC 4180), NDJSON for programs.

mod cells;
mod clock;
mod texts;

use wslog::{Batch, Column, Table};

use crate::rows::cells::Cells;

/// The forms of text that rows can be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowFormat {
    /// A header and one record a row. Control characters are shown escaped, and a text that a spreadsheet
    /// would take for a formula gets a quote in front; what lacks a value is empty.
    Csv,
    /// A JSON object a line, with a key for each column; what lacks a value is `null`.
    Ndjson,
}

impl RowFormat {
    /// What stands in front of the rows of a table.
    pub fn header(self, table: Table) -> Vec<u8> {
        match self {
            RowFormat::Csv => {
                let names: Vec<_> = table.columns().iter().map(|column| column.name).collect();
                (names.join(",") + "\n").into_bytes()
            }
            RowFormat::Ndjson => Vec::new(),
        }
    }

    /// Writes rows.
    pub fn render(self, batch: &Batch, to: &mut Vec<u8>) {
        let starts = match self {
            RowFormat::Csv => csv_starts(batch.table()),
            RowFormat::Ndjson => json_starts(batch.table()),
        };
        let columns = batch.columns().zip(starts);
        let mut columns: Vec<_> =
            columns.map(|((_, values), start)| Cells::new(self, start, values)).collect();
        let end: &[u8] = match self {
            RowFormat::Csv => b"\n",
            RowFormat::Ndjson => b"}\n",
        };
        for _ in 0..batch.len() {
            columns.iter_mut().for_each(|cells| cells.push_next(to));
            to.extend_from_slice(end);
        }
    }
}

/// What stands in front of the cells of a row.
fn csv_starts(table: Table) -> Vec<Vec<u8>> {
    let start = |place| if place == 0 { Vec::new() } else { b",".to_vec() };
    (0..table.columns().len()).map(start).collect()
}

/// What stands in front of the values of an object.
fn json_starts(table: Table) -> Vec<Vec<u8>> {
    let start = |(place, column): (usize, &Column)| {
        let before = if place == 0 { "{" } else { "," };
        format!("{before}\"{}\":", column.name).into_bytes()
    };
    table.columns().iter().enumerate().map(start).collect()
}
