//! One line against its format: every way to read it, and the one that nginx wrote.
//!
//! Most values end where only one place is possible. Where free text stands unquoted, each place
//! at which the format could go on is tried, so that text imitating the rest of a line is noticed
//! and not believed: a line has one reading, or `plausible` decides, or it is ambiguous.

use std::collections::HashSet;

use crate::entry::Entry;
use crate::error::{Ambiguity, Expected, LineError, Mismatch};
use crate::formats::LastWord;
use crate::json::{self, quote};
use crate::log_format::{End, Field, Layout, LogFormat};
use crate::outline::{Line, Outline};
use crate::plausible::is_plausible;
use crate::protocol::Protocol;
use crate::span::{MAX_LINE, Span};
use crate::status::Status;
use crate::straight::Straight;
use crate::straight::written_out::WrittenOut;
use crate::syntax::Syntax;
use crate::time::{
    Instants, Millis, TIME_ISO8601_LEN, TIME_LOCAL_LEN, Timestamp, duration, seconds,
};
use crate::variable::{Variable, VariableSet};
use crate::websocket_key::WebSocketKey;
use crate::window::{find, rfind};

/// How a line was read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reading {
    /// Where the value of each field of the format stands.
    pub(crate) spans: Vec<Span>,
    /// When the line was written.
    pub(crate) written: Option<Timestamp>,
    pub(crate) request_time: Option<Millis>,
    /// The protocol and the status, where the reader came by them; else they are to be looked up.
    pub(crate) outcome: Option<(Protocol, Status)>,
    pub(crate) key: KeyRead,
    /// The key that the line ends in, where [`LastWord::Key`] says so.
    pub(crate) last_key: WebSocketKey,
    /// The variables the line has.
    pub(crate) present: VariableSet,
    /// How many ways there were to read it.
    pub(crate) readings: usize,
    /// The place of its format among those of the parser.
    pub(crate) format_number: usize,
}

/// The handshake's key, as it was read.
///
/// A key that a line ends in is decoded to know its format, and stays where it was put then: each
/// copy of what has just been written makes the processor wait.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum KeyRead {
    #[default]
    None,
    Malformed,
    Valid(WebSocketKey),
    /// It is [`Reading::last_key`].
    Last,
}

impl KeyRead {
    /// Of a text that is not the mark of a missing value.
    pub(crate) fn of(text: &[u8]) -> KeyRead {
        WebSocketKey::parse(text).map_or(KeyRead::Malformed, KeyRead::Valid)
    }
}

/// When a line was written that shows both times: in one second.
pub(crate) fn together(second: Option<Timestamp>, millis: Millis) -> Option<Timestamp> {
    let millis = i64::try_from(millis.0).ok()?;
    match second {
        Some(second) if !(0..1000).contains(&(millis - second.unix_millis())) => None,
        second => Some(Timestamp::new(millis, second.map_or(0, Timestamp::offset_minutes))),
    }
}

/// Most effort spent on one line before it is called ambiguous, counted in places tried: an honest
/// line needs a handful. In longer lines there are more places, and each costs more.
fn most_effort(line: &[u8]) -> usize {
    256 + (line.len() * 2).min(4096) + line.len() / 16
}

/// Of how many bytes behind it a place costs one more.
const EFFORT_BYTES: usize = 1024;

/// What one place costs.
fn effort_for(rest: &[u8]) -> usize {
    1 + rest.len() / EFFORT_BYTES
}

/// Up to here trying again is cheaper than remembering.
const EASY_EFFORT: usize = 32;

/// What reading one line of one format needs, kept from line to line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch {
    trial: Vec<Span>,
    reading: Reading,
    /// There was a place where the line could have gone on otherwise.
    pub(crate) is_doubtful: bool,
    pub(crate) instants: Instants,
    keys: json::Keys,
    shapes: json::Shapes,
    /// For lines that were outlined with the mark of another format.
    outline: Outline,
    /// Nothing is told at a glance or known from another line.
    is_thorough: bool,
    /// The format, by its number, that all that does not change from line to line is there for.
    ready: Option<usize>,
}

impl Scratch {
    pub(crate) fn without_shortcuts() -> Scratch {
        Scratch { is_thorough: true, ..Scratch::default() }
    }

    /// Reads a line; on success [`Scratch::entry`] tells of it.
    pub(crate) fn read<'a>(
        &mut self,
        number: usize,
        format: &'a LogFormat,
        line: &Line<'a, '_>,
        last_word: LastWord,
    ) -> Result<(), LineError<'a>> {
        match self.read_straight(number, format, line, last_word) {
            true => Ok(()),
            false => self.read_with_care(number, format, line.bytes(), last_word),
        }
    }

    /// Reads a line that was tried straight on in vain.
    pub(crate) fn read_with_care<'a>(
        &mut self,
        number: usize,
        format: &'a LogFormat,
        line: &'a [u8],
        last_word: LastWord,
    ) -> Result<(), LineError<'a>> {
        self.ready = None;
        self.reading.format_number = number;
        self.read_any(format, line)?;
        self.reading.key = key(format, line, &self.reading, last_word);
        Ok(())
    }

    fn read_any<'a>(&mut self, format: &'a LogFormat, line: &'a [u8]) -> Result<(), LineError<'a>> {
        if line.len() > MAX_LINE {
            return Err(LineError::Malformed(Mismatch::oversized(line)));
        }
        // The straight reader may have come so far.
        self.reading.outcome = None;
        self.trial.resize(format.fields.len(), Span::default());
        let prefix = match &format.layout {
            Layout::Sequence(prefix) => prefix,
            Layout::JsonObject => return self.read_json(format, line),
        };
        self.reading.present = format.present;
        let mut search = Search::new(format, line, self, prefix.bytes());
        if prefix.starts(line) {
            search.fields(0, prefix.len());
        }
        search.verdict()?;
        self.reading.request_time = self.duration(format, line);
        Ok(())
    }

    /// Reads a line without any oddity; `false` says nothing.
    #[inline(always)]
    pub(crate) fn read_straight(
        &mut self,
        number: usize,
        format: &LogFormat,
        line: &Line<'_, '_>,
        last_word: LastWord,
    ) -> bool {
        if self.ready != Some(number) {
            self.get_ready(number, format);
        }
        match &format.straight {
            Some(Straight::WrittenOut(format))
                if line.mark() == format.mark() && !self.is_thorough =>
            {
                format
                    .read(line.outlined(), last_word, &mut self.instants, &mut self.reading)
                    .is_some()
            }
            _ => self.read_straight_otherwise(number, format, line, last_word),
        }
    }

    /// The readers of the format, if they are written out and may be used.
    pub(crate) fn written_out(&self, format: &LogFormat) -> Option<WrittenOut> {
        match format.straight {
            Some(Straight::WrittenOut(format)) if !self.is_thorough => Some(format),
            _ => None,
        }
    }

    /// Sets what is the same for every line that is read straight on.
    #[cold]
    fn get_ready(&mut self, number: usize, format: &LogFormat) {
        let reading = &mut self.reading;
        reading.spans.resize(format.fields.len(), Span::default());
        reading.present = format.present;
        reading.readings = 1;
        reading.format_number = number;
        self.is_doubtful = false;
        self.ready = Some(number);
    }

    /// The same as [`Scratch::read_straight`], by any reader.
    #[inline(never)]
    fn read_straight_otherwise(
        &mut self,
        number: usize,
        format: &LogFormat,
        line: &Line<'_, '_>,
        last_word: LastWord,
    ) -> bool {
        if line.len() > MAX_LINE || self.is_thorough {
            return false;
        }
        let Scratch { reading, instants, shapes, .. } = self;
        reading.outcome = None;
        let is_read = match (&format.straight, &format.layout) {
            (Some(Straight::WrittenOut(_)), _) => {
                return self.read_by_another_mark(number, format, line, last_word);
            }
            (Some(Straight::Program(program)), _) => program.read(line.bytes(), instants, reading),
            (None, Layout::JsonObject) => shapes.read(line.bytes(), instants, reading),
            (None, Layout::Sequence(_)) => None,
        };
        if is_read.is_none() {
            return false;
        }
        reading.key = key(format, line.bytes(), reading, last_word);
        true
    }

    #[cold]
    fn read_by_another_mark(
        &mut self,
        number: usize,
        format: &LogFormat,
        line: &Line<'_, '_>,
        last_word: LastWord,
    ) -> bool {
        let mut outline = std::mem::take(&mut self.outline);
        let line = outline.line(line.bytes(), format.mark);
        let is_read = self.read_straight(number, format, &line, last_word);
        self.outline = outline;
        is_read
    }

    fn read_json<'a>(
        &mut self,
        format: &'a LogFormat,
        line: &'a [u8],
    ) -> Result<(), LineError<'a>> {
        self.trial.fill(Span::default());
        self.reading.present =
            json::read(format, line, &mut self.trial, &mut self.keys, &mut self.instants)?;
        self.reading.readings = 1;
        self.reading.spans.clone_from(&self.trial);
        let written = Search::new(format, line, self, b"").written();
        self.reading.written = written
            .map_err(|at| LineError::Malformed(Mismatch::new(line, at, Expected::SameSecond)))?;
        self.reading.request_time = self.duration(format, line);
        match self.is_thorough {
            true => self.keys = json::Keys::default(),
            false => self.shapes.learn(line, &self.keys, &self.reading),
        }
        Ok(())
    }

    /// The value of `$request_time`, from its span.
    fn duration(&self, format: &LogFormat, line: &[u8]) -> Option<Millis> {
        let variable = Variable::RequestTime;
        let slot = format.slot(variable).filter(|_| self.reading.present.contains(variable))?;
        duration(self.reading.spans.get(slot)?.of(line))
    }

    /// What a line ends in, which is asked before it is read.
    #[inline(always)]
    pub(crate) fn last_word(&mut self, line: &[u8]) -> LastWord {
        LastWord::of(line, &mut self.reading.last_key)
    }

    /// The entry that was read.
    #[inline(always)]
    pub(crate) fn entry<'a>(&'a self, format: &'a LogFormat, line: &'a [u8]) -> Entry<'a> {
        Entry { line, format, reading: &self.reading }
    }

    /// Whether the values that both formats have stand at the same places, up to the last, which
    /// is where a key is told from what stands before it.
    pub(crate) fn agrees(&self, keyless: &Scratch) -> bool {
        let last = keyless.reading.spans.len().saturating_sub(1);
        self.reading.spans.get(..last) == keyless.reading.spans.get(..last)
    }

    /// When the line was written, to the second, from the value of this field.
    fn decode(&mut self, syntax: Syntax, text: &[u8]) -> Option<Timestamp> {
        match syntax {
            Syntax::TimeLocal => self.instants.local(text.try_into().ok()?),
            _ => self.instants.iso8601(text.try_into().ok()?),
        }
    }
}

/// In how much of the rest of a line the literal behind a value is searched for: it may hold the
/// byte that the value may not.
fn search_limit(field: &Field, rest: &[u8]) -> usize {
    let excluded = field.syntax.excludes().and_then(|byte| find(byte, rest));
    excluded.map_or(rest.len(), |excluded| rest.len().min(excluded + field.after.len()))
}

/// The key of a line, decoded unless it is the last word that has been decoded already.
fn key(format: &LogFormat, line: &[u8], reading: &Reading, last_word: LastWord) -> KeyRead {
    let entry = Entry { line, format, reading };
    let is_last = |text: &[u8]| text.len() == WebSocketKey::TEXT_LEN && line.ends_with(text);
    match entry.get(Variable::HttpSecWebsocketKey) {
        None | Some(b"") => KeyRead::None,
        Some(text) if last_word == LastWord::Key && is_last(text) => KeyRead::Last,
        Some(text) => KeyRead::of(text),
    }
}

struct Search<'a, 's> {
    format: &'a LogFormat,
    line: &'a [u8],
    scratch: &'s mut Scratch,
    effort: usize,
    /// Places tried, those that fitted their value.
    places: usize,
    gave_up: bool,
    /// Places that lead to no reading: a field and where it would start.
    dead: HashSet<(usize, usize)>,
    /// How often the end of the format was reached with the end of the line.
    completed: usize,
    readings: usize,
    plausible: usize,
    furthest: (usize, Expected<'a>),
}

impl<'a, 's> Search<'a, 's> {
    fn new(
        format: &'a LogFormat,
        line: &'a [u8],
        scratch: &'s mut Scratch,
        prefix: &'a [u8],
    ) -> Search<'a, 's> {
        let furthest = (0, Expected::Literal(prefix));
        Search {
            format,
            line,
            scratch,
            effort: 0,
            places: 0,
            gave_up: false,
            dead: HashSet::new(),
            completed: 0,
            readings: 0,
            plausible: 0,
            furthest,
        }
    }

    /// Reads the fields from `first` on, the first of them starting at `at`.
    fn fields(&mut self, first: usize, mut at: usize) {
        let fields = &self.format.fields;
        for (index, field) in fields.iter().enumerate().skip(first) {
            let end = match &field.end {
                End::Search(finder) => match self.only_place(field, at) {
                    Some(end) => Some(end),
                    None => return self.candidates(index, at, |line| finder.find(line)),
                },
                _ => self.end(index, at),
            };
            match end {
                Some(end) if field.after.starts(&self.line[end..]) => {
                    self.scratch.trial[index] = Span::new(at, end);
                    at = end + field.after.len();
                }
                Some(end) => return self.fail(end, Expected::Literal(field.after.bytes())),
                None => return self.fail(at, Expected::Value(&field.name, field.syntax)),
            }
        }
        if at == self.line.len() {
            self.complete();
        } else {
            self.fail(at, Expected::EndOfLine);
        }
    }

    /// Where the value of field `index` that starts at `at` ends, if there is one.
    fn end(&mut self, index: usize, at: usize) -> Option<usize> {
        let field = &self.format.fields[index];
        let rest = &self.line[at..];
        let len = match field.end {
            End::Itself => match field.syntax {
                Syntax::TimeLocal => TIME_LOCAL_LEN,
                Syntax::TimeIso8601 => TIME_ISO8601_LEN,
                _ => {
                    let plain = field.plain_len(rest).filter(|_| !self.scratch.is_thorough);
                    return plain.or_else(|| field.value_len(rest)).map(|len| at + len);
                }
            },
            End::Quote => quote(rest)?,
            End::Before(byte) => find(byte, rest)?,
            End::Backwards => self.end_from_line_end(index, at)?.checked_sub(at)?,
            End::Line | End::Search(_) => rest.len(),
        };
        let value = rest.get(..len)?;
        let fits = match field.syntax {
            Syntax::Text => true,
            Syntax::TimeLocal | Syntax::TimeIso8601 => {
                self.scratch.decode(field.syntax, value).is_some()
            }
            _ => field.accepts(value),
        };
        fits.then_some(at + len)
    }

    /// Where the value of field `index` ends, if those behind it stand at the end of the line.
    fn end_from_line_end(&self, index: usize, at: usize) -> Option<usize> {
        let fields = &self.format.fields[index..];
        let mut end = self.line.len();
        for pair in fields.windows(2).rev() {
            end = end.checked_sub(pair[1].after.len())?;
            let byte = *pair[0].after.bytes().last()?;
            end = at + rfind(byte, self.line.get(at..end)?)? + 1;
        }
        end.checked_sub(fields.first()?.after.len())
    }

    /// Where the value that starts at `at` ends, if there is one place only to try, and trying is
    /// still easy.
    fn only_place(&mut self, field: &Field, at: usize) -> Option<usize> {
        let rest = &self.line[at..];
        let effort = self.effort + effort_for(rest);
        if effort > EASY_EFFORT || self.scratch.is_thorough {
            return None;
        }
        let len = field.after.only_place(rest, search_limit(field, rest))?;
        if !field.accepts(&rest[..len]) {
            return None;
        }
        self.effort = effort;
        self.places += 1;
        Some(at + len)
    }

    /// Tries each place where the literal behind field `index` stands.
    fn candidates(&mut self, index: usize, at: usize, find: impl Fn(&[u8]) -> Option<usize>) {
        let field = &self.format.fields[index];
        let rest = &self.line[at..];
        let limit = search_limit(field, rest);
        let mut from = 0;
        while let Some(found) = rest.get(from..limit).and_then(&find) {
            let len = from + found;
            from = len + 1;
            self.effort += effort_for(rest);
            if self.effort > most_effort(self.line) {
                return self.gave_up = true;
            }
            if self.effort > EASY_EFFORT && !field.leaves_enough(&rest[len..]) {
                // Further on there is even less.
                self.fail(self.line.len(), Expected::Literal(field.after.bytes()));
                break;
            }
            if !field.accepts(&rest[..len]) {
                continue;
            }
            self.places += 1;
            self.scratch.trial[index] = Span::new(at, at + len);
            self.unless_dead(index + 1, at + len + field.after.len());
        }
        if from == 0 {
            self.fail(at, Expected::Literal(field.after.bytes()));
        }
    }

    /// Reads on from here unless that is known to lead to no reading.
    ///
    /// Free text between many equal separators can be split in more ways than can be tried; from
    /// one place on it fails or succeeds whatever came before.
    fn unless_dead(&mut self, first: usize, at: usize) {
        let is_hard = self.effort > EASY_EFFORT;
        if is_hard && self.dead.contains(&(first, at)) {
            return;
        }
        let completed = self.completed;
        self.fields(first, at);
        if is_hard && completed == self.completed {
            self.dead.insert((first, at));
        }
    }

    /// Remembers the place that was reached last: it is what a person wants to see.
    fn fail(&mut self, at: usize, expected: Expected<'a>) {
        if at >= self.furthest.0 {
            self.furthest = (at, expected);
        }
    }

    /// The trial spans are a whole reading.
    fn complete(&mut self) {
        self.completed += 1;
        let written = match self.written() {
            Ok(written) => written,
            Err(at) => return self.fail(at, Expected::SameSecond),
        };
        self.readings += 1;
        // Plausibility only has to decide between readings.
        if self.readings == 2 {
            self.plausible =
                usize::from(is_plausible(self.format, self.line, &self.scratch.reading.spans));
        }
        let keep = self.readings == 1 || {
            let plausible = is_plausible(self.format, self.line, &self.scratch.trial);
            self.plausible += usize::from(plausible);
            plausible
        };
        if keep {
            self.scratch.reading.spans.clone_from(&self.scratch.trial);
            self.scratch.reading.written = written;
        }
    }

    /// When the line of this reading was written, to the millisecond where it shows that.
    ///
    /// nginx reads its clock once for a line: `$msec` lies in the second of the other two. Where
    /// it does not, the error is the place of `$msec`.
    fn written(&mut self) -> Result<Option<Timestamp>, usize> {
        let present = self.scratch.reading.present;
        let slot = |variable: Variable| {
            let slot = self.format.slot(variable).filter(|_| present.contains(variable));
            slot.map(|slot| self.scratch.trial[slot])
        };
        let local = slot(Variable::TimeLocal).map(|span| (Syntax::TimeLocal, span));
        let iso8601 = slot(Variable::TimeIso8601).map(|span| (Syntax::TimeIso8601, span));
        let msec = slot(Variable::Msec);
        let second = iso8601
            .or(local)
            .and_then(|(syntax, span)| self.scratch.decode(syntax, span.of(self.line)));
        let Some(msec) = msec else { return Ok(second) };
        let millis = seconds(msec.of(self.line)).ok().and_then(|(_, m)| i64::try_from(m.0).ok());
        let millis = millis.ok_or(msec.start())?;
        match second {
            Some(second) if second.unix_millis().div_euclid(1000) != millis.div_euclid(1000) => {
                Err(msec.start())
            }
            second => {
                let offset = second.map_or(0, Timestamp::offset_minutes);
                Ok(Some(Timestamp::new(millis, offset)))
            }
        }
    }

    fn verdict(self) -> Result<(), LineError<'a>> {
        let Search {
            format, line, scratch, places, gave_up, readings, plausible, furthest, ..
        } = self;
        if gave_up {
            return Err(LineError::Ambiguous(Ambiguity { readings: 0, plausible: 0 }));
        }
        match (readings, plausible) {
            (0, _) => Err(LineError::Malformed(Mismatch::new(line, furthest.0, furthest.1))),
            (1, _) | (_, 1) => {
                scratch.reading.readings = readings;
                scratch.is_doubtful = places > format.searches;
                Ok(())
            }
            _ => Err(LineError::Ambiguous(Ambiguity { readings, plausible })),
        }
    }
}
