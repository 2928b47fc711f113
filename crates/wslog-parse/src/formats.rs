//! The formats the lines of one log may be in, and the parser for them.

use std::sync::Arc;

use memchr::memrchr;

use crate::entry::Entry;
use crate::error::{LineError, Mismatch};
use crate::line::Scratch;
use crate::log_format::LogFormat;
use crate::websocket_key::WebSocketKey;

/// One format, or a few of which each line tells by itself which it is in.
///
/// A log has lines in two formats when its `log_format` was changed while it was written; even
/// after the reload a tunnel opened before it is logged in the old format.
#[derive(Clone, Debug)]
pub struct Formats {
    members: Arc<[Member]>,
}

#[derive(Debug)]
struct Member {
    format: LogFormat,
    /// Only lines whose last token is a valid key or `-` are in this format.
    ends_in_key: bool,
}

impl Formats {
    /// A format and the same one with a key at its end. A line is keyed when its last token is a
    /// valid key or `-` and the keyed format fits, else keyless.
    pub fn family(keyed: LogFormat, keyless: LogFormat) -> Formats {
        let keyed = Member { format: keyed, ends_in_key: true };
        let keyless = Member { format: keyless, ends_in_key: false };
        Formats { members: Arc::new([keyed, keyless]) }
    }

    /// The formats, those tried first in front.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &LogFormat> {
        self.members.iter().map(|member| &member.format)
    }

    /// A parser for lines in these formats.
    pub fn parser(&self) -> LineParser {
        LineParser { formats: self.clone(), scratch: Scratch::default() }
    }
}

impl From<LogFormat> for Formats {
    fn from(format: LogFormat) -> Formats {
        Formats { members: Arc::new([Member { format, ends_in_key: false }]) }
    }
}

/// Parses line after line. It keeps a few bytes between lines, so one per thread.
#[derive(Clone, Debug)]
pub struct LineParser {
    formats: Formats,
    scratch: Scratch,
}

impl LineParser {
    /// Parses one line, given without its line end.
    ///
    /// # Errors
    /// [`LineError::Malformed`] with the place that no format got past, or
    /// [`LineError::Ambiguous`] when there are several readings and no telling which is true.
    pub fn parse<'a>(&'a mut self, line: &'a [u8]) -> Result<Entry<'a>, LineError<'a>> {
        let mut error = None;
        for member in self.formats.members.iter() {
            if member.ends_in_key && !ends_in_key(line) {
                continue;
            }
            match self.scratch.read(&member.format, line) {
                Ok(()) => {
                    let Scratch { spans, written, .. } = &self.scratch;
                    let (format, written) = (&member.format, *written);
                    return Ok(Entry { line, format, spans, written });
                }
                // A line that its format cannot decide is not offered to a laxer one.
                Err(ambiguous @ LineError::Ambiguous(_)) => return Err(ambiguous),
                Err(LineError::Malformed(next)) => error = Some(further(error, next)),
            }
        }
        // The last member reads every line, so there is a mismatch.
        Err(LineError::Malformed(error.unwrap_or_else(|| Mismatch::oversized(line))))
    }
}

/// The mismatch further to the right: that format came nearer.
fn further<'a>(old: Option<Mismatch<'a>>, new: Mismatch<'a>) -> Mismatch<'a> {
    old.filter(|old| old.column() > new.column()).unwrap_or(new)
}

fn ends_in_key(line: &[u8]) -> bool {
    let start = memrchr(b' ', line).map_or(0, |space| space + 1);
    let token = &line[start..];
    token == b"-" || WebSocketKey::parse(token).is_ok()
}
