//! Where in which file something stands.

use std::fmt;
use std::sync::Arc;

use memchr::{memchr_iter, memrchr};

/// A place in a configuration, written `nginx.conf:12:5`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file's name, as it was given or as a dump names it.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: usize,
    /// The column in bytes, from 1.
    pub column: usize,
}

impl Place {
    pub(crate) fn new(file: &Arc<str>, position: Position) -> Place {
        Place { file: Arc::clone(file), line: position.line, column: position.column }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A dump may name its files as it likes, and a message goes to a terminal.
        for part in self.file.split(char::is_control) {
            f.write_str(part)?;
        }
        write!(f, ":{}:{}", self.line, self.column)
    }
}

/// A place in a file that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl Position {
    pub(crate) const START: Position = Position { line: 1, column: 1 };

    /// The position behind this text.
    pub(crate) fn behind(self, text: &[u8]) -> Position {
        match memrchr(b'\n', text) {
            Some(last) => Position {
                line: self.line + memchr_iter(b'\n', text).count(),
                column: text.len() - last,
            },
            None => Position { column: self.column + text.len(), ..self },
        }
    }
}

/// From offsets, asked for in their order, to positions: the text is read once.
#[derive(Clone, Debug)]
pub(crate) struct Lines<'a> {
    text: &'a [u8],
    offset: usize,
    position: Position,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(text: &'a [u8]) -> Lines<'a> {
        Lines { text, offset: 0, position: Position::START }
    }

    pub(crate) fn position(&mut self, offset: usize) -> Position {
        if let Some(text) = self.text.get(self.offset..offset) {
            self.position = self.position.behind(text);
            self.offset = offset;
        }
        self.position
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_lines_and_columns_are_counted_from_one() {
        let mut lines = Lines::new(b"ab\n\ncd");
        let mut at = |offset| {
            let Position { line, column } = lines.position(offset);
            (line, column)
        };
        assert_eq!([at(0), at(1), at(2)], [(1, 1), (1, 2), (1, 3)]);
        assert_eq!([at(3), at(4), at(6)], [(2, 1), (3, 1), (3, 3)]);
    }

    #[test]
    fn ok_a_name_cannot_write_to_the_terminal() {
        let place = Place::new(&"a\x1b[2J.conf".into(), Position::START);
        assert_eq!(place.to_string(), "a[2J.conf:1:1");
    }
}
