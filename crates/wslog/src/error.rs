//! What can go wrong before a report exists, and what can be wrong with a report's input.

use std::fmt;

use crate::analysis::UndecodedRow;

/// Why no analysis could be made at all. Trouble with a single input is a [`Problem`] instead.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system gave no threads.
    #[error("cannot start threads")]
    Threads(#[source] rayon::ThreadPoolBuildError),
    /// More sources than a place in one can be told by.
    #[error("{0} inputs are too many: at most 65,535 can be read in one run")]
    TooManyInputs(usize),
    /// Pseudonyms were asked for in an export, whose rows show everything as it was.
    #[error("rows are exported as they are: they cannot be redacted")]
    RowsRedacted,
    /// The rows of an export could not be written.
    #[error("cannot write the rows")]
    Write(#[source] std::io::Error),
}

/// Something about one input that its reader must know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The source's name.
    pub source: String,
    /// What it is.
    pub kind: ProblemKind,
}

/// The kinds of [`Problem`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProblemKind {
    /// The source could not be read, or not to its end: the system's word for why.
    Unreadable(String),
    /// The source's file was given more than once, perhaps under another name; it was read once.
    Repeated,
    /// No partial has these bytes of it, though some have what stands before or behind them.
    Unread {
        /// The first byte.
        from: u64,
        /// The one behind the last.
        to: u64,
    },
    /// Malformed lines could not be written where they were to go: the system's word for why.
    Unwritten(String),
    /// So many of its lines do not show when they were logged, and a period was asked for: they are
    /// left out.
    Untimed(u64),
    /// More than half of its lines can be read in several ways.
    Undecided {
        /// Lines that can be read in several ways.
        ambiguous: u64,
        /// All its lines.
        lines: u64,
    },
    /// A capture in which not everything could be decoded: what, and how often.
    Undecoded(Vec<UndecodedRow>),
    /// It is no access log, so that it has no rows in the table of entries.
    NoEntries,
    /// There are only blank lines in it.
    Blank,
    /// There is nothing in it.
    Empty,
    /// More than half of its lines are malformed: the format is wrong for it.
    WrongFormat {
        /// Lines that fitted.
        parsed: u64,
        /// Lines that did not fit.
        malformed: u64,
        /// All its lines.
        lines: u64,
        /// The names of the formats it was read by.
        formats: Vec<String>,
        /// Whether the format was detected, not given.
        detected: bool,
        /// The first line that did not fit.
        first: Option<FirstMismatch>,
    },
}

/// The first line of a source that did not fit its format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstMismatch {
    /// Line number, from 1.
    pub line: u64,
    /// Where it stopped fitting: bytes of the line, from 1.
    pub column: usize,
    /// What would have fitted.
    pub expected: String,
    /// What stood there.
    pub found: String,
    /// The line, or its first 4096 bytes, as it stands in the log.
    pub text: Vec<u8>,
}

impl Problem {
    /// Whether the run has failed in part: exit status 2.
    pub fn is_error(&self) -> bool {
        !matches!(
            self.kind,
            ProblemKind::Repeated
                | ProblemKind::Empty
                | ProblemKind::Blank
                | ProblemKind::NoEntries
                | ProblemKind::Undecoded(_)
                | ProblemKind::Untimed(_)
        )
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.source)?;
        match &self.kind {
            ProblemKind::Unreadable(reason) => f.write_str(reason),
            ProblemKind::Unwritten(reason) => write!(f, "cannot be written: {reason}"),
            ProblemKind::Unread { from, to } => {
                write!(f, "its bytes {from} to {to} are in none of the partials")
            }
            ProblemKind::Repeated => f.write_str("given more than once, read once"),
            ProblemKind::Untimed(lines) => {
                write!(f, "{lines} lines do not show when they were logged, and are left out")
            }
            ProblemKind::Undecided { ambiguous, lines } => write!(
                f,
                "{ambiguous} of its {lines} lines can be read in several ways: its format puts no \
                 quotes around what clients send"
            ),
            ProblemKind::Undecoded(rows) => {
                let row = |row: &UndecodedRow| format!("{} {}", row.count, row.what);
                let rows: Vec<_> = rows.iter().map(row).collect();
                write!(f, "not decoded: {}", rows.join(", "))
            }
            ProblemKind::NoEntries => f.write_str("is no access log: there are no rows of it"),
            ProblemKind::Blank => f.write_str("has only blank lines"),
            ProblemKind::Empty => f.write_str("is empty"),
            ProblemKind::WrongFormat { parsed, malformed, lines, formats, detected, .. } => {
                let formats = formats.join(" or ");
                match (parsed, detected) {
                    (0, true) => write!(f, "fits no known format; {formats} came nearest"),
                    (0, false) => write!(f, "no line fits the format {formats}"),
                    _ => write!(f, "{malformed} of its {lines} lines do not fit {formats}"),
                }
            }
        }
    }
}
