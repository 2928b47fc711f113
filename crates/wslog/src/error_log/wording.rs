//! What is said of events, in words.

use wslog_parse::error_log::{Activity, ErrorEvent};

use crate::diagnosis::phrase::counted;
use crate::error_log::summary::ErrorEventRow;
use crate::error_log::what::What;

/// The event that nobody but an error log can show.
const IDLE: What =
    What { event: ErrorEvent::UpstreamTimedOut, activity: Some(Activity::ProxyingUpgraded) };

/// What is told of all lines, a sentence each.
pub(super) fn sentences(rows: &[(What, ErrorEventRow)], lost: u64) -> Vec<String> {
    let mut sentences: Vec<String> = rows.iter().map(|(what, row)| sentence(*what, row)).collect();
    if lost > 0 {
        sentences.push(format!(
            "{} of these about requests came too late to be kept: only the first are joined to \
             handshakes.",
            counted(lost, "line")
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

fn sentence(what: What, row: &ErrorEventRow) -> String {
    let lines = counted(row.count, "line");
    let outcome = |(outcome, count): (&&str, &u64)| format!("{count} {outcome}");
    let outcomes: Vec<String> = row.outcomes.iter().map(outcome).collect();
    let joined = match row.joined {
        0 => String::new(),
        joined => format!(", {joined} joined to handshakes ({})", outcomes.join(", ")),
    };
    let proof = match what == IDLE && row.joined > 0 {
        true => " No access log shows who ended a tunnel.",
        false => "",
    };
    format!("{}: {lines}{joined}.{proof}", meaning(what))
}

/// What an event means, as the start of a sentence.
pub(crate) fn meaning(what: What) -> &'static str {
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
