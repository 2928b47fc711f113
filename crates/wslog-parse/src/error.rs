//! Why a line or a format was refused: what was expected, what was found, at which column.

use std::fmt;

use crate::syntax::Syntax;

/// A line that gave no entry. Small and `Copy`; it borrows from the line and the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError<'a> {
    /// The line does not fit its format.
    #[error("{0}")]
    Malformed(Mismatch<'a>),
    /// The line fits in several ways, and what nginx can write does not decide between them.
    #[error("{0}")]
    Ambiguous(Ambiguity),
}

impl LineError<'_> {
    /// The column from 1, what was expected there, and what was found.
    pub fn place(&self) -> (usize, String, String) {
        match self {
            LineError::Malformed(mismatch) => {
                (mismatch.column(), mismatch.expected().to_string(), mismatch.found().to_string())
            }
            LineError::Ambiguous(ambiguity) => (1, "one reading".into(), ambiguity.to_string()),
        }
    }
}

/// The place up to which a line fitted its format, and what stood there instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mismatch<'a> {
    pub(crate) column: usize,
    pub(crate) expected: Expected<'a>,
    pub(crate) found: &'a [u8],
}

/// What would have let the line fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected<'a> {
    Literal(&'a [u8]),
    Value(&'a str, Syntax),
    EndOfLine,
    SameSecond,
    Line,
    Rest,
    Json(&'static str),
}

/// Longest part of a line that a message repeats, in bytes.
const FOUND_LEN: usize = 24;

impl<'a> Mismatch<'a> {
    pub(crate) fn new(line: &'a [u8], at: usize, expected: Expected<'a>) -> Mismatch<'a> {
        let found = line.get(at..).unwrap_or_default();
        let found = found.get(..FOUND_LEN).unwrap_or(found);
        Mismatch { column: at.saturating_add(1), expected, found }
    }

    /// A line that is longer than its reader keeps; `head` is its start.
    pub fn oversized(head: &'a [u8]) -> Mismatch<'a> {
        Mismatch::new(head, 0, Expected::Line)
    }

    /// A line whose end could not be read.
    pub fn cut(line: &'a [u8]) -> Mismatch<'a> {
        Mismatch::new(line, line.len(), Expected::Rest)
    }

    /// Where the line stopped fitting: bytes from 1.
    pub fn column(&self) -> usize {
        self.column
    }

    /// What was expected there, for people.
    pub fn expected(&self) -> impl fmt::Display + 'a {
        self.expected
    }

    /// What was found there: up to 24 bytes, control characters escaped; `end of line` when there
    /// is nothing left.
    pub fn found(&self) -> impl fmt::Display + 'a {
        Found(self.found)
    }
}

impl fmt::Display for Mismatch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}, found {}", self.expected(), self.found())
    }
}

impl fmt::Display for Expected<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expected::Literal(text) => write!(f, "\"{}\"", text.escape_ascii()),
            Expected::Value(name, syntax) => write!(f, "${name} ({})", syntax.description()),
            Expected::EndOfLine => f.write_str("end of line"),
            Expected::SameSecond => f.write_str("$msec in the second of the line's time"),
            Expected::Json(what) => write!(f, "{what} of a JSON object"),
            Expected::Rest => f.write_str("the rest of the line"),
            Expected::Line => f.write_str("a line short enough to be kept"),
        }
    }
}

struct Found<'a>(&'a [u8]);

impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [] => f.write_str("end of line"),
            text => write!(f, "\"{}\"", text.escape_ascii()),
        }
    }
}

/// How many ways there were to read an ambiguous line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ambiguity {
    /// Readings that fit the format; at least 2, or 0 when they were too many to try.
    pub readings: usize,
    /// Those of them that nginx could have written.
    pub plausible: usize,
}

impl Ambiguity {
    /// Whether all readings were tried, and nginx could have written none of them.
    pub(crate) fn is_impossible(&self) -> bool {
        self.readings > 0 && self.plausible == 0
    }
}

impl fmt::Display for Ambiguity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.readings {
            0 => f.write_str("more readings than can be tried"),
            readings => {
                write!(f, "{readings} readings, {} that nginx could have written", self.plausible)
            }
        }
    }
}

/// A `log_format` that cannot be compiled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("log_format, column {column}: {kind}")]
pub struct FormatError {
    pub(crate) column: usize,
    pub(crate) kind: FormatErrorKind,
}

impl FormatError {
    /// Where in the format: bytes from 1.
    pub fn column(&self) -> usize {
        self.column
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FormatErrorKind {
    #[error("expected a variable's name after \"$\"")]
    NoName,
    #[error("expected \"}}\" after \"${{{0}\"")]
    NoBrace(String),
    #[error("expected the closing {0} of this quote, and a space or ; behind it")]
    OpenQuote(char),
    #[error("expected an argument or ;, found {0:?}")]
    Unexpected(char),
    #[error("expected escape=default, escape=json or escape=none, found escape={0}")]
    NoEscape(String),
    #[error("too many variables: at most {0}")]
    TooMany(usize),
    #[error("no variable in it: every line would be the same")]
    NoVariable,
    #[error(
        "${0} and ${1} stand side by side: nothing tells where the first ends; \
         put a character between them that neither can hold"
    )]
    Unsplittable(String, String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_control_characters_of_a_line_are_shown_escaped() {
        let mismatch = Mismatch::new(b"ab\x1b[2J", 2, Expected::Literal(b" status "));
        assert_eq!(mismatch.to_string(), "expected \" status \", found \"\\x1b[2J\"");
        assert_eq!(mismatch.column(), 3);
    }

    #[test]
    fn ok_an_error_is_small() {
        assert!(size_of::<LineError<'_>>() <= 64);
    }
}
