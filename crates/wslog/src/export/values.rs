//! The values of a column.

use std::slice;

use wslog_parse::{Millis, Timestamp};

use crate::export::table::Kind;
use crate::export::texts::{TextRows, Texts, TextsIter};

/// The values of one column of a [`Batch`](crate::Batch), row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Values {
    /// Of a column of [`Kind::Text`].
    Text(Texts),
    /// Of a column of [`Kind::Integer`].
    Integer(Vec<Option<i64>>),
    /// Of a column of [`Kind::Boolean`].
    Boolean(Vec<Option<bool>>),
    /// Of a column of [`Kind::Instant`]: milliseconds since 1970-01-01T00:00:00Z.
    Instant(Vec<Option<i64>>),
}

/// One value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'v> {
    /// There is none.
    Null,
    /// Text, as it was sent: whoever shows it has to disarm it.
    Text(&'v str),
    /// A whole number.
    Integer(i64),
    /// True or false.
    Boolean(bool),
    /// Milliseconds since 1970-01-01T00:00:00Z.
    Instant(i64),
}

/// The values of a column, row by row.
#[derive(Clone, Debug)]
pub struct ValuesIter<'v>(Rest<'v>);

#[derive(Clone, Debug)]
enum Rest<'v> {
    Text(TextsIter<'v>),
    Integer(slice::Iter<'v, Option<i64>>),
    Boolean(slice::Iter<'v, Option<bool>>),
    Instant(slice::Iter<'v, Option<i64>>),
}

impl<'v> Iterator for ValuesIter<'v> {
    type Item = Value<'v>;

    #[inline]
    fn next(&mut self) -> Option<Value<'v>> {
        let value = match &mut self.0 {
            Rest::Text(texts) => texts.next()?.map(Value::Text),
            Rest::Integer(values) => values.next()?.map(Value::Integer),
            Rest::Boolean(values) => values.next()?.map(Value::Boolean),
            Rest::Instant(values) => values.next()?.map(Value::Instant),
        };
        Some(value.unwrap_or(Value::Null))
    }
}

/// Whole numbers.
#[derive(Debug)]
pub(super) struct Integers(Vec<Option<i64>>);

impl Integers {
    pub(super) fn with_capacity(rows: usize) -> Integers {
        Integers(Vec::with_capacity(rows))
    }

    /// One that is in the range of the column: a number of bytes or milliseconds never is above it.
    pub(super) fn push(&mut self, number: Option<impl TryInto<i64>>) {
        self.0.push(number.and_then(|number| number.try_into().ok()));
    }

    pub(super) fn push_millis(&mut self, duration: Option<Millis>) {
        self.push(duration.map(|duration| duration.0));
    }
}

/// Truths.
#[derive(Debug)]
pub(super) struct Booleans(Vec<Option<bool>>);

impl Booleans {
    pub(super) fn with_capacity(rows: usize) -> Booleans {
        Booleans(Vec::with_capacity(rows))
    }

    pub(super) fn push(&mut self, value: Option<bool>) {
        self.0.push(value);
    }
}

/// Instants.
#[derive(Debug)]
pub(super) struct Instants(Vec<Option<i64>>);

impl Instants {
    pub(super) fn with_capacity(rows: usize) -> Instants {
        Instants(Vec::with_capacity(rows))
    }

    pub(super) fn push(&mut self, at: Option<Timestamp>) {
        self.0.push(at.map(Timestamp::unix_millis));
    }
}

impl From<TextRows> for Values {
    fn from(rows: TextRows) -> Values {
        Values::Text(rows.into())
    }
}

impl From<Integers> for Values {
    fn from(Integers(values): Integers) -> Values {
        Values::Integer(values)
    }
}

impl From<Booleans> for Values {
    fn from(Booleans(values): Booleans) -> Values {
        Values::Boolean(values)
    }
}

impl From<Instants> for Values {
    fn from(Instants(values): Instants) -> Values {
        Values::Instant(values)
    }
}

impl Values {
    /// How many there are, those that are none included.
    pub fn len(&self) -> usize {
        match self {
            Values::Text(texts) => texts.len(),
            Values::Integer(values) | Values::Instant(values) => values.len(),
            Values::Boolean(values) => values.len(),
        }
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What they are.
    pub fn kind(&self) -> Kind {
        match self {
            Values::Text(_) => Kind::Text,
            Values::Integer(_) => Kind::Integer,
            Values::Boolean(_) => Kind::Boolean,
            Values::Instant(_) => Kind::Instant,
        }
    }

    /// All, row by row.
    pub fn iter(&self) -> ValuesIter<'_> {
        ValuesIter(match self {
            Values::Text(texts) => Rest::Text(texts.iter()),
            Values::Integer(values) => Rest::Integer(values.iter()),
            Values::Boolean(values) => Rest::Boolean(values.iter()),
            Values::Instant(values) => Rest::Instant(values.iter()),
        })
    }

    /// Whether no row has a value.
    pub fn is_all_null(&self) -> bool {
        match self {
            Values::Text(texts) => texts.null_count() == texts.len(),
            Values::Integer(values) | Values::Instant(values) => values.iter().all(Option::is_none),
            Values::Boolean(values) => values.iter().all(Option::is_none),
        }
    }

    /// How long the texts of all rows are together, in bytes.
    pub(super) fn text_len(&self) -> usize {
        match self {
            Values::Text(texts) => texts.len_of_all(),
            _ => 0,
        }
    }

    /// The value of a row.
    pub fn get(&self, row: usize) -> Value<'_> {
        let value = match self {
            Values::Text(texts) => texts.get(row).map(Value::Text),
            Values::Integer(values) => values.get(row).copied().flatten().map(Value::Integer),
            Values::Boolean(values) => values.get(row).copied().flatten().map(Value::Boolean),
            Values::Instant(values) => values.get(row).copied().flatten().map(Value::Instant),
        };
        value.unwrap_or(Value::Null)
    }

    /// Those of some of the rows.
    pub(super) fn of_rows(&self, rows: &[usize]) -> Values {
        match self {
            Values::Text(texts) => Values::Text(texts.of_rows(rows)),
            Values::Integer(values) => Values::Integer(of_rows(values, rows)),
            Values::Boolean(values) => Values::Boolean(of_rows(values, rows)),
            Values::Instant(values) => Values::Instant(of_rows(values, rows)),
        }
    }
}

fn of_rows<T: Copy>(values: &[Option<T>], rows: &[usize]) -> Vec<Option<T>> {
    rows.iter().map(|&row| values.get(row).copied().flatten()).collect()
}
