//! The formats the lines of one log may be in, and the parser for them.

use std::sync::Arc;

use crate::entry::Entry;
use crate::error::{LineError, Mismatch};
use crate::gist::Visitor;
use crate::line::Scratch;
use crate::log_format::LogFormat;
use crate::named::NamedFormat;
use crate::outline::{Line, Mark, Outline};
use crate::straight::written_out::{
    Combined, Main, MainWs, Reader, Upstreamlog, UpstreamlogKey, WrittenOut,
};
use crate::websocket_key::WebSocketKey;

/// One format, or a few of which each line tells by itself which it is in.
///
/// A log has lines in two formats when its `log_format` was changed while it was written (even
/// after the reload a tunnel opened before it is logged in the old format), or when several
/// servers with different formats write to it.
#[derive(Clone, Debug)]
pub struct Formats {
    members: Arc<[Member]>,
    /// Whether any of them wants to know what a line ends in.
    any_ends_in_key: bool,
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
    fn of(members: Arc<[Member]>) -> Formats {
        let any_ends_in_key = members.iter().any(|member| member.ends_in_key);
        Formats { members, any_ends_in_key }
    }

    /// A format and the same one with a key at its end. A line is keyed when its last token is a
    /// valid key or `-` and the keyed format fits, else keyless.
    pub fn family(keyed: LogFormat, keyless: LogFormat) -> Formats {
        let keyed = Member { format: keyed, ends_in_key: true, is_spare: false };
        let keyless = Member { format: keyless, ends_in_key: false, is_spare: false };
        Formats::of(Arc::new([keyed, keyless]))
    }

    /// Each line in one of these, those in front tried first.
    pub fn any_of(formats: Vec<LogFormat>) -> Formats {
        let member = |format| Member { format, ends_in_key: false, is_spare: false };
        Formats::of(formats.into_iter().map(member).collect())
    }

    /// All of these, those in front tried first, and the spare ones on lines that fit none of them.
    pub(crate) fn several(formats: &[&Formats], spare: &[&Formats]) -> Formats {
        let members = |formats: &[&Formats], is_spare| -> Vec<Member> {
            let members = formats.iter().flat_map(|formats| formats.members.iter().cloned());
            members.map(|member| Member { is_spare, ..member }).collect()
        };
        let members = [members(formats, false), members(spare, true)].concat();
        Formats::of(members.into())
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

    /// What is worth knowing of a line beforehand: what its first format wants.
    fn mark(&self) -> Mark {
        self.members.first().map_or(Mark::NONE, |member| member.format.mark)
    }

    /// A parser for lines in these formats.
    pub fn parser(&self) -> LineParser {
        LineParser {
            formats: self.clone(),
            scratch: Scratch::default(),
            outline: Outline::default(),
        }
    }
}

impl From<LogFormat> for Formats {
    fn from(format: LogFormat) -> Formats {
        Formats::of(Arc::new([Member { format, ends_in_key: false, is_spare: false }]))
    }
}

/// Parses line after line. It keeps a few bytes between lines, so one per thread.
#[derive(Clone, Debug)]
pub struct LineParser {
    formats: Formats,
    scratch: Scratch,
    outline: Outline,
}

impl LineParser {
    /// A parser that tries every reading of every line and remembers nothing: what the one that
    /// takes shortcuts has to agree with. For tests; it is slow.
    #[doc(hidden)]
    #[must_use]
    pub fn without_shortcuts(self) -> LineParser {
        LineParser { scratch: Scratch::without_shortcuts(), ..self }
    }

    /// Parses one line, given without its line end.
    ///
    /// # Errors
    /// [`LineError::Malformed`] with the place that no format got past, or
    /// [`LineError::Ambiguous`] when there are several readings and no telling which is true.
    pub fn parse<'a>(&'a mut self, line: &'a [u8]) -> Result<Entry<'a>, LineError<'a>> {
        let LineParser { formats, scratch, outline } = self;
        let line = outline.line(line, formats.mark());
        parse(formats, scratch, &line)
    }

    /// Tells `each` the lines of a text without their newlines, and the place of each in the text.
    /// [`LineParser::parse_outlined`] is faster on these than [`LineParser::parse`]. The last line
    /// may lack its newline.
    pub fn each_line<'t>(
        &mut self,
        text: &'t [u8],
        mut each: impl FnMut(&mut LineParser, usize, Line<'t, '_>),
    ) {
        let mut outline = std::mem::take(&mut self.outline);
        let mark = self.formats.mark();
        outline.each_line(text, mark, |start, line| each(self, start, Line::new(line, mark)));
        self.outline = outline;
    }

    /// The same for a visitor who may be content with the gist of a line. There is one of nearly all
    /// lines that are in the first of the formats, if that is a common one.
    ///
    /// # Examples
    /// ```
    /// use wslog_parse::{Formats, Gist, Handshake, Line, LineParser, NamedFormat, Protocol, Visitor};
    ///
    /// #[derive(Default)]
    /// struct Downgraded(u64);
    ///
    /// impl Visitor for Downgraded {
    ///     fn gist(&mut self, _: usize, _: &[u8], gist: Gist) -> bool {
    ///         self.0 += u64::from(gist.protocol == Protocol::HTTP_10);
    ///         true
    ///     }
    ///
    ///     fn handshake(&mut self, start: usize, line: &[u8], handshake: &Handshake<'_>) {
    ///         self.gist(start, line, handshake.gist);
    ///     }
    ///
    ///     fn line(&mut self, parser: &mut LineParser, _: usize, line: Line<'_, '_>) {
    ///         let entry = parser.parse_outlined(&line);
    ///         self.0 += u64::from(entry.is_ok_and(|entry| entry.protocol() == Protocol::HTTP_10));
    ///     }
    /// }
    ///
    /// let log = br#"10.0.0.7 - - [09/Mar/2018:15:04:51 +0800] "GET / HTTP/1.0" 499 0 "-" "curl""#;
    /// let combined = NamedFormat::find("combined").and_then(NamedFormat::compile);
    /// let mut parser = Formats::from(combined.expect("nginx has it")).parser();
    /// let mut downgraded = Downgraded::default();
    /// parser.visit(log, &mut downgraded);
    /// assert_eq!(downgraded.0, 1);
    /// ```
    #[inline]
    pub fn visit(&mut self, text: &[u8], visitor: &mut impl Visitor) {
        // Each has a loop of its own, which does not ask again for every line.
        match self.gists() {
            Some(WrittenOut::UpstreamlogKey) => self.visit_by::<UpstreamlogKey>(text, visitor),
            Some(WrittenOut::Upstreamlog) => self.visit_by::<Upstreamlog>(text, visitor),
            Some(WrittenOut::MainWs) => self.visit_by::<MainWs>(text, visitor),
            Some(WrittenOut::Main) => self.visit_by::<Main>(text, visitor),
            Some(WrittenOut::Combined) => self.visit_by::<Combined>(text, visitor),
            None => self.each_line(text, |parser, start, line| visitor.line(parser, start, line)),
        }
    }

    /// The readers that tell the gist of any line that is in the first format.
    fn gists(&self) -> Option<WrittenOut> {
        let first = self.formats.members.first()?;
        let written_out = self.scratch.written_out(&first.format)?;
        // This one looks at the end of the line anyway.
        let knows_key = written_out == WrittenOut::UpstreamlogKey;
        (knows_key || !first.ends_in_key).then_some(written_out)
    }

    #[inline(never)]
    fn visit_by<R: Reader>(&mut self, text: &[u8], visitor: &mut impl Visitor) {
        let mut outline = std::mem::take(&mut self.outline);
        let mark = self.formats.mark();
        outline.each_line(
            text,
            mark,
            #[inline(always)]
            |start, line| {
                let instants = &mut self.scratch.instants;
                if let Some(gist) = R::gist(&line, instants) {
                    if visitor.gist(start, line.bytes(), gist) {
                        return;
                    }
                } else if let Some(handshake) = R::handshake(&line, instants) {
                    return visitor.handshake(start, line.bytes(), &handshake);
                }
                visitor.line(self, start, Line::new(line, mark));
            },
        );
        self.outline = outline;
    }

    /// The same as [`LineParser::parse`] for a line of a text.
    ///
    /// # Errors
    /// As there.
    #[inline(always)]
    pub fn parse_outlined<'a>(
        &'a mut self,
        line: &Line<'a, '_>,
    ) -> Result<Entry<'a>, LineError<'a>> {
        parse(&self.formats, &mut self.scratch, line)
    }
}

#[inline(always)]
fn parse<'a>(
    formats: &'a Formats,
    scratch: &'a mut Scratch,
    line: &Line<'a, '_>,
) -> Result<Entry<'a>, LineError<'a>> {
    let [first, others @ ..] = &*formats.members else {
        return Err(LineError::Malformed(Mismatch::oversized(line.bytes())));
    };
    let last_word = match formats.any_ends_in_key {
        true => scratch.last_word(line.bytes()),
        false => LastWord::Other,
    };
    // Where the first format is left out, the next one is what the line is read by.
    let (number, format) = match others.first() {
        Some(second) if first.ends_in_key && last_word == LastWord::Other => (1, &second.format),
        _ => (0, &first.format),
    };
    let format = match scratch.read_straight(number, format, line, last_word) {
        true => format,
        false => read_with_care(&formats.members, number, scratch, line, last_word)?,
    };
    Ok(scratch.entry(format, line.bytes()))
}

/// Tries every format that the line may be in, and says which it is; `tried` is the one in which it
/// was tried straight on in vain.
#[inline(never)]
fn read_with_care<'a>(
    members: &'a [Member],
    tried: usize,
    scratch: &mut Scratch,
    line: &Line<'a, '_>,
    last_word: LastWord,
) -> Result<&'a LogFormat, LineError<'a>> {
    let bytes = line.bytes();
    let mut error = None;
    let mut doubted: Option<(&LogFormat, Scratch)> = None;
    for (number, member) in members.iter().enumerate() {
        let format = &member.format;
        if member.ends_in_key && last_word == LastWord::Other {
            continue;
        }
        let read = match number == tried {
            true => scratch.read_with_care(number, format, bytes, last_word),
            false => scratch.read(number, format, line, last_word),
        };
        match read {
            // A tail that only the keyless format ends in: it has to decide between them.
            Ok(()) if member.ends_in_key && scratch.is_doubtful => {
                doubted = Some((format, scratch.clone()));
            }
            Ok(()) if doubted.as_ref().is_some_and(|(_, keyed)| keyed.agrees(scratch)) => break,
            Ok(()) => return Ok(format),
            Err(LineError::Ambiguous(keyless)) if doubted.is_some() && keyless.is_impossible() => {
                break;
            }
            // A line that its format cannot decide is not offered to a laxer one.
            Err(ambiguous @ LineError::Ambiguous(_)) => return Err(ambiguous),
            Err(LineError::Malformed(_)) if member.is_spare => {}
            Err(LineError::Malformed(next)) => error = Some(further(error, next)),
        }
    }
    if let Some((format, keyed)) = doubted {
        *scratch = keyed;
        return Ok(format);
    }
    // Some member that is no spare reads every line, so there is a mismatch.
    Err(LineError::Malformed(error.unwrap_or_else(|| Mismatch::oversized(bytes))))
}

/// The mismatch further to the right: that format came nearer.
fn further<'a>(old: Option<Mismatch<'a>>, new: Mismatch<'a>) -> Mismatch<'a> {
    old.filter(|old| old.column() > new.column()).unwrap_or(new)
}

/// What a line ends in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LastWord {
    /// The mark of a missing value.
    Dash,
    /// A valid key.
    Key,
    /// Something else, or nobody asked.
    Other,
}

impl LastWord {
    #[inline(always)]
    pub(crate) fn of(line: &[u8], last_key: &mut WebSocketKey) -> LastWord {
        if let [.., b' ', b'-'] | [b'-'] = line {
            return LastWord::Dash;
        }
        let Some((before, word)) = line.split_last_chunk::<{ WebSocketKey::TEXT_LEN }>() else {
            return LastWord::Other;
        };
        match WebSocketKey::parse(word) {
            Ok(key) if before.last().is_none_or(|&byte| byte == b' ') => {
                *last_key = key;
                LastWord::Key
            }
            _ => LastWord::Other,
        }
    }
}
