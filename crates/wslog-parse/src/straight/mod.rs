//! Lines that can be read in one way only, which is nearly all of them, from left to right.
//!
//! A line with any oddity is left to the search in `line`, which knows everything. So a reader here
//! may refuse what is right, and must never accept what the search would read differently.

mod cursor;
mod program;
mod written_out;

use crate::escape::Escape;
use crate::line::Reading;
use crate::literal::Literal;
use crate::log_format::Field;
use crate::time::Instants;
use program::Program;

/// How the lines of a format are read straight on.
#[derive(Clone, Debug)]
pub(crate) enum Straight {
    /// By a reader that is written out for one format.
    WrittenOut(Reader),
    /// By following a program that a format is compiled into.
    Program(Program),
}

/// Reads a line: its spans and its times.
pub(crate) type Reader = fn(&[u8], &mut Instants, &mut Reading) -> Option<()>;

impl Straight {
    /// The reader of a format of these fields, with this text in front of them.
    pub(crate) fn compile(prefix: &Literal, fields: &[Field], escape: Escape) -> Option<Straight> {
        let text = text(prefix, fields);
        let reader =
            text.filter(|_| escape == Escape::Default).and_then(|t| written_out::reader(&t));
        match reader {
            Some(reader) => Some(Straight::WrittenOut(reader)),
            None => Program::compile(prefix, fields).map(Straight::Program),
        }
    }

    /// Reads a line: its spans, of which there must be one for each field, and its times. `None`
    /// says nothing.
    #[inline]
    pub(crate) fn read(
        &self,
        line: &[u8],
        instants: &mut Instants,
        reading: &mut Reading,
    ) -> Option<()> {
        match self {
            Straight::WrittenOut(read) => read(line, instants, reading),
            Straight::Program(program) => program.read(line, instants, reading),
        }
    }
}

/// The text of a format, as it stands in a `log_format`.
fn text(prefix: &Literal, fields: &[Field]) -> Option<String> {
    let mut text = str::from_utf8(prefix.bytes()).ok()?.to_owned();
    for field in fields {
        text.push('$');
        text.push_str(&field.name);
        text.push_str(str::from_utf8(field.after.bytes()).ok()?);
    }
    Some(text)
}
