//! The formats the lines of one log may be in, and the parser for them.

use std::sync::Arc;

use memchr::memrchr;

use crate::entry::Entry;
use crate::error::{LineError, Mismatch};
use crate::line::Scratch;
use crate::log_format::LogFormat;
use crate::named::NamedFormat;
use crate::websocket_key::WebSocketKey;

/// One format, or a few of which each line tells by itself which it is in.
///
/// A log has lines in two formats when its `log_format` was changed while it was written (even
/// after the reload a tunnel opened before it is logged in the old format), or when several
/// servers with different formats write to it.
#[derive(Clone, Debug)]
pub struct Formats {
    members: Arc<[Member]>,
}

#[derive(Clone, Debug)]
struct Member {
    format: LogFormat,
    /// Only lines whose last token is a valid key or `-` are in this format.
    ends_in_key: bool,
    /// Not seen in the log so far: tried on lines that no other format fits.
    is_spare: bool,
}

impl Formats {
    /// A format and the same one with a key at its end. A line is keyed when its last token is a
    /// valid key or `-` and the keyed format fits, else keyless.
    pub fn family(keyed: LogFormat, keyless: LogFormat) -> Formats {
        let keyed = Member { format: keyed, ends_in_key: true, is_spare: false };
        let keyless = Member { format: keyless, ends_in_key: false, is_spare: false };
        Formats { members: Arc::new([keyed, keyless]) }
    }

    /// Each line in one of these, those in front tried first.
    pub fn any_of(formats: Vec<LogFormat>) -> Formats {
        let member = |format| Member { format, ends_in_key: false, is_spare: false };
        Formats { members: formats.into_iter().map(member).collect() }
    }

    /// All of these, those in front tried first, and the spare ones on lines that fit none of them.
    pub(crate) fn several(formats: &[&Formats], spare: &[&Formats]) -> Formats {
        let members = |formats: &[&Formats], is_spare| -> Vec<Member> {
            let members = formats.iter().flat_map(|formats| formats.members.iter().cloned());
            members.map(|member| Member { is_spare, ..member }).collect()
        };
        let members = [members(formats, false), members(spare, true)].concat();
        Formats { members: members.into() }
    }

    /// All named formats, for a log that has shown no line yet.
    pub fn named() -> Formats {
        let choices = NamedFormat::choices();
        Formats::several(&choices.iter().collect::<Vec<_>>(), &[])
    }

    /// The names of the formats that the log is in, without those that are only tried.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let expected = self.members.iter().filter(|member| !member.is_spare);
        expected.map(|member| member.format.name())
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
        Formats { members: Arc::new([Member { format, ends_in_key: false, is_spare: false }]) }
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
        let mut doubted: Option<(usize, Scratch)> = None;
        for (index, member) in self.formats.members.iter().enumerate() {
            if member.ends_in_key && !ends_in_key(line) {
                continue;
            }
            match self.scratch.read(&member.format, line) {
                // A tail that only the keyless format ends in: it has to decide between them.
                Ok(()) if member.ends_in_key && self.scratch.is_doubtful => {
                    doubted = Some((index, self.scratch.clone()));
                }
                Ok(())
                    if doubted.as_ref().is_some_and(|(_, keyed)| keyed.agrees(&self.scratch)) =>
                {
                    break;
                }
                Ok(()) => return Ok(self.scratch.entry(&member.format, line)),
                Err(LineError::Ambiguous(keyless))
                    if doubted.is_some() && keyless.is_impossible() =>
                {
                    break;
                }
                // A line that its format cannot decide is not offered to a laxer one.
                Err(ambiguous @ LineError::Ambiguous(_)) => return Err(ambiguous),
                Err(LineError::Malformed(_)) if member.is_spare => {}
                Err(LineError::Malformed(next)) => error = Some(further(error, next)),
            }
        }
        if let Some((index, scratch)) = doubted {
            self.scratch = scratch;
            return Ok(self.scratch.entry(&self.formats.members[index].format, line));
        }
        // Some member that is no spare reads every line, so there is a mismatch.
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
