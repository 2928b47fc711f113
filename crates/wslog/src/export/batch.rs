//! Some rows of a table.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate};

use crate::export::table::{Column, Table};
use crate::export::values::{Value, Values};

/// Some rows of a table, one behind the other in its order, by columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    table: Table,
    columns: Vec<Values>,
    len: usize,
}

impl Batch {
    /// The columns are those of the table, in its order.
    pub(super) fn new(table: Table, columns: Vec<Values>) -> Batch {
        let len = columns.first().map_or(0, Values::len);
        Batch { table, columns, len }
    }

    /// The table they are of.
    pub fn table(&self) -> Table {
        self.table
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The columns and their values, in the order of the table.
    pub fn columns(&self) -> impl ExactSizeIterator<Item = (&'static Column, &Values)> {
        self.table.columns().iter().zip(&self.columns)
    }

    /// The values of a row, in the order of the columns.
    pub fn row(&self, row: usize) -> impl ExactSizeIterator<Item = Value<'_>> {
        self.columns.iter().map(move |values| values.get(row))
    }

    /// How long the texts of all rows are together, in bytes.
    pub fn text_len(&self) -> usize {
        self.columns.iter().map(Values::text_len).sum()
    }

    /// How long the texts of a row are together, in bytes.
    pub fn text_len_of(&self, row: usize) -> usize {
        let text_len = |value| match value {
            Value::Text(text) => text.len(),
            _ => 0,
        };
        self.row(row).map(text_len).sum()
    }

    /// The rows by the day, in UTC, that `logged_at` is in, those without one apart. Days are in their
    /// order, and rows in theirs.
    pub fn by_date(self) -> Vec<(Option<Date>, Batch)> {
        let dates = self.dates();
        let Some(&first) = dates.first() else { return Vec::new() };
        if dates.iter().all(|&date| date == first) {
            return vec![(first, self)];
        }
        let mut rows: BTreeMap<Option<Date>, Vec<usize>> = BTreeMap::new();
        for (row, date) in dates.into_iter().enumerate() {
            rows.entry(date).or_default().push(row);
        }
        rows.into_iter().map(|(date, rows)| (date, self.of_rows(&rows))).collect()
    }

    fn dates(&self) -> Vec<Option<Date>> {
        let logged_at = self.table.column("logged_at").and_then(|place| self.columns.get(place));
        match logged_at {
            Some(Values::Instant(instants)) => {
                instants.iter().map(|instant| instant.and_then(Date::of)).collect()
            }
            _ => vec![None; self.len],
        }
    }

    fn of_rows(&self, rows: &[usize]) -> Batch {
        let columns = self.columns.iter().map(|values| values.of_rows(rows));
        Batch::new(self.table, columns.collect())
    }
}

/// A day of the calendar, in UTC; as text it reads `2018-03-09`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(NaiveDate);

impl Date {
    /// The day of an instant in Unix milliseconds.
    fn of(unix_millis: i64) -> Option<Date> {
        DateTime::from_timestamp_millis(unix_millis).map(|instant| Date(instant.date_naive()))
    }
}

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
