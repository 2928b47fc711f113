//! The lines of a chunk of an access log.

use wslog_parse::{
    BYTE_ORDER_MARK, Entry, Gist, Handshake, Line, LineError, LineParser, Mismatch, Status,
    Upgrade, VariableSet, Visitor,
};

use crate::asked::Asked;
use crate::client::Client;
use crate::fold::entry::{
    entry_left_out, entry_seen, handshake_seen, is_in_period, path_seen, resolution, upstream,
};
use crate::fold::{Place, Seen};
use crate::input::chunk::{Chunk, MAX_LINE};
use crate::options::Options;
use crate::partial::{Partial, Refusal, Rejected, Run};
use crate::sighting::{KeySeen, Observed, UpstreamHeader};
use crate::targets;
use crate::websocket::handshake::{Rule, is_ordinary};

/// The lines of a chunk, one after the other.
pub(super) struct Lines<'a, E> {
    pub(super) options: &'a Options,
    pub(super) partial: &'a mut Partial,
    pub(super) chunk: &'a Chunk,
    pub(super) has_error_log: bool,
    /// Whether lines there is a gist of could not show a handshake's headers.
    pub(super) is_silent: bool,
    /// What those show of which there is a gist.
    pub(super) variables: VariableSet,
    /// The next line's number in the stretch, from 0.
    pub(super) number: u32,
    /// The lines last parsed.
    pub(super) run: Run,
    /// The lines of which the gist was enough.
    pub(super) gists: Run,
    pub(super) each: E,
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
            upstream_header: UpstreamHeader::NotLogged,
            way: self.partial.directory.way(node, vantage, upstream),
            asked: Asked::UNKNOWN,
            client: Client::UNKNOWN,
            path: path_seen(self.partial, handshake.path(), status),
        };
        let confirmed = match status == Status::SWITCHING_PROTOCOLS {
            true => {
                let path = || handshake.path().unwrap_or_default();
                self.partial.paths.upgraded(handshake.request, path)
            }
            false => None,
        };
        if self.options.targets {
            let path = handshake.path();
            let server_name = handshake.server_name;
            let asked =
                targets::Asked { server_name, path, status, request_time, is_candidate: false };
            self.partial.targets.record(asked, self.options.mark);
        }
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

    pub(super) fn count(self) {
        let part = self.partial.source(self.chunk.source);
        part.count_parsed(self.run);
        part.count_parsed(self.gists);
        part.bytes += self.chunk.len;
        part.count_lines(self.chunk.stretch, self.number);
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
    line: Line<'_, '_>,
) -> Seen {
    match told(partial, run, options, parser, place, line) {
        Told::Entry(entry) => entry_seen(partial, options, &entry, place),
        Told::LeftOut(entry) => entry_left_out(partial, options, &entry, place),
        Told::No(seen) => seen,
    }
}

/// What a line tells.
pub(super) enum Told<'l> {
    Entry(Entry<'l>),
    /// One that was not logged in the period asked for.
    LeftOut(Entry<'l>),
    /// It is none, but this.
    No(Seen),
}

/// Parses a line, and accounts for it.
#[inline(always)]
pub(super) fn told<'l>(
    partial: &mut Partial,
    run: &mut Run,
    options: &Options,
    parser: &'l mut LineParser,
    place: Place<'_>,
    mut line: Line<'l, '_>,
) -> Told<'l> {
    // Of an oversized line there is only so much that it can be told to be one.
    let is_oversized = line.bytes().len() > MAX_LINE;
    trim(&mut line, place);
    let bytes = line.bytes();
    let is_blank = |line: &[u8]| line.trim_ascii().is_empty();
    if bytes.first().is_none_or(u8::is_ascii_whitespace) && is_blank(bytes) {
        partial.source(place.chunk.source).blank += 1;
        return Told::No(Seen::Blank);
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
                true => Told::Entry(entry),
                false => Told::LeftOut(entry),
            }
        }
        Err(error) => {
            if place.has_error_log {
                partial.error_log.record_unreadable(bytes);
            }
            Told::No(rejected(partial, place, bytes, &Refusal::from(&error)))
        }
    }
}

#[cold]
pub(super) fn rejected(
    partial: &mut Partial,
    place: Place<'_>,
    line: &[u8],
    refusal: &Refusal,
) -> Seen {
    let Place { lines_before, .. } = place;
    let position = place.position();
    let make = || Rejected::new(position, lines_before, line, refusal);
    partial.source(position.source).count_rejected(position, refusal, make);
    match refusal.is_ambiguous {
        false => Seen::Malformed,
        true => Seen::Ambiguous,
    }
}
