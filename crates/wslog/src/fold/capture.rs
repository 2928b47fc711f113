//! The exchanges of a capture become sightings.

use wslog_parse::{Millis, Status, Timestamp, Upgrade};

use crate::asked::Asked;
use crate::capture::{self, Accept, Exchange, Kind, Undecoded};
use crate::client::Client;
use crate::directory::CaptureSeat;
use crate::fold::Fold;
use crate::input::captured::{CaptureInfo, CaptureInput};
use crate::path_shape::PathShape;
use crate::sighting::{KeySeen, Observed, Position, Resolution, Sighting, UpstreamHeader};
use crate::websocket::handshake::Rule;

impl Fold<'_> {
    /// Reads a capture to its end: what it holds, and why reading ended before.
    pub(crate) fn capture(&mut self, input: CaptureInput) -> CaptureInfo {
        let CaptureInput { number, set, vantage, kind, reader } = input;
        let seat = match kind {
            Kind::Pcap | Kind::Pcapng => CaptureSeat::Wire,
            Kind::Har => CaptureSeat::Browser,
            Kind::Heads => CaptureSeat::Pasted,
        };
        let mut info = CaptureInfo::new(kind);
        let summary = capture::read(kind, reader, &mut |exchange| {
            let place = Position { source: number, byte: exchange.byte };
            self.exchange(&exchange, place, (vantage.as_bytes(), set, seat), &mut info);
        });
        self.partial.source(number).bytes += summary.bytes;
        let counted = std::mem::replace(&mut info.summary, summary).undecoded;
        info.summary.undecoded.extend(counted);
        info
    }

    fn exchange(
        &mut self,
        exchange: &Exchange,
        position: Position,
        vantage: (&[u8], u16, CaptureSeat),
        info: &mut CaptureInfo,
    ) {
        let Some(rule) = self.rule(exchange) else { return };
        if exchange.is_other_upgrade() {
            *info.summary.undecoded.entry(Undecoded::OtherUpgrade).or_default() += 1;
            return;
        }
        // Neither opened nor failed: the capture ended before, or lacks the answer.
        if exchange.answer.is_none() && (exchange.answer_lost || exchange.ended_at.is_none()) {
            info.answers_lost += 1;
            return;
        }
        let (logged_at, request_time) = times(exchange);
        if !self.options.period.is_all()
            && !logged_at.is_some_and(|at| self.options.period.holds(at))
        {
            info.outside += 1;
            return;
        }
        let partial = &mut self.partial;
        if let Some(logged_at) = logged_at {
            partial.extent.add(logged_at, request_time);
        }
        let text = |address: Option<std::net::IpAddr>| address.map(|address| address.to_string());
        let node = text(exchange.client.map(|client| client.ip())).unwrap_or_else(|| "-".into());
        let server = exchange.server.map_or_else(String::new, |server| server.to_string());
        let way = partial.directory.captured_way(node.as_bytes(), vantage, server.as_bytes());
        let observed = Observed {
            position,
            lines_before: 0,
            key: key_seen(exchange),
            upgrade: upgrade_of(exchange),
            rule,
            protocol: exchange.request.protocol,
            status: status_of(exchange),
            logged_at,
            resolution: Resolution::Millisecond,
            request_time,
            upstream_header: UpstreamHeader::NotLogged,
            way,
            // An error log speaks of what its own nginx logged.
            asked: Asked::UNKNOWN,
            client: Client::UNKNOWN,
            path: PathShape::UNKNOWN,
        };
        let sighting = *partial.store.push(&observed);
        partial.counts.record(&observed, &sighting, self.options.mark);
        if observed.status == Status::SWITCHING_PROTOCOLS {
            partial.paths.upgraded(None, || path_of(exchange));
        }
        self.accept(exchange, sighting);
    }

    /// The first rule that makes it an opening handshake. Its headers are all there, so that a 101
    /// alone makes none.
    fn rule(&self, exchange: &Exchange) -> Option<Rule> {
        let is_asked_for = || {
            let path = self.options.websocket_path.as_ref();
            exchange.request.method == b"GET"
                && path.is_some_and(|path| path.is_match(path_of(exchange)))
        };
        match key_seen(exchange) {
            KeySeen::Valid(_) | KeySeen::Malformed => Some(Rule::Key),
            KeySeen::None if exchange.asks_for_websocket() => Some(Rule::Upgrade),
            KeySeen::None => is_asked_for().then_some(Rule::Path),
        }
    }

    fn accept(&mut self, exchange: &Exchange, sighting: Sighting) {
        let accepts = &mut self.partial.accepts;
        match exchange.accept() {
            None => return,
            Some(Accept::Verified) => {
                accepts.verified += 1;
                return;
            }
            Some(Accept::Missing) => accepts.missing += 1,
            Some(Accept::Mismatch) => accepts.mismatched += 1,
        }
        accepts.offer(sighting);
    }
}

/// When it ended, as far as that is known, and how long it took.
fn times(exchange: &Exchange) -> (Option<Timestamp>, Option<Millis>) {
    let Exchange { started_at, answered_at, ended_at, .. } = *exchange;
    let ended_at = ended_at.or(answered_at);
    let took = ended_at.zip(started_at).and_then(|(end, start)| {
        u64::try_from(end.unix_millis() - start.unix_millis()).ok().map(Millis)
    });
    (ended_at.or(started_at), took)
}

/// The status that nginx would have logged, had it been the answer: of HTTP/2's own handshake a 2xx
/// is what a 101 is of HTTP/1.1's.
fn status_of(exchange: &Exchange) -> Status {
    match exchange.is_established() {
        true => Status::SWITCHING_PROTOCOLS,
        false => exchange.answer.as_ref().map_or(Status::NO_ANSWER, |answer| answer.status),
    }
}

/// What the request's key header says; an empty one says nothing.
fn key_seen(exchange: &Exchange) -> KeySeen {
    match exchange.key().next() {
        _ if exchange.request.headers.all("Sec-WebSocket-Key").all(<[u8]>::is_empty) => {
            KeySeen::None
        }
        None => KeySeen::None,
        Some(Ok(key)) => KeySeen::Valid(key),
        Some(Err(_)) => KeySeen::Malformed,
    }
}

/// What the request says in its `Upgrade`; of HTTP/2's own handshake `:protocol` says it.
fn upgrade_of(exchange: &Exchange) -> Upgrade {
    let mut fields = exchange.request.headers.all("Upgrade");
    match fields.next() {
        _ if exchange.asks_for_websocket() => Upgrade::WebSocket,
        Some(_) => Upgrade::Other,
        None if exchange.request.headers.0.is_empty() => Upgrade::NotLogged,
        None => Upgrade::Absent,
    }
}

/// The path asked for, without its query.
fn path_of(exchange: &Exchange) -> &[u8] {
    let target = exchange.request.origin_form();
    target.split(|&byte| byte == b'?').next().unwrap_or_default()
}
