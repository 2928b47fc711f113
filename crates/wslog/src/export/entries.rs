//! The table of entries: one row a line, as soon as it is read.

use std::io;

use wslog_parse::{Entry, Millis, Protocol, Status, UpstreamList, Variable};

use crate::directory::NOWHERE;
use crate::export::batch::Batch;
use crate::export::table::{EntryRows, Table};
use crate::export::turns::Turns;
use crate::export::values::Texts;
use crate::fold::entry::{first_of, upstream_header};
use crate::fold::{Fold, Place};
use crate::input::buffer::Buffer;
use crate::input::chunk::Chunk;
use crate::input::feed::{Feed, Open, SourceInfo, Work};
use crate::input::source::{Input, LineKind};
use crate::options::Options;
use crate::partial::Partial;
use crate::progress::Progress;
use crate::sighting::UpstreamHeader;
use crate::websocket::handshake::{Recognition, recognise};
use crate::websocket::outcome::Outcome;

/// Where the rows of a source come from.
struct Origin<'s> {
    source: &'s str,
    /// What its nginx is called where neither the lines nor anybody says it.
    set_name: &'s str,
}

/// Reads all inputs to their ends, batch by batch: `encode` is done by all threads at once, `write` in the
/// order of the input.
pub(super) fn read<T: Send>(
    pool: &rayon::ThreadPool,
    inputs: Vec<Input>,
    (options, progress): (&Options, &Progress),
    encode: impl Fn(Batch) -> T + Sync,
    write: impl FnMut(T) -> io::Result<()> + Send,
) -> io::Result<(Partial, Vec<SourceInfo>)> {
    let feed = Feed::new(inputs, options, progress, Open::One);
    let origins = feed.origins();
    let turns = Turns::new(pool.current_num_threads(), write);
    let partials = pool.broadcast(|_| {
        let _guard = turns.guard();
        let mut fold = Fold::new(options);
        let mut buffer = Buffer::default();
        let mut mine = None;
        while !turns.is_over()
            && let Some(work) = feed.next(&mut mine, std::mem::take(&mut buffer))
        {
            let (chunk, kind) = match work {
                Work::Lines(chunk, kind) => (chunk, kind),
                #[cfg(feature = "capture")]
                Work::Capture(capture) => {
                    // It has no lines. What else is to be said of it is said all the same.
                    let number = capture.number;
                    feed.captured(number, Fold::new(options).capture(capture));
                    continue;
                }
            };
            let lines_before = turns.lines_before(&chunk);
            let origin = origins.get(usize::from(chunk.source));
            let origin = origin.map(|(name, set)| Origin { source: name, set_name: set });
            let batch = batch(&mut fold, &chunk, &kind, (lines_before, origin));
            turns.hand_over(chunk.sequence, encode(batch));
            buffer = chunk.bytes;
        }
        fold.into_partial()
    });
    turns.finish()?;
    let merged = partials.into_iter().reduce(|one, other| one.merge(other));
    Ok((merged.unwrap_or_default(), feed.into_sources()))
}

/// The rows of a chunk; none, if it is one of an error log.
fn batch(
    fold: &mut Fold<'_>,
    chunk: &Chunk,
    kind: &LineKind,
    (lines_before, origin): (u64, Option<Origin<'_>>),
) -> Batch {
    let mut rows = EntryRows::default();
    let origin = origin.unwrap_or(Origin { source: "", set_name: "" });
    match kind {
        LineKind::Requests(formats) => {
            let options = fold.options();
            fold.entries(chunk, formats, |place, entry| {
                rows.push(&origin, lines_before, place, entry, options);
            });
        }
        LineKind::Errors { .. } => fold.lines(chunk, kind, |_, _, _, _| {}),
    }
    Batch::new(Table::Entries, rows.into_values())
}

impl EntryRows {
    fn push(
        &mut self,
        origin: &Origin<'_>,
        lines_before: u64,
        place: Place<'_>,
        entry: &Entry<'_>,
        options: &Options,
    ) {
        self.source.push(Some(origin.source));
        self.line.push(Some(lines_before + u64::from(place.lines_before) + 1));
        self.byte.push(Some(place.position().byte));
        self.format.push(Some(entry.format().name()));
        let logged_at = entry.logged_at();
        self.logged_at.push(logged_at);
        self.started_at.push(entry.started_at());
        self.offset_minutes.push(logged_at.map(|at| at.offset_minutes()));
        self.push_who(origin, place, entry);
        self.push_request(entry);
        self.push_answer(entry);
        self.push_headers(entry);
        self.push_upstream(entry);
        self.push_handshake(entry, options);
    }

    fn push_who(&mut self, origin: &Origin<'_>, place: Place<'_>, entry: &Entry<'_>) {
        const TELL_WHICH: [Variable; 3] =
            [Variable::Hostname, Variable::ServerAddr, Variable::ServerName];
        push(&mut self.remote_addr, entry, Variable::RemoteAddr);
        push(&mut self.remote_user, entry, Variable::RemoteUser);
        let given = place.chunk.vantage.as_deref().map(str::as_bytes);
        let told = given.or_else(|| first_of(entry, &TELL_WHICH));
        self.vantage.push_bytes(Some(told.unwrap_or(origin.set_name.as_bytes())));
        let host = if entry.logs(Variable::Host) { Variable::Host } else { Variable::HttpHost };
        push(&mut self.host, entry, host);
    }

    fn push_request(&mut self, entry: &Entry<'_>) {
        let escape = entry.format().escape();
        let push = |texts: &mut Texts, text: Option<&[u8]>| {
            texts.push_bytes(text.map(|text| escape.undo(text)).as_deref());
        };
        push(&mut self.method, entry.method());
        push(&mut self.path, entry.path());
        push(&mut self.query, entry.query());
        push_protocol(&mut self.protocol, entry.protocol());
    }

    fn push_answer(&mut self, entry: &Entry<'_>) {
        self.status.push(entry.status().map(Status::code));
        self.request_time_ms.push_millis(entry.request_time());
        self.bytes_sent.push(number(entry, Variable::BytesSent));
        self.body_bytes_sent.push(number(entry, Variable::BodyBytesSent));
    }

    fn push_headers(&mut self, entry: &Entry<'_>) {
        push(&mut self.http_referer, entry, Variable::HttpReferer);
        push(&mut self.http_user_agent, entry, Variable::HttpUserAgent);
        push(&mut self.http_x_forwarded_for, entry, Variable::HttpXForwardedFor);
        push(&mut self.http_upgrade, entry, Variable::HttpUpgrade);
        push(&mut self.http_connection, entry, Variable::HttpConnection);
        push(&mut self.http_sec_websocket_key, entry, Variable::HttpSecWebsocketKey);
    }

    fn push_upstream(&mut self, entry: &Entry<'_>) {
        push(&mut self.upstream_addr, entry, Variable::UpstreamAddr);
        push(&mut self.upstream_status, entry, Variable::UpstreamStatus);
        push(&mut self.upstream_connect_time, entry, Variable::UpstreamConnectTime);
        push(&mut self.upstream_header_time, entry, Variable::UpstreamHeaderTime);
        push(&mut self.upstream_response_time, entry, Variable::UpstreamResponseTime);
        let asked = entry.upstream_addr().and_then(UpstreamList::last);
        self.last_upstream_addr
            .push_bytes(asked.filter(|addr| !addr.is_empty() && *addr != NOWHERE));
        let answered = entry.upstream_status().and_then(|list| list.last().flatten());
        self.last_upstream_status.push(answered.map(Status::code));
        let came = |variable| match upstream_header(entry, variable) {
            UpstreamHeader::Came(after) => Some(after),
            UpstreamHeader::Absent | UpstreamHeader::NotLogged => None,
        };
        let header: Option<Millis> = came(Variable::UpstreamHeaderTime);
        self.upstream_header_time_ms.push_millis(header);
        self.upstream_response_time_ms.push_millis(came(Variable::UpstreamResponseTime));
    }

    fn push_handshake(&mut self, entry: &Entry<'_>, options: &Options) {
        let pattern = options.websocket_path.as_ref();
        let status = entry.status();
        let recognition = status.map(|status| recognise(entry, status, pattern));
        let outcome = status.map(Outcome::of);
        let (rule, outcome) = match recognition {
            Some(Recognition::Sighting(rule)) => (Some(rule.name()), outcome),
            Some(Recognition::Candidate) => (Some(CANDIDATE), None),
            Some(Recognition::Ordinary) | None => (None, None),
        };
        self.rule.push(rule);
        self.outcome.push(outcome.map(Outcome::name));
        self.near_mark.push(outcome.map(|outcome| {
            let is_near = |time| options.mark.is_near(time);
            outcome.is_failed() && entry.request_time().is_some_and(is_near)
        }));
    }
}

/// What is said of a line that is a handshake if its path shows a 101 anywhere.
const CANDIDATE: &str = "candidate";

/// A variable as the client or nginx had it.
fn push(texts: &mut Texts, entry: &Entry<'_>, variable: Variable) {
    match entry.get(variable) {
        None => texts.push(None),
        Some(value) => texts.push_bytes(Some(&entry.format().escape().undo(value))),
    }
}

/// The protocols that nearly all requests have need not be put together.
pub(super) fn push_protocol(texts: &mut Texts, protocol: Protocol) {
    match protocol {
        Protocol::HTTP_11 => texts.push(Some("HTTP/1.1")),
        Protocol::HTTP_10 => texts.push(Some("HTTP/1.0")),
        Protocol::HTTP_20 => texts.push(Some("HTTP/2.0")),
        other => texts.push(Some(&other.to_string())),
    }
}

/// A number of digits alone.
fn number(entry: &Entry<'_>, variable: Variable) -> Option<i64> {
    let add = |number: Option<i64>, digit: &u8| match digit {
        b'0'..=b'9' => number?.checked_mul(10)?.checked_add(i64::from(digit - b'0')),
        _ => None,
    };
    let digits = entry.get(variable).filter(|digits| !digits.is_empty())?;
    digits.iter().fold(Some(0), add)
}
