//! The cells of a column, one row's after the other's.

use std::slice;

use wslog::{Texts, Values};

use crate::rows::RowFormat;
use crate::rows::clock::Clock;
use crate::rows::texts::{push_cell, push_string};

/// What is still to be written of a column.
pub(super) struct Cells<'b> {
    /// What stands in front of each cell.
    start: Vec<u8>,
    /// What stands there for none, what is in front of it included.
    none: Vec<u8>,
    rest: Rest<'b>,
}

enum Rest<'b> {
    Text { written: Written, texts: &'b Texts, row: usize },
    Integer(slice::Iter<'b, Option<i64>>),
    Boolean(slice::Iter<'b, Option<bool>>),
    Instant { instants: slice::Iter<'b, Option<i64>>, clock: Clock, quote: &'static [u8] },
}

impl<'b> Cells<'b> {
    pub(super) fn new(format: RowFormat, start: Vec<u8>, values: &'b Values) -> Cells<'b> {
        let (null, quote): (&[u8], &[u8]) = match format {
            RowFormat::Csv => (b"", b""),
            RowFormat::Ndjson => (b"null", b"\""),
        };
        let rest = match values {
            Values::Text(texts) => {
                Rest::Text { written: Written::new(format, &start, texts), texts, row: 0 }
            }
            Values::Integer(values) => Rest::Integer(values.iter()),
            Values::Boolean(values) => Rest::Boolean(values.iter()),
            Values::Instant(values) => {
                Rest::Instant { instants: values.iter(), clock: Clock::default(), quote }
            }
        };
        Cells { none: [&start, null].concat(), start, rest }
    }

    /// Writes the next row's cell, and what stands in front of it.
    #[inline]
    pub(super) fn push_next(&mut self, to: &mut Vec<u8>) {
        let Cells { start, none, rest } = self;
        match rest {
            Rest::Text { written, texts, row } => {
                let cell = texts.number(*row).and_then(|number| written.get(number));
                to.extend_from_slice(cell.unwrap_or(none));
                *row += 1;
            }
            Rest::Integer(values) => match values.next().copied().flatten() {
                None => to.extend_from_slice(none),
                Some(number) => {
                    to.extend_from_slice(start);
                    to.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
                }
            },
            Rest::Boolean(values) => match values.next().copied().flatten() {
                None => to.extend_from_slice(none),
                Some(value) => {
                    to.extend_from_slice(start);
                    to.extend_from_slice(if value { b"true" } else { b"false" });
                }
            },
            Rest::Instant { instants, clock, quote } => match instants.next().copied().flatten() {
                None => to.extend_from_slice(none),
                Some(at) => {
                    to.extend_from_slice(start);
                    to.extend_from_slice(quote);
                    clock.push(at, to);
                    to.extend_from_slice(quote);
                }
            },
        }
    }
}

/// The distinct texts of a column as they stand in its cells, what is in front of each included.
struct Written {
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Written {
    fn new(format: RowFormat, start: &[u8], texts: &Texts) -> Written {
        let (mut text, mut ends) = (Vec::new(), Vec::with_capacity(texts.distinct().len()));
        for distinct in texts.distinct() {
            text.extend_from_slice(start);
            match format {
                RowFormat::Csv => push_cell(distinct, &mut text),
                RowFormat::Ndjson => push_string(distinct, &mut text),
            }
            ends.push(text.len());
        }
        Written { text, ends }
    }

    #[inline]
    fn get(&self, number: u32) -> Option<&[u8]> {
        let number = usize::try_from(number).ok()?;
        let &end = self.ends.get(number)?;
        let start = number.checked_sub(1).and_then(|before| self.ends.get(before));
        self.text.get(start.copied().unwrap_or(0)..end)
    }
}
