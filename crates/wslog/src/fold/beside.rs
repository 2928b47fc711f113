//! What an error log beside asks of the requests of an access log.

use wslog_parse::{Entry, Request, Status, Timestamp, Variable};

use crate::asked::{Asked, Target};
use crate::error_log::{AddressHash, Rival};

/// What the request of an entry asked for; nothing is known where its time cannot be held against an error
/// log's, which is local.
pub(super) fn asked(entry: &Entry<'_>) -> Asked {
    let Some(target) = target(entry).filter(|_| is_get(entry) && is_local_time_shown(entry)) else {
        return Asked::UNKNOWN;
    };
    let asked = Asked::new(target, entry.get(Variable::ServerName));
    if is_refused_by_server(entry) { asked.answered() } else { asked }
}

/// Whether the sighting of an entry is one that lines of an error log are joined to.
pub(super) fn is_joined(entry: &Entry<'_>, asked: Asked) -> bool {
    asked.is_known() && entry.logged_at().is_some() && entry.get(Variable::RemoteAddr).is_some()
}

/// The request of an entry, if a line of an error log may be about it.
pub(super) fn rival(entry: &Entry<'_>) -> Option<Rival> {
    let status = entry.status().map(Status::code);
    let may_have_gone_on = may_have_gone_on(entry);
    if !is_get(entry) || !may_have_gone_on && is_answered(entry, status) {
        return None;
    }
    let times = entry.started_at().zip(entry.logged_at()).filter(|_| is_local_time_shown(entry));
    Some(Rival {
        client: entry.get(Variable::RemoteAddr).map(AddressHash::of),
        target: target(entry),
        seconds: times.map(|(start, end)| {
            let offset = i64::from(end.offset_minutes()) * 60_000;
            let second = |at: Timestamp| at.unix_millis().saturating_add(offset).div_euclid(1000);
            (second(start), second(end))
        }),
        status,
        may_have_gone_on,
    })
}

/// Whether several servers may have been asked.
fn may_have_gone_on(entry: &Entry<'_>) -> bool {
    let servers = entry.upstream_addr().map_or(0, Iterator::count);
    !entry.logs(Variable::UpstreamAddr) || servers > 1
}

/// Whether it ended otherwise than by any failure that an error log tells of; so did one that was sent on to no
/// server.
fn is_answered(entry: &Entry<'_>, status: Option<u16>) -> bool {
    let has_failed = status.is_none_or(|status| matches!(status, 101 | 499 | 500..));
    entry.upstream_addr().is_none() || !has_failed || is_refused_by_server(entry)
}

/// Whether the last server answered with what nginx else says of itself when none does.
fn is_refused_by_server(entry: &Entry<'_>) -> bool {
    let last = entry
        .get(Variable::UpstreamHeaderTime)
        .and_then(|times| times.rsplit(|byte| b",: ".contains(byte)).find(|time| !time.is_empty()));
    let is_answer_seen = last.is_some_and(|time| time != b"-");
    is_answer_seen && entry.status().is_some_and(|status| matches!(status.code(), 502 | 504))
}

/// Whether a line shows the local time: `$msec` has no zone.
fn is_local_time_shown(entry: &Entry<'_>) -> bool {
    entry.logs(Variable::TimeLocal) || entry.logs(Variable::TimeIso8601)
}

fn is_get(entry: &Entry<'_>) -> bool {
    entry.method().is_none_or(|method| method == b"GET")
}

/// What was asked for, as the client sent it: `$uri` may be what nginx made of it.
fn target(entry: &Entry<'_>) -> Option<Target> {
    if let Some(target) = entry.unescaped(Variable::RequestUri) {
        return Some(Target::of(&target));
    }
    let request = entry.unescaped(Variable::Request)?;
    let target = Request::parse(&request).request_uri();
    (!target.is_empty()).then(|| Target::of(target))
}
