//! What becomes of an entry.

use wslog_parse::{Entry, Millis, Protocol, Status, UpstreamList, Variable, VariableSet};

use crate::asked::Asked;
use crate::client::Client;
use crate::directory::NOWHERE;
use crate::fingerprint::fingerprint;
use crate::fold::{Place, Seen, beside};
use crate::options::Options;
use crate::partial::Partial;
use crate::path_shape::PathShape;
use crate::sighting::{KeySeen, Observed, Resolution, Sighting, UpstreamHeader};
use crate::targets;
use crate::websocket::handshake::{Recognition, Rule, recognise};

/// Whether the entry was logged in the period asked for; if not, it is counted as left out.
#[inline(never)]
pub(super) fn is_in_period(
    partial: &mut Partial,
    options: &Options,
    entry: &Entry<'_>,
    source: u16,
) -> bool {
    let logged_at = entry.logged_at();
    let is_inside = logged_at.is_some_and(|at| options.period.holds(at));
    let part = partial.source(source);
    if !is_inside {
        part.count_outside(entry.format_number());
    }
    part.untimed += u64::from(logged_at.is_none());
    is_inside
}

#[inline(always)]
pub(super) fn entry_seen(
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
            if !beside::is_joined(entry, observed.asked) {
                rival(partial, entry, place);
            }
            let confirmed = learn_path(partial, entry, status);
            target_seen(partial, options, entry, status, false);
            handshake_seen(partial, options, &observed, confirmed)
        }
        Recognition::Candidate => {
            candidate_seen(partial, options, entry, place, (protocol, status))
        }
    }
}

#[inline(always)]
pub(super) fn handshake_seen(
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
    target_seen(partial, options, entry, status, true);
    let path = entry.path().unwrap_or_default();
    let observed = observe(partial, entry, place, (Rule::Path, protocol, status));
    let sighting = Sighting::new(&observed);
    let path = fingerprint(&[path]);
    match partial.paths.candidate(path, (&observed, &sighting), options.mark) {
        true => Seen::Sighting(Rule::Path, sighting),
        false => Seen::Candidate(path, sighting),
    }
}

/// Keeps what a handshake, or a candidate for one, asked for, if that is asked for.
#[inline]
fn target_seen(
    partial: &mut Partial,
    options: &Options,
    entry: &Entry<'_>,
    status: Status,
    is_candidate: bool,
) {
    if options.targets {
        let asked = targets::Asked {
            server_name: entry.get(Variable::ServerName),
            path: entry.path(),
            status,
            request_time: entry.request_time(),
            is_candidate,
        };
        partial.targets.record(asked, options.mark);
    }
}

/// A path that opens WebSockets does so in any period.
pub(super) fn entry_left_out(
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

/// The shape of the path that was asked for. What it is called is kept where it failed.
#[inline(always)]
pub(super) fn path_seen(partial: &mut Partial, path: Option<&[u8]>, status: Status) -> PathShape {
    let Some(path) = path else { return PathShape::UNKNOWN };
    let shape = PathShape::of(path);
    if status != Status::SWITCHING_PROTOCOLS {
        partial.path_names.learn(shape, path);
    }
    shape
}

/// The servers a request was sent on to, as they are logged: [`NOWHERE`] where the line shows that it was
/// sent to none, empty where it does not show it.
#[inline(always)]
pub(super) fn upstream<'l>(list: Option<UpstreamList<'l>>, shown: VariableSet) -> &'l [u8] {
    match list {
        Some(list) => list.as_logged(),
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
pub(super) fn resolution(shown: VariableSet) -> Resolution {
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
    let path = path_seen(partial, entry.path(), status);
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
        upstream_header: upstream_header(entry, Variable::UpstreamHeaderTime),
        way: partial.directory.way(node, vantage, upstream),
        client: client(entry),
        path,
        asked: if place.has_error_log { beside::asked(entry) } else { Asked::UNKNOWN },
    }
}

/// Whether the last upstream server came so far as this time of its tells, and after how long.
#[inline(always)]
pub(crate) fn upstream_header(entry: &Entry<'_>, variable: Variable) -> UpstreamHeader {
    if !entry.logs(variable) {
        return UpstreamHeader::NotLogged;
    }
    let mut waited = 0;
    let mut came = false;
    // The client waited for the servers that were asked before as well.
    for time in entry.upstream_times(variable).into_iter().flatten() {
        came = time.is_some();
        waited += time.map_or(0, |time| time.0);
    }
    match came {
        true => UpstreamHeader::Came(Millis(waited)),
        false => UpstreamHeader::Absent,
    }
}

/// Who asked, where the format shows it behind a balancer too.
#[inline(always)]
fn client(entry: &Entry<'_>) -> Client {
    if !entry.logs(Variable::HttpXForwardedFor) {
        return Client::UNKNOWN;
    }
    let agent = entry.get(Variable::HttpUserAgent).unwrap_or_default();
    match first_of(entry, &[Variable::HttpXForwardedFor]) {
        Some(addresses) => Client::forwarded(addresses, agent),
        None => Client::connected(entry.get(Variable::RemoteAddr).unwrap_or_default(), agent),
    }
}

/// The first of these variables that the line has a text for. A line calls its nginx by `$hostname`,
/// else by its address: `$server_addr`, else `$server_name`.
pub(crate) fn first_of<'a>(entry: &Entry<'a>, variables: &[Variable]) -> Option<&'a [u8]> {
    variables.iter().filter_map(|variable| entry.get(*variable)).find(|name| !name.is_empty())
}
