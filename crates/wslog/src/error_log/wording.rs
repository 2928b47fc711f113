//! What is said of events, in words.

use std::collections::BTreeMap;

use wslog_parse::error_log::{Activity, ErrorEvent};

use crate::diagnosis::phrase::{counted, counted_were};
use crate::error_log::expectation::Expectation;
use crate::error_log::summary::ErrorEventRow;
use crate::error_log::what::What;

/// The event that nobody but an error log can show.
const IDLE: What =
    What { event: ErrorEvent::UpstreamTimedOut, activity: Some(Activity::ProxyingUpgraded) };

/// What is told of all lines: a sentence for each meaning, and what is not there.
pub(super) fn sentences(rows: &[(What, ErrorEventRow)], lost: u64) -> Vec<String> {
    let mut meanings: Vec<Meaning> = Vec::new();
    let (others, named): (Vec<_>, Vec<_>) =
        rows.iter().partition(|(what, _)| what.event == ErrorEvent::Other);
    for (what, row) in named.into_iter().chain(others) {
        match meanings.iter_mut().find(|known| known.text == meaning(*what)) {
            Some(known) => known.add(*what, row),
            None => meanings.push(Meaning::of(*what, row)),
        }
    }
    let mut sentences: Vec<String> = meanings.iter().map(Meaning::sentence).collect();
    if lost > 0 {
        sentences.push(format!(
            "{} about requests not looked at, and joined to no handshake: there were too many.",
            counted_were(lost, "line")
        ));
    }
    if !rows.iter().any(|(what, _)| *what == IDLE) {
        sentences.push(
            "No line says that nginx's own idle timer ended a tunnel. nginx writes that at level \
             info, so where error_log asks for less this proves nothing."
                .into(),
        );
    }
    sentences
}

/// All lines that mean the same to a reader.
struct Meaning {
    text: &'static str,
    is_idle: bool,
    /// Whether such a line may be about a sighting.
    is_about_sightings: bool,
    count: u64,
    outcomes: BTreeMap<&'static str, u64>,
}

impl Meaning {
    fn of(what: What, row: &ErrorEventRow) -> Meaning {
        let (text, is_idle, outcomes) = (meaning(what), what == IDLE, BTreeMap::new());
        let mut meaning = Meaning { text, is_idle, is_about_sightings: false, count: 0, outcomes };
        meaning.add(what, row);
        meaning
    }

    fn add(&mut self, what: What, row: &ErrorEventRow) {
        self.is_about_sightings |= Expectation::of(what).is_some();
        self.count += row.count;
        for (outcome, count) in &row.outcomes {
            *self.outcomes.entry(outcome).or_default() += count;
        }
    }

    fn sentence(&self) -> String {
        let lines = counted(self.count, "line");
        let outcome = |(outcome, count): (&&str, &u64)| format!("{count} {outcome}");
        let outcomes: Vec<String> = self.outcomes.iter().map(outcome).collect();
        let joined = match (self.outcomes.is_empty(), self.is_about_sightings) {
            (true, false) => String::new(),
            (true, true) => "; joined to no handshake".to_owned(),
            (false, _) => format!("; joined to handshakes: {}", outcomes.join(", ")),
        };
        let proof = match self.is_idle && !self.outcomes.is_empty() {
            true => " No access log shows who ended a tunnel.",
            false => "",
        };
        format!("{}: {lines}{joined}.{proof}", self.text)
    }
}

/// What an event means, as the start of a sentence.
pub(super) fn meaning(what: What) -> &'static str {
    match (what.event, what.activity) {
        (ErrorEvent::UpstreamTimedOut, activity) => timed_out(activity),
        (ErrorEvent::UpstreamPrematurelyClosed, _) => {
            "An upstream server closed the connection before its answer was whole"
        }
        (ErrorEvent::ClientTimedOut, Some(Activity::ProxyingUpgraded)) => {
            "A tunnel's client did not take what came for it within send_timeout, and nginx ended \
             the tunnel"
        }
        (ErrorEvent::ClientTimedOut, _) => "nginx waited for a client in vain",
        (ErrorEvent::ClientClosed, Some(Activity::ProxyingUpgraded)) => "A client closed a tunnel",
        (ErrorEvent::ClientClosed, Some(Activity::ReadingUpstream | Activity::SendingToClient)) => {
            "A client left before the end of an answer"
        }
        (ErrorEvent::ClientClosed, _) if what.is_before_answer() => {
            "A client left before there was an answer"
        }
        (ErrorEvent::ClientClosed, _) => "A client closed its connection",
        (ErrorEvent::NoLiveUpstreams, _) => {
            "Every upstream server counted as failed, and none was asked"
        }
        (ErrorEvent::ConnectFailed, _) => "No connection to an upstream server came about",
        (ErrorEvent::RecvFailed | ErrorEvent::SendFailed, activity) => broken(activity),
        (ErrorEvent::Other, _) => "Anything else",
    }
}

fn timed_out(activity: Option<Activity<'_>>) -> &'static str {
    match activity {
        Some(Activity::ProxyingUpgraded) => {
            "nginx's own idle timer (proxy_read_timeout or proxy_send_timeout) ended a tunnel"
        }
        Some(Activity::Connecting | Activity::TlsToUpstream) => {
            "No connection to an upstream server came about within proxy_connect_timeout"
        }
        Some(Activity::SendingRequest) => {
            "An upstream server did not take a request within proxy_send_timeout"
        }
        Some(Activity::ReadingHeader) => {
            "An upstream server did not answer within proxy_read_timeout"
        }
        Some(Activity::ReadingUpstream) => {
            "An upstream server did not go on with its answer within proxy_read_timeout"
        }
        _ => "nginx waited for an upstream server in vain",
    }
}

fn broken(activity: Option<Activity<'_>>) -> &'static str {
    match activity {
        Some(Activity::ProxyingUpgraded) => "One of the two connections of a tunnel broke",
        Some(
            Activity::Connecting
            | Activity::TlsToUpstream
            | Activity::SendingRequest
            | Activity::ReadingHeader
            | Activity::ReadingUpstream,
        ) => "The connection to an upstream server broke before its answer was whole",
        _ => "A connection broke",
    }
}
