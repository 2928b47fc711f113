//! What is wrong with a configuration, and where.

use std::fmt;
use std::sync::Arc;

use super::place::{Place, Position};
use super::{MAX_DEPTH, MAX_FILES, MAX_LEN};
use crate::error::FormatErrorKind;

/// What is wrong at a place of a configuration: `nginx.conf:12:5: unexpected "}"…`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {kind}")]
pub struct ConfError {
    pub(crate) place: Place,
    pub(crate) kind: Kind,
}

impl ConfError {
    pub(crate) fn new(file: &Arc<str>, position: Position, kind: Kind) -> ConfError {
        ConfError { place: Place::new(file, position), kind }
    }

    /// Where.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Whether directives may be missing, or be others than was meant; what is wrong with a `log_format`
    /// or an `access_log` alone hides none.
    pub fn hides_directives(&self) -> bool {
        !matches!(
            self.kind,
            Kind::Misplaced(_)
                | Kind::Argument(_)
                | Kind::Duplicate(_)
                | Kind::UnknownFormat(_)
                | Kind::Format(_)
                | Kind::Swallowed { .. }
        )
    }

    /// Whether a `;` is missing: what stands behind it may be part of anything.
    pub fn is_missing_semicolon(&self) -> bool {
        matches!(self.kind, Kind::NoSemicolon { .. })
    }

    /// Whether an `access_log` names a format that is not defined here; a file that is given alone need
    /// not define it.
    pub fn is_unknown_format(&self) -> bool {
        matches!(self.kind, Kind::UnknownFormat(_))
    }

    /// What, without the place.
    pub fn reason(&self) -> impl fmt::Display + '_ {
        &self.kind
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Kind {
    #[error("the quote that opens here is never closed")]
    OpenQuote,
    #[error("unexpected {0} right behind a closing quote: expected a space, \";\" or \"{{\"")]
    BehindQuote(Shown),
    #[error("unexpected {0}: expected the name of a directive")]
    NoName(Shown),
    #[error("unexpected \"}}\": there is no open block")]
    NothingOpen,
    #[error("unexpected {found}: the directive {name} of line {line} has no \";\"")]
    NoSemicolon { found: Shown, name: Shown, line: usize },
    #[error("{0}; {NO_COMMENT}")]
    Commented(Box<Kind>),
    #[error("the file ends before the \";\" or \"{{\" of the directive {0}")]
    EndOfDirective(Shown),
    #[error("the file ends before the \"}}\" of the block {0}")]
    EndOfBlock(Shown),
    #[error("more than {MAX_DEPTH} blocks and files in one another")]
    TooDeep,
    #[error("{0} includes itself")]
    Cycle(Shown),
    #[error("more than {MAX_FILES} files included, or more than {MAX_LEN} bytes in all")]
    TooMuch,
    #[error("cannot read {pattern}: {why}")]
    Unread { pattern: Shown, why: String },
    #[error("expected one argument of \"include\", found {0}")]
    IncludeArguments(usize),
    #[error("nginx takes the byte order mark for a part of the directive's name")]
    ByteOrderMark,
    #[error("nginx takes {0} for a directive; {NO_COMMENT}")]
    Slashes(Shown),
    #[error("expected \"{{\" behind the directive {0}, found \";\"")]
    NoBlock(Shown),
    #[error("expected \";\" behind the directive {0}, found \"{{\"")]
    Block(Shown),
    #[error("the directive {name} takes {takes}, not {count}")]
    Count { name: Shown, takes: String, count: usize },
    #[error("a line has two words here, not {0}")]
    Entry(usize),
    #[error("nginx takes {found} for an argument of {name}: is the \";\" in front of it missing?")]
    Swallowed { name: Shown, found: Shown },
    #[error("the directive {name} is not allowed here, but in {places}")]
    NotHere { name: Shown, places: String },
    #[error("nginx knows no directive {0}; a comment starts with \"#\"")]
    NoDirective(Shown),
    #[error("the directive {name} is \"on\" or \"off\", not {found}")]
    Switch { name: Shown, found: Shown },
    #[error("proxy_pass takes \"http://\" or \"https://\", WebSockets included, not {0}")]
    Scheme(Shown),
    #[error("the directive {0} is not allowed here")]
    Misplaced(Shown),
    #[error("the directive {0} has too few arguments")]
    TooFew(Shown),
    #[error("unexpected argument {0}")]
    Argument(Shown),
    #[error("there is already a log_format {0}")]
    Duplicate(Shown),
    #[error("there is no log_format {0}")]
    UnknownFormat(Shown),
    #[error("{0}")]
    Format(FormatErrorKind),
}

/// What is told to somebody who writes comments as other languages have them.
const NO_COMMENT: &str = "a comment starts with \"#\", not \"//\"";

/// Text of a configuration in a message: between quotes, escaped, and not too much of it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Shown(Box<[u8]>);

impl Shown {
    const LEN: usize = 60;

    pub(crate) fn new(text: &[u8]) -> Shown {
        // One byte more tells that there is more.
        Shown(text.get(..=Shown::LEN).unwrap_or(text).into())
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(head) = self.0.get(..=Shown::LEN).and_then(|_| self.0.get(..Shown::LEN)) else {
            return write!(f, "\"{}\"", self.0.escape_ascii());
        };
        write!(f, "\"{}…\"", head.escape_ascii())
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_what_is_shown_is_short_and_cannot_write_to_the_terminal() {
        assert_eq!(Shown::new(b"a\x1b[2J\"\xff").to_string(), r#""a\x1b[2J\"\xff""#);
        assert_eq!(Shown::new(&[b'a'; 60]).to_string().len(), 62);
        assert_eq!(Shown::new(&[b'a'; 61]).to_string(), format!("\"{}…\"", "a".repeat(60)));
    }
}
