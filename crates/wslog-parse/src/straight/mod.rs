//! Lines that can be read in one way only, which is nearly all of them, from left to right.
//!
//! A line with any oddity is left to the search in `line`, which knows everything. So a reader here
//! may refuse what is right, and must never accept what the search would read differently.

mod program;
pub(crate) mod seconds;
pub(crate) mod written_out;

use crate::escape::Escape;
use crate::literal::Literal;
use crate::log_format::Field;
use crate::outline::Mark;
use program::Program;
use written_out::WrittenOut;

/// How the lines of a format are read straight on.
#[derive(Clone, Debug)]
pub(crate) enum Straight {
    /// By a reader that is written out for this format.
    WrittenOut(WrittenOut),
    /// By following a program that a format is compiled into.
    Program(Program),
}

impl Straight {
    /// The reader of a format of these fields, with this text in front of them.
    pub(crate) fn compile(prefix: &Literal, fields: &[Field], escape: Escape) -> Option<Straight> {
        let text = text(prefix, fields);
        let text = text.filter(|_| escape == Escape::Default);
        match text.and_then(|text| WrittenOut::of(&text)) {
            Some(format) => Some(Straight::WrittenOut(format)),
            None => Program::compile(prefix, fields).map(Straight::Program),
        }
    }

    /// What it wants to know of a line beforehand.
    #[inline(always)]
    pub(crate) fn mark(&self) -> Mark {
        match self {
            Straight::WrittenOut(format) => format.mark(),
            Straight::Program(program) => program.mark(),
        }
    }
}

/// The text of a format, as it stands in a `log_format`.
fn text(prefix: &Literal, fields: &[Field]) -> Option<String> {
    let mut text = str::from_utf8(prefix.bytes()).ok()?.to_owned();
    for field in fields {
        let after = str::from_utf8(field.after.bytes()).ok()?;
        let goes_on = |next: char| next.is_ascii_alphanumeric() || next == '_';
        let (open, close) = if after.starts_with(goes_on) { ("{", "}") } else { ("", "") };
        text.extend(["$", open, &field.name, close, after]);
    }
    Some(text)
}
