//! Tables without borders: they are read as well in a pipe as on a terminal.

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};

use crate::paragraph::WIDTH;
use crate::tables::Column;

/// The rows under their headings, indented by two, at most [`WIDTH`] columns wide.
pub(crate) fn table(columns: &[Column], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(WIDTH).unwrap_or(u16::MAX))
        .set_header(columns.iter().map(|column| cell(column.0, column)));
    for row in rows {
        table.add_row(row.iter().zip(columns).map(|(text, column)| cell(text, column)));
    }
    for column in table.column_iter_mut() {
        column.set_padding((1, 1));
    }
    let lines: Vec<_> = table.lines().map(|line| format!(" {}", line.trim_end())).collect();
    lines.join("\n")
}

fn cell(text: &str, column: &Column) -> Cell {
    let alignment = if column.1 { CellAlignment::Right } else { CellAlignment::Left };
    Cell::new(text).set_alignment(alignment)
}
