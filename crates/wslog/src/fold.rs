//! One line after another becomes part of a [`Partial`]: the only place where something borrowed
//! from a line turns into something kept.

mod beside;
#[cfg(feature = "capture")]
mod capture;
mod error_log;

use wslog_parse::{
    BYTE_ORDER_MARK, Entry, Gist, Handshake, Line, LineError, LineParser, LogFormat, Mismatch,
    Protocol, Status, Upgrade, UpstreamList, Variable, VariableSet, Visitor,
};

use crate::asked::Asked;
use crate::directory::{NOWHERE, VantageTexts};
use crate::fingerprint::fingerprint;
use crate::input::chunk::{Chunk, MAX_LINE};
use crate::input::source::{LineKind, SourceFormats};
use crate::options::Options;
use crate::partial::{Partial, Refusal, Rejected, Run};
use crate::sighting::{KeySeen, Observed, Position, Resolution, Sighting};
use crate::websocket::handshake::{Recognition, Rule, is_ordinary, is_silent, recognise};

/// Reads the lines of chunks into one partial; one per thread.
pub(crate) struct Fold<'o> {
    options: &'o Options,
    partial: Partial,
    current: Option<Current>,
    /// Whether there may be an error log beside, which asks what every request asked for.
    has_error_log: bool,
}

/// The source whose lines are being read.
struct Current {
    source: u16,
    parser: LineParser,
    /// Those of the first format.
    variables: VariableSet,
}

/// Where a line stands.
#[derive(Clone, Copy)]
struct Place<'c> {
    chunk: &'c Chunk,
    /// Its first byte's place in the chunk.
    start: usize,
    lines_before: u32,
    has_error_log: bool,
}

/// What a line turned out to be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Seen {
    Blank,
    Ordinary,
    Malformed,
    Ambiguous,
    Sighting(Rule, Sighting),
    /// It is one, by its path, if the path of this hash shows a 101 later on.
    Candidate(u64, Sighting),
    /// It makes sightings of the candidates before it on the path of this hash, and is one itself
    /// unless it was not logged in the period asked for.
    Confirmation(u64, Option<(Rule, Sighting)>),
}

impl<'o> Fold<'o> {
    pub(crate) fn new(options: &'o Options) -> Fold<'o> {
        Fold::resume(options, Partial::default())
    }

    /// Goes on where another fold of the same input ended.
    pub(crate) fn resume(options: &'o Options, partial: Partial) -> Fold<'o> {
        Fold { options, partial, current: None, has_error_log: false }
    }

    /// The same, beside which there may be an error log or not.
    pub(crate) fn beside_error_log(self, has_error_log: bool) -> Fold<'o> {
        Fold { has_error_log, ..self }
    }

    /// Everything read so far.
    pub(crate) fn into_partial(self) -> Partial {
        self.partial
    }

    /// Reads the lines of a chunk, of whichever kind they are; `each` is told as in [`Fold::chunk`].
    pub(crate) fn lines(
        &mut self,
        chunk: &Chunk,
        kind: &LineKind,
        each: impl FnMut(u32, u64, &[u8], Seen),
    ) {
        match kind {
            LineKind::Requests(formats) => self.chunk(chunk, formats, each),
            LineKind::Errors { offset_minutes } => self.errors(chunk, *offset_minutes, each),
        }
    }

    /// Reads the lines of a chunk; `each` is told of every one: its number in the stretch from 0,
    /// its first byte in the source, its bytes, and what it was.
    pub(crate) fn chunk(
        &mut self,
        chunk: &Chunk,
        formats: &SourceFormats,
        each: impl FnMut(u32, u64, &[u8], Seen),
    ) {
        let Fold { options, partial, current, has_error_log } = self;
        let current = match current {
            Some(current) if current.source == chunk.source => current,
            _ => current.insert(Current::new(chunk.source, formats)),
        };
        let Current { parser, variables, .. } = current;
        // Of an ordinary line nobody asks more than that it is one.
        let asks_no_more =
            options.period.is_all() && options.websocket_path.is_none() && !*has_error_log;
        let takes_gists = asks_no_more && !chunk.is_cut && chunk.bytes.len() <= MAX_LINE;
        let mut lines = Lines {
            options,
            partial,
            chunk,
            has_error_log: *has_error_log,
            is_silent: is_silent(*variables),
            variables: *variables,
            number: chunk.stretch.lines,
            run: Run::default(),
            gists: Run { format: 0, variables: *variables, lines: 0 },
            each,
        };
        if takes_gists {
            parser.visit(&chunk.bytes, &mut lines);
        } else {
            parser.each_line(&chunk.bytes, |parser, start, line| lines.line(parser, start, line));
        }
        lines.count();
    }
}

/// The lines of a chunk, one after the other.
struct Lines<'a, E> {
    options: &'a Options,
    partial: &'a mut Partial,
    chunk: &'a Chunk,
    has_error_log: bool,
    /// Whether lines there is a gist of could not show a handshake's headers.
    is_silent: bool,
    /// What those show of which there is a gist.
    variables: VariableSet,
    /// The next line's number in the stretch, from 0.
    number: u32,
    /// The lines last parsed.
    run: Run,
    /// The lines of which the gist was enough.
    gists: Run,
    each: E,
}

impl<E: FnMut(u32, u64, &[u8], Seen)> Visitor for Lines<'_, E> {
    #[inline(always)]
    fn gist(&mut self, start: usize, line: &[u8], gist: Gist) -> bool {
        let is_enough = is_ordinary(gist.status, self.is_silent);
        if is_enough {
            self.count_request(gist);
            self.next(start, line, Seen::Ordinary);
        }
        is_enough
    }

    #[inline(always)]
    fn handshake(&mut self, start: usize, line: &[u8], handshake: &Handshake<'_>) {
        self.count_request(handshake.gist);
        let Gist { logged_at, request_time, protocol, status } = handshake.gist;
        let place = self.place(start);
        let told = handshake.server_name.filter(|name| !name.is_empty());
        let vantage = place.vantage(told, told);
        let upstream = upstream(handshake.upstream_addr, self.variables);
        let node = handshake.remote_addr.unwrap_or(b"-");
        let observed = Observed {
            position: place.position(),
            lines_before: place.lines_before,
            key: KeySeen::Valid(handshake.key),
            upgrade: Upgrade::NotLogged,
            rule: Rule::Key,
            protocol,
            status,
            logged_at: Some(logged_at),
            resolution: resolution(self.variables),
            request_time,
            way: self.partial.directory.way(node, vantage, upstream),
            asked: Asked::UNKNOWN,
        };
        let confirmed = match status == Status::SWITCHING_PROTOCOLS {
            true => {
                let path = || handshake.path().unwrap_or_default();
                self.partial.paths.upgraded(handshake.request, path)
            }
            false => None,
        };
        let seen = handshake_seen(self.partial, self.options, &observed, confirmed);
        self.next(start, line, seen);
    }

    #[inline(never)]
    fn line(&mut self, parser: &mut LineParser, start: usize, line: Line<'_, '_>) {
        let place = self.place(start);
        let seen = line_seen(self.partial, &mut self.run, self.options, parser, place, line);
        self.next(start, line.bytes(), seen);
    }
}

impl<'a, E: FnMut(u32, u64, &[u8], Seen)> Lines<'a, E> {
    #[inline(always)]
    fn place(&self, start: usize) -> Place<'a> {
        let Lines { chunk, number, has_error_log, .. } = *self;
        Place { chunk, start, lines_before: number, has_error_log }
    }

    /// Counts what every request is counted for.
    #[inline(always)]
    fn count_request(&mut self, gist: Gist) {
        self.gists.lines += 1;
        self.partial.extent.add(gist.logged_at, gist.request_time);
        self.partial.counts.requests.record(gist.protocol, gist.status);
    }

    #[inline(always)]
    fn next(&mut self, start: usize, line: &[u8], seen: Seen) {
        (self.each)(self.number, self.chunk.start + start as u64, line, seen);
        self.number += 1;
    }

    fn count(self) {
        let part = self.partial.source(self.chunk.source);
        part.count_parsed(self.run);
        part.count_parsed(self.gists);
        part.bytes += self.chunk.len;
        part.count_lines(self.chunk.stretch, self.number);
    }
}

impl Current {
    fn new(source: u16, formats: &SourceFormats) -> Current {
        let variables = formats.first().map(LogFormat::variable_set).unwrap_or_default();
        Current { source, parser: formats.parser(), variables }
    }
}

impl<'c> Place<'c> {
    /// Its vantage point: by the name it was given, else by the one that its line tells.
    #[inline(always)]
    fn vantage(self, told: Option<&'c [u8]>, address: Option<&'c [u8]>) -> VantageTexts<'c> {
        let name = self.chunk.vantage.as_deref().map(str::as_bytes).or(told);
        VantageTexts { name, address: address.filter(|_| name != address), set: self.chunk.set }
    }

    fn position(self) -> Position {
        let Place { chunk, start, .. } = self;
        Position { source: chunk.source, byte: chunk.start + start as u64 }
    }

    /// Whether reading failed in the line of this place.
    fn is_cut(self) -> bool {
        let Place { chunk, start, .. } = self;
        chunk.is_cut && !chunk.bytes[start..].contains(&b'\n')
    }
}

/// Takes off the return that a line end may begin with, and the mark that a file may.
fn trim(line: &mut Line<'_, '_>, place: Place<'_>) {
    let bytes = line.bytes();
    let has_return = bytes.last() == Some(&b'\r');
    let has_mark = place.position().byte == 0 && bytes.starts_with(BYTE_ORDER_MARK);
    let front = if has_mark { BYTE_ORDER_MARK.len() } else { 0 };
    line.trim(front, usize::from(has_return));
}

/// What a line is that is to be parsed.
#[inline(always)]
fn line_seen(
    partial: &mut Partial,
    run: &mut Run,
    options: &Options,
    parser: &mut LineParser,
    place: Place<'_>,
    mut line: Line<'_, '_>,
) -> Seen {
    // Of an oversized line there is only so much that it can be told to be one.
    let is_oversized = line.bytes().len() > MAX_LINE;
    trim(&mut line, place);
    let bytes = line.bytes();
    let is_blank = |line: &[u8]| line.trim_ascii().is_empty();
    if bytes.first().is_none_or(u8::is_ascii_whitespace) && is_blank(bytes) {
        partial.source(place.chunk.source).blank += 1;
        return Seen::Blank;
    }
    let parsed = match is_oversized {
        true => Err(LineError::Malformed(Mismatch::oversized(bytes))),
        false if place.is_cut() => Err(LineError::Malformed(Mismatch::cut(bytes))),
        false => parser.parse_outlined(&line),
    };
    match parsed {
        Ok(entry) => {
            if !run.goes_on(entry.format_number(), entry.variables()) {
                partial.source(place.chunk.source).count_parsed(*run);
                *run = Run::begin(entry.format_number(), entry.variables());
            }
            partial.contested += u64::from(entry.is_contested());
            match options.period.is_all()
                || is_in_period(partial, options, &entry, place.chunk.source)
            {
                true => entry_seen(partial, options, &entry, place),
                false => entry_left_out(partial, options, &entry, place),
            }
        }
        Err(error) => {
            if place.has_error_log {
                partial.error_log.record_unreadable(bytes);
            }
            rejected(partial, place, bytes, &Refusal::from(&error))
        }
    }
}

#[cold]
fn rejected(partial: &mut Partial, place: Place<'_>, line: &[u8], refusal: &Refusal) -> Seen {
    let Place { lines_before, .. } = place;
    let position = place.position();
    let make = || Rejected::new(position, lines_before, line, refusal);
    partial.source(position.source).count_rejected(position, refusal, make);
    match refusal.is_ambiguous {
        false => Seen::Malformed,
        true => Seen::Ambiguous,
    }
}

/// Whether the entry was logged in the period asked for; if not, it is counted as left out.
#[inline(never)]
fn is_in_period(partial: &mut Partial, options: &Options, entry: &Entry<'_>, source: u16) -> bool {
    let logged_at = entry.logged_at();
    let is_inside = logged_at.is_some_and(|at| options.period.holds(at));
    let part = partial.source(source);
    part.outside += u64::from(!is_inside);
    part.untimed += u64::from(logged_at.is_none());
    is_inside
}

#[inline(always)]
fn entry_seen(
    partial: &mut Partial,
    options: &Options,
    entry: &Entry<'_>,
    place: Place<'_>,
) -> Seen {
    if let Some(logged_at) = entry.logged_at() {
        partial.extent.add(logged_at, entry.request_time());
    }
    // Without a status nothing can be said of how a request ended.
    let Some(status) = entry.status() else {
        rival(partial, entry, place);
        return Seen::Ordinary;
    };
    let protocol = entry.protocol();
    partial.counts.requests.record(protocol, status);
    match recognise(entry, status, options.websocket_path.as_ref()) {
        Recognition::Ordinary => {
            rival(partial, entry, place);
            Seen::Ordinary
        }
        Recognition::Sighting(rule) => {
            let observed = observe(partial, entry, place, (rule, protocol, status));
            match beside::is_joined(entry, observed.asked) {
                true => beside::keep_attempts(&mut partial.error_log, entry, observed.position),
                false => rival(partial, entry, place),
            }
            let confirmed = learn_path(partial, entry, status);
            handshake_seen(partial, options, &observed, confirmed)
        }
        Recognition::Candidate => {
            candidate_seen(partial, options, entry, place, (protocol, status))
        }
    }
}

#[inline(always)]
fn handshake_seen(
    partial: &mut Partial,
    options: &Options,
    observed: &Observed,
    confirmed: Option<u64>,
) -> Seen {
    let sighting = partial.store.push(observed);
    partial.counts.record(observed, sighting, options.mark);
    match confirmed {
        None => Seen::Sighting(observed.rule, *sighting),
        Some(path) => Seen::Confirmation(path, Some((observed.rule, *sighting))),
    }
}

#[inline(never)]
fn candidate_seen(
    partial: &mut Partial,
    options: &Options,
    entry: &Entry<'_>,
    place: Place<'_>,
    (protocol, status): (Protocol, Status),
) -> Seen {
    rival(partial, entry, place);
    let path = entry.path().unwrap_or_default();
    let observed = observe(partial, entry, place, (Rule::Path, protocol, status));
    let sighting = Sighting::new(&observed);
    let path = fingerprint(&[path]);
    match partial.paths.candidate(path, (&observed, &sighting), options.mark) {
        true => Seen::Sighting(Rule::Path, sighting),
        false => Seen::Candidate(path, sighting),
    }
}

/// A path that opens WebSockets does so in any period.
fn entry_left_out(
    partial: &mut Partial,
    options: &Options,
    entry: &Entry<'_>,
    place: Place<'_>,
) -> Seen {
    rival(partial, entry, place);
    if let Some(status) = entry.status()
        && let Recognition::Sighting(_) = recognise(entry, status, options.websocket_path.as_ref())
    {
        let confirmed = learn_path(partial, entry, status);
        return confirmed.map_or(Seen::Ordinary, |path| Seen::Confirmation(path, None));
    }
    Seen::Ordinary
}

/// Learns that WebSockets are opened on a path. The hash of the path, if candidates on it have become
/// sightings thereby.
fn learn_path(partial: &mut Partial, entry: &Entry<'_>, status: Status) -> Option<u64> {
    if status != Status::SWITCHING_PROTOCOLS {
        return None;
    }
    // Where the target is logged by itself, what `$request` shows is not asked.
    let is_told = entry.logs(Variable::RequestUri);
    let request = if is_told { None } else { entry.get(Variable::Request) };
    partial.paths.upgraded(request, || entry.path().unwrap_or_default())
}

/// The last server a request was sent on to; `-` where the line shows that it was sent to none, empty
/// where it does not show it.
#[inline(always)]
fn upstream<'l>(list: Option<UpstreamList<'l>>, shown: VariableSet) -> &'l [u8] {
    match list.and_then(Iterator::last) {
        Some(last) if last != NOWHERE => last,
        Some(_) => b"",
        None if shown.contains(Variable::UpstreamAddr) => NOWHERE,
        None => b"",
    }
}

/// Keeps what an error log beside asks of a request that none of its lines is joined to.
#[inline(always)]
fn rival(partial: &mut Partial, entry: &Entry<'_>, place: Place<'_>) {
    if place.has_error_log
        && let Some(rival) = beside::rival(entry)
    {
        partial.error_log.record_rival(&rival);
    }
}

/// How finely lines that show these variables tell when they were written: nginx cuts all but `$msec`
/// to the second.
#[inline(always)]
fn resolution(shown: VariableSet) -> Resolution {
    match shown.contains(Variable::Msec) {
        true => Resolution::Millisecond,
        false => Resolution::Second,
    }
}

/// Gathers what is kept of an entry.
#[inline(always)]
fn observe(
    partial: &mut Partial,
    entry: &Entry<'_>,
    place: Place<'_>,
    (rule, protocol, status): (Rule, Protocol, Status),
) -> Observed {
    let node = entry.get(Variable::RemoteAddr).unwrap_or(b"-");
    let upstream = upstream(entry.upstream_addr(), entry.variables());
    let address = first_of(entry, &[Variable::ServerAddr, Variable::ServerName]);
    let vantage = place.vantage(first_of(entry, &[Variable::Hostname]).or(address), address);
    Observed {
        position: place.position(),
        lines_before: place.lines_before,
        upgrade: entry.upgrade(),
        key: match entry.websocket_key() {
            None => KeySeen::None,
            Some(Err(_)) => KeySeen::Malformed,
            Some(Ok(key)) => KeySeen::Valid(key),
        },
        rule,
        protocol,
        status,
        logged_at: entry.logged_at(),
        resolution: resolution(entry.variables()),
        request_time: entry.request_time(),
        way: partial.directory.way(node, vantage, upstream),
        asked: if place.has_error_log { beside::asked(entry) } else { Asked::UNKNOWN },
    }
}

/// The first of these variables that the line has a text for. A line calls its nginx by `$hostname`,
/// else by its address: `$server_addr`, else `$server_name`.
fn first_of<'a>(entry: &Entry<'a>, variables: &[Variable]) -> Option<&'a [u8]> {
    variables.iter().filter_map(|variable| entry.get(*variable)).find(|name| !name.is_empty())
}
