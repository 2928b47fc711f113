//! The tree that a configuration is.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::place::{Place, Position};
use super::word::Word;

/// A directive with its arguments, and what stands between its braces.
#[derive(Clone, Debug)]
pub struct Directive {
    pub(crate) file: Arc<str>,
    pub(crate) name: Argument,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) body: Body,
    /// Where in the file's text it starts, and where the part up to its `;` or `{` ends.
    pub(crate) head: Range<usize>,
    /// Where in the file's text it ends, its block included.
    pub(crate) end: usize,
}

/// What follows a directive's arguments.
#[derive(Clone, Debug)]
pub enum Body {
    /// A `;`.
    Simple,
    /// Directives between braces.
    Block(Vec<Directive>),
    /// A program in Lua between braces, as it is written.
    Lua(Box<[u8]>),
    /// The directives of the files that an `include` names, in their order.
    Included(Vec<Directive>),
}

impl Directive {
    /// Its name, as nginx reads it.
    pub fn name(&self) -> Cow<'_, [u8]> {
        self.name.value()
    }

    /// Its arguments; the name is not among them.
    pub fn arguments(&self) -> &[Argument] {
        &self.arguments
    }

    /// What follows the arguments.
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// The directives between its braces.
    pub fn block(&self) -> Option<&[Directive]> {
        match &self.body {
            Body::Block(directives) => Some(directives),
            _ => None,
        }
    }

    /// Where in its file's text it is written, from its name up to and with its `;` or `{`.
    pub fn head(&self) -> Range<usize> {
        self.head.clone()
    }

    /// Where in its file's text all of it is written, up to and with its `;` or `}`.
    pub fn span(&self) -> Range<usize> {
        self.head.start..self.end
    }

    /// Where its name starts.
    pub fn place(&self) -> Place {
        self.place_of(&self.name)
    }

    /// Where one of its arguments starts, with the quote if it has one.
    pub fn place_of(&self, argument: &Argument) -> Place {
        Place::new(&self.file, argument.start)
    }
}

/// An argument of a directive, which remembers how it is written and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    pub(crate) raw: Box<[u8]>,
    pub(crate) is_quoted: bool,
    pub(crate) start: Position,
    /// Where in the file's text it starts.
    pub(crate) at: usize,
}

impl Argument {
    pub(crate) fn new(word: Word<'_>, start: Position, at: usize) -> Argument {
        Argument { raw: word.raw.into(), is_quoted: word.is_quoted, start, at }
    }

    /// Where in its file's text it is written, its quotes included.
    pub fn span(&self) -> Range<usize> {
        let quotes = if self.is_quoted { 2 } else { 0 };
        self.at..self.at + self.raw.len() + quotes
    }

    /// What nginx takes it for: without quotes around it, its escapes undone.
    pub fn value(&self) -> Cow<'_, [u8]> {
        self.word().value()
    }

    /// The value as text; what is not UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.value()).into_owned()
    }

    /// As it is written, without the quotes.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// Whether it stands in quotes.
    pub fn is_quoted(&self) -> bool {
        self.is_quoted
    }

    pub(crate) fn word(&self) -> Word<'_> {
        Word { raw: &self.raw, is_quoted: self.is_quoted }
    }

    /// Where this byte of the text stands, counted from the argument's first.
    pub(crate) fn position(&self, offset: usize) -> Position {
        let quote = usize::from(self.is_quoted).min(offset);
        let start = Position { column: self.start.column + quote, ..self.start };
        start.behind(self.raw.get(..offset - quote).unwrap_or(&self.raw))
    }
}
