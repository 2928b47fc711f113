//! The table of entries: one row a line, as soon as it is read.

use std::io;
use std::ops::Range;

use wslog_parse::{Entry, Escape, Millis, Protocol, Status, UpstreamList, Variable};

use crate::directory::NOWHERE;
use crate::export::batch::Batch;
use crate::export::table::{EntryRows, Table};
use crate::export::texts::{Derived, TextRows};
use crate::export::turns::Turns;
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

/// Hardly a line of an access log has fewer bytes.
const LEAST_LEN: usize = 32;

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
    let turns = Turns::new(write);
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
            let lines = turns.lines(&chunk);
            let origin = origins.get(usize::from(chunk.source));
            let origin = origin.map(|(name, set)| Origin { source: name, set_name: set });
            let batch = batch(&mut fold, &chunk, &kind, (lines, origin));
            turns.hand_over(chunk.sequence, chunk.bytes.len() as u64, encode(batch));
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
    (lines, origin): (Range<u64>, Option<Origin<'_>>),
) -> Batch {
    // Blank lines, of which there might be as many as bytes, are no rows.
    let most = chunk.bytes.len() / LEAST_LEN;
    let capacity = usize::try_from(lines.end - lines.start).map_or(most, |lines| lines.min(most));
    let mut rows = Rows {
        columns: EntryRows::with_capacity(capacity),
        origin: origin.unwrap_or(Origin { source: "", set_name: "" }),
        lines_before: lines.start,
        options: fold.options(),
        answered: Derived::default(),
        header_came: Derived::default(),
        response_came: Derived::default(),
    };
    match kind {
        LineKind::Requests(formats) => {
            fold.entries(chunk, formats, |place, entry| rows.push(place, entry));
        }
        LineKind::Errors { .. } => fold.lines(chunk, kind, |_, _, _, _| {}),
    }
    Batch::new(Table::Entries, rows.columns.into_values())
}

/// The rows of a chunk, and what all of them share.
struct Rows<'r> {
    columns: EntryRows,
    origin: Origin<'r>,
    /// How many lines of the source come before the chunk.
    lines_before: u64,
    options: &'r Options,
    answered: Derived<Option<Status>>,
    header_came: Derived<Option<Millis>>,
    response_came: Derived<Option<Millis>>,
}

impl Rows<'_> {
    fn push(&mut self, place: Place<'_>, entry: &Entry<'_>) {
        let columns = &mut self.columns;
        columns.source.push_same(self.origin.source);
        columns.line.push(Some(self.lines_before + u64::from(place.lines_before) + 1));
        columns.byte.push(Some(place.position().byte));
        columns.format.push(Some(entry.format().name()));
        let logged_at = entry.logged_at();
        columns.logged_at.push(logged_at);
        columns.started_at.push(entry.started_at());
        columns.offset_minutes.push(logged_at.map(|at| at.offset_minutes()));
        self.push_who(place, entry);
        self.push_request(entry);
        self.push_answer(entry);
        self.push_headers(entry);
        self.push_upstream(entry);
        self.push_handshake(entry);
    }

    fn push_who(&mut self, place: Place<'_>, entry: &Entry<'_>) {
        const TELL_WHICH: [Variable; 3] =
            [Variable::Hostname, Variable::ServerAddr, Variable::ServerName];
        let columns = &mut self.columns;
        push(&mut columns.remote_addr, entry, Variable::RemoteAddr);
        push(&mut columns.remote_user, entry, Variable::RemoteUser);
        let given = place.chunk.vantage.as_deref().map(str::as_bytes);
        let told = given.or_else(|| first_of(entry, &TELL_WHICH));
        let told = told.unwrap_or(self.origin.set_name.as_bytes());
        columns.vantage.push_logged(Some(told), Escape::None);
        let host = if entry.logs(Variable::Host) { Variable::Host } else { Variable::HttpHost };
        push(&mut columns.host, entry, host);
    }

    fn push_request(&mut self, entry: &Entry<'_>) {
        let escape = entry.format().escape();
        let columns = &mut self.columns;
        columns.method.push_logged(entry.method(), escape);
        let (path, query) = entry.path_and_query().unzip();
        columns.path.push_logged(path, escape);
        columns.query.push_logged(query, escape);
        push_protocol(&mut columns.protocol, entry.protocol());
    }

    fn push_answer(&mut self, entry: &Entry<'_>) {
        let columns = &mut self.columns;
        columns.status.push(entry.status().map(Status::code));
        columns.request_time_ms.push_millis(entry.request_time());
        columns.bytes_sent.push(number(entry, Variable::BytesSent));
        columns.body_bytes_sent.push(number(entry, Variable::BodyBytesSent));
    }

    fn push_headers(&mut self, entry: &Entry<'_>) {
        let columns = &mut self.columns;
        push(&mut columns.http_referer, entry, Variable::HttpReferer);
        push(&mut columns.http_user_agent, entry, Variable::HttpUserAgent);
        push(&mut columns.http_x_forwarded_for, entry, Variable::HttpXForwardedFor);
        push(&mut columns.http_upgrade, entry, Variable::HttpUpgrade);
        push(&mut columns.http_connection, entry, Variable::HttpConnection);
        push(&mut columns.http_sec_websocket_key, entry, Variable::HttpSecWebsocketKey);
    }

    fn push_upstream(&mut self, entry: &Entry<'_>) {
        let columns = &mut self.columns;
        push(&mut columns.upstream_addr, entry, Variable::UpstreamAddr);
        let asked = entry.upstream_addr().and_then(UpstreamList::last);
        let asked = asked.filter(|addr| !addr.is_empty() && *addr != NOWHERE);
        columns.last_upstream_addr.push_logged(asked, entry.format().escape());

        let answers = push(&mut columns.upstream_status, entry, Variable::UpstreamStatus);
        let answered = || entry.upstream_status().and_then(|list| list.last().flatten());
        let answered = answers.and_then(|answers| self.answered.of(answers, answered));
        columns.last_upstream_status.push(answered.map(Status::code));

        push(&mut columns.upstream_connect_time, entry, Variable::UpstreamConnectTime);
        let came = |variable| match upstream_header(entry, variable) {
            UpstreamHeader::Came(after) => Some(after),
            UpstreamHeader::Absent | UpstreamHeader::NotLogged => None,
        };
        let variable = Variable::UpstreamHeaderTime;
        let times = push(&mut columns.upstream_header_time, entry, variable);
        let header = times.and_then(|times| self.header_came.of(times, || came(variable)));
        columns.upstream_header_time_ms.push_millis(header);
        let variable = Variable::UpstreamResponseTime;
        let times = push(&mut columns.upstream_response_time, entry, variable);
        let response = times.and_then(|times| self.response_came.of(times, || came(variable)));
        columns.upstream_response_time_ms.push_millis(response);
    }

    fn push_handshake(&mut self, entry: &Entry<'_>) {
        let Rows { columns, options, .. } = self;
        let pattern = options.websocket_path.as_ref();
        let status = entry.status();
        let recognition = status.map(|status| recognise(entry, status, pattern));
        let outcome = status.map(Outcome::of);
        let (rule, outcome) = match recognition {
            Some(Recognition::Sighting(rule)) => (Some(rule.name()), outcome),
            Some(Recognition::Candidate) => (Some(CANDIDATE), None),
            Some(Recognition::Ordinary) | None => (None, None),
        };
        columns.rule.push(rule);
        columns.outcome.push(outcome.map(Outcome::name));
        columns.near_mark.push(outcome.map(|outcome| {
            let is_near = |time| options.mark.is_near(time);
            outcome.is_failed() && entry.request_time().is_some_and(is_near)
        }));
    }
}

/// What is said of a line that is a handshake if its path shows a 101 anywhere.
const CANDIDATE: &str = "candidate";

/// A variable as the client or nginx had it; the number of its text.
#[inline]
fn push(texts: &mut TextRows, entry: &Entry<'_>, variable: Variable) -> Option<u32> {
    texts.push_logged(entry.get(variable), entry.format().escape())
}

/// The protocols that nearly all requests have need not be put together.
pub(super) fn push_protocol(texts: &mut TextRows, protocol: Protocol) {
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
