//! The values of a column.

use std::slice;

use wslog_parse::{Millis, Timestamp};

use crate::export::table::Kind;
use crate::names::readable;

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

/// Texts, one behind the other in one piece of memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    text: String,
    /// Where each ends, and whether there is one at all.
    ends: Vec<(usize, bool)>,
}

impl Texts {
    /// How many there are, those that are none included.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The text of a row; `None` where it has none, and behind the last row.
    pub fn get(&self, row: usize) -> Option<&str> {
        let &(end, is_there) = self.ends.get(row)?;
        let before = row.checked_sub(1).and_then(|before| self.ends.get(before));
        let start = before.map_or(0, |&(end, _)| end);
        self.text.get(start..end).filter(|_| is_there)
    }

    /// All, row by row.
    pub fn iter(&self) -> TextsIter<'_> {
        TextsIter { text: &self.text, ends: self.ends.iter(), start: 0 }
    }

    pub(super) fn push(&mut self, text: Option<&str>) {
        self.text.push_str(text.unwrap_or_default());
        self.ends.push((self.text.len(), text.is_some()));
    }

    /// Text from a log: bytes that are no UTF-8 are shown as in reports.
    pub(super) fn push_bytes(&mut self, text: Option<&[u8]>) {
        match text.map(std::str::from_utf8) {
            None => self.push(None),
            Some(Ok(text)) => self.push(Some(text)),
            Some(Err(_)) => self.push(text.map(readable).as_deref()),
        }
    }
}

/// The texts of a column, row by row.
#[derive(Clone, Debug)]
pub struct TextsIter<'v> {
    text: &'v str,
    ends: slice::Iter<'v, (usize, bool)>,
    start: usize,
}

impl<'v> Iterator for TextsIter<'v> {
    type Item = Option<&'v str>;

    #[inline]
    fn next(&mut self) -> Option<Option<&'v str>> {
        let &(end, is_there) = self.ends.next()?;
        let start = std::mem::replace(&mut self.start, end);
        Some(if is_there { self.text.get(start..end) } else { None })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.ends.size_hint()
    }
}

impl ExactSizeIterator for TextsIter<'_> {}

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
#[derive(Debug, Default)]
pub(super) struct Integers(Vec<Option<i64>>);

impl Integers {
    /// One that is in the range of the column: a number of bytes or milliseconds never is above it.
    pub(super) fn push(&mut self, number: Option<impl TryInto<i64>>) {
        self.0.push(number.and_then(|number| number.try_into().ok()));
    }

    pub(super) fn push_millis(&mut self, duration: Option<Millis>) {
        self.push(duration.map(|duration| duration.0));
    }
}

/// Truths.
#[derive(Debug, Default)]
pub(super) struct Booleans(Vec<Option<bool>>);

impl Booleans {
    pub(super) fn push(&mut self, value: Option<bool>) {
        self.0.push(value);
    }
}

/// Instants.
#[derive(Debug, Default)]
pub(super) struct Instants(Vec<Option<i64>>);

impl Instants {
    pub(super) fn push(&mut self, at: Option<Timestamp>) {
        self.0.push(at.map(Timestamp::unix_millis));
    }
}

impl From<Texts> for Values {
    fn from(texts: Texts) -> Values {
        Values::Text(texts)
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
            Values::Text(texts) => texts.ends.iter().all(|(_, is_there)| !is_there),
            Values::Integer(values) | Values::Instant(values) => values.iter().all(Option::is_none),
            Values::Boolean(values) => values.iter().all(Option::is_none),
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
            Values::Text(texts) => {
                let mut some = Texts::default();
                rows.iter().for_each(|&row| some.push(texts.get(row)));
                Values::Text(some)
            }
            Values::Integer(values) => Values::Integer(of_rows(values, rows)),
            Values::Boolean(values) => Values::Boolean(of_rows(values, rows)),
            Values::Instant(values) => Values::Instant(of_rows(values, rows)),
        }
    }
}

fn of_rows<T: Copy>(values: &[Option<T>], rows: &[usize]) -> Vec<Option<T>> {
    rows.iter().map(|&row| values.get(row).copied().flatten()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_no_text_is_not_an_empty_one() {
        let mut texts = Texts::default();
        for text in [None, Some(&b"a"[..]), Some(b""), Some(b"\xff\0"), None] {
            texts.push_bytes(text);
        }
        let expected = [None, Some("a"), Some(""), Some("\\xFF\0"), None];
        assert_eq!(texts.iter().collect::<Vec<_>>(), expected);
        assert_eq!((0..6).map(|row| texts.get(row)).collect::<Vec<_>>()[..5], expected);
        let some = Values::Text(texts).of_rows(&[3, 1, 0]);
        assert_eq!(some.get(0), Value::Text("\\xFF\0"));
        assert_eq!((some.get(2), some.get(3)), (Value::Null, Value::Null));
    }
}
