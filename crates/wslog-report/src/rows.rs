//! The rows of a table as text: CSV for spreadsheets (RFC 4180), NDJSON for programs.

mod clock;

use std::io::{self, Write};

use wslog::{Batch, Column, Table, Value};

use crate::disarm::cell;
use crate::rows::clock::Clock;

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

    /// Writes rows to memory, which does not fail.
    ///
    /// # Errors
    /// Only those of `to`.
    pub fn render(self, batch: &Batch, to: &mut dyn Write) -> io::Result<()> {
        let mut clocks: Vec<_> = batch.columns().map(|_| Clock::default()).collect();
        let starts = match self {
            RowFormat::Csv => csv_starts(batch.table()),
            RowFormat::Ndjson => json_starts(batch.table()),
        };
        let mut columns: Vec<_> = batch.columns().map(|(_, values)| values.iter()).collect();
        let mut text = Vec::with_capacity(2 * ENOUGH);
        for _ in 0..batch.len() {
            for ((values, start), clock) in columns.iter_mut().zip(&starts).zip(&mut clocks) {
                text.extend_from_slice(start);
                match (self, values.next().unwrap_or(Value::Null)) {
                    (_, Value::Integer(number)) => push_number(number, &mut text),
                    (_, Value::Boolean(true)) => text.extend_from_slice(b"true"),
                    (_, Value::Boolean(false)) => text.extend_from_slice(b"false"),
                    (RowFormat::Csv, Value::Null) => {}
                    (RowFormat::Csv, Value::Text(value)) => push_cell(value, &mut text),
                    (RowFormat::Csv, Value::Instant(at)) => clock.push(at, &mut text),
                    (RowFormat::Ndjson, Value::Null) => text.extend_from_slice(b"null"),
                    (RowFormat::Ndjson, Value::Text(value)) => push_string(value, &mut text)?,
                    (RowFormat::Ndjson, Value::Instant(at)) => {
                        text.push(b'"');
                        clock.push(at, &mut text);
                        text.push(b'"');
                    }
                }
            }
            text.extend_from_slice(match self {
                RowFormat::Csv => b"\n",
                RowFormat::Ndjson => b"}\n",
            });
            if text.len() > ENOUGH {
                to.write_all(&text)?;
                text.clear();
            }
        }
        to.write_all(&text)
    }
}

/// How many bytes are gathered before they are written.
const ENOUGH: usize = 64 << 10;

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

/// Whether a text has nothing but printable ASCII in it.
fn is_printable(text: &str) -> bool {
    text.as_bytes().iter().fold(true, |all, byte| all & matches!(byte, b' '..=b'~'))
}

/// Whether a text has one of these in it.
fn has(text: &str, [one, other]: [u8; 2]) -> bool {
    text.as_bytes().iter().fold(false, |any, byte| any | (*byte == one) | (*byte == other))
}

/// A number in its digits.
fn push_number(number: i64, to: &mut Vec<u8>) {
    if number < 0 {
        to.push(b'-');
    }
    let start = to.len();
    let mut left = number.unsigned_abs();
    loop {
        to.push(b"0123456789"[usize::try_from(left % 10).unwrap_or(0)]);
        left /= 10;
        if left == 0 {
            break;
        }
    }
    to[start..].reverse();
}

fn push_cell(text: &str, to: &mut Vec<u8>) {
    let may_be_formula = matches!(text.as_bytes(), [b'=' | b'+' | b'-' | b'@', ..]);
    match is_printable(text) && !may_be_formula {
        true => push_quoted(text, to),
        false => push_quoted(&cell(text), to),
    }
}

/// Puts quotes around what is not plain.
fn push_quoted(text: &str, to: &mut Vec<u8>) {
    if !text.is_empty() && !has(text, [b'"', b',']) {
        return to.extend_from_slice(text.as_bytes());
    }
    to.push(b'"');
    for (place, part) in text.split('"').enumerate() {
        if place > 0 {
            to.extend_from_slice(b"\"\"");
        }
        to.extend_from_slice(part.as_bytes());
    }
    to.push(b'"');
}

fn push_string(text: &str, to: &mut Vec<u8>) -> io::Result<()> {
    if !is_printable(text) || has(text, [b'"', b'\\']) {
        return Ok(serde_json::to_writer(to, text)?);
    }
    to.push(b'"');
    to.extend_from_slice(text.as_bytes());
    to.push(b'"');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_cells_are_disarmed_and_quoted() {
        for (text, expected) in [
            ("/ws/", "/ws/"),
            ("", "\"\""),
            ("-", "-"),
            ("=1+1", "'=1+1"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("a\nb\0", "a\\u{a}b\\u{0}"),
            ("=\"a\",\r", "\"'=\"\"a\"\",\\u{d}\""),
            ("Zürich", "Zürich"),
        ] {
            let mut found = Vec::new();
            push_cell(text, &mut found);
            assert_eq!(String::from_utf8(found).unwrap(), expected, "{text:?}");
        }
    }

    #[test]
    fn ok_numbers_are_their_digits() {
        for number in [0, 7, 10, 1_520_579_091_129, -1, i64::MAX, i64::MIN] {
            let mut found = b"x".to_vec();
            push_number(number, &mut found);
            assert_eq!(String::from_utf8(found).unwrap(), format!("x{number}"));
        }
    }

    #[test]
    fn ok_strings_are_those_of_json() {
        for text in ["/ws/", "", "a\"b\\c", "\0\n\u{7f}\u{2028}é"] {
            let mut found = Vec::new();
            push_string(text, &mut found).unwrap();
            assert_eq!(serde_json::from_slice::<String>(&found).unwrap(), text);
        }
    }
}
