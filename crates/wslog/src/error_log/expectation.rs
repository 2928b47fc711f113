//! How a request ended that an event is about, from what nginx does then
//! (`ngx_http_upstream_next`, `ngx_http_upstream_process_upgraded` in `src/http/ngx_http_upstream.c`).

use wslog_parse::error_log::{Activity, ErrorEntry, ErrorEvent, Level};

use crate::error_log::what::What;

/// What a sighting has to show to be the one that an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Expectation {
    /// The statuses of a request that ended with the event.
    pub(super) statuses: &'static [u16],
    /// Whether nginx may have gone on with another server, or with the same one anew
    /// (`proxy_next_upstream`); else the event ends the request.
    pub(super) may_go_on: bool,
}

/// The statuses that any event may end a request in.
pub(super) const ENDS: [u16; 4] = [101, 499, 502, 504];

impl Expectation {
    /// That of a failure without a name here, such as an answer that is none. No sighting is told to have
    /// it; it counts beside those that are told.
    pub(super) const NAMELESS: Expectation = Expectation { statuses: &[502, 504], may_go_on: true };

    /// The same of a tunnel.
    const NAMELESS_OF_TUNNEL: Expectation = Expectation { statuses: &[101], may_go_on: false };

    /// What a line says that ended a tunnel in a way that has no name here, such as one of TLS.
    const OTHER_OF_TUNNEL: What =
        What { event: ErrorEvent::Other, activity: Some(Activity::ProxyingUpgraded) };

    /// That of an event that is kept.
    pub(super) fn of_kept(what: What) -> Expectation {
        let nameless = match what {
            Expectation::OTHER_OF_TUNNEL => Expectation::NAMELESS_OF_TUNNEL,
            _ => Expectation::NAMELESS,
        };
        Expectation::of(what).unwrap_or(nameless)
    }

    /// `None` for what is never told of a sighting.
    pub(super) fn of(what: What) -> Option<Expectation> {
        use ErrorEvent::{
            ClientClosed, ConnectFailed, NoLiveUpstreams, Other, RecvFailed, SendFailed,
            UpstreamPrematurelyClosed, UpstreamTimedOut,
        };
        let (statuses, may_go_on): (&[u16], _) = match what.event {
            Other => return None,
            _ if what.activity == Some(Activity::ProxyingUpgraded) => (&[101], false),
            // A 101 that no request asked for by its Upgrade is passed on like any answer.
            UpstreamTimedOut if what.activity == Some(Activity::ReadingUpstream) => (&[101], false),
            ClientClosed if what.activity == Some(Activity::ReadingUpstream) => {
                (&[101, 499], false)
            }
            _ if !what.is_before_answer() => return None,
            ClientClosed => (&[499], false),
            NoLiveUpstreams => (&[502], false),
            UpstreamTimedOut => (&[504], true),
            ConnectFailed => (&[502], true),
            UpstreamPrematurelyClosed | RecvFailed | SendFailed => (&[502], true),
            ErrorEvent::ClientTimedOut => return None,
        };
        Some(Expectation { statuses, may_go_on })
    }

    /// That of a line; `None` for one of which no sighting shows anything.
    pub(super) fn of_line(entry: &ErrorEntry<'_>) -> Option<Expectation> {
        const UNRESOLVED: &[u8] = b"could not be resolved";
        let what = What::of(entry);
        if what == Expectation::OTHER_OF_TUNNEL {
            return Some(Expectation::NAMELESS_OF_TUNNEL);
        }
        let is_grave = entry.level <= Level::Error && what.event == ErrorEvent::Other;
        let is_unresolved = || memchr::memmem::find(entry.message, UNRESOLVED).is_some();
        let is_failure = is_grave && (what.is_before_answer() || is_unresolved());
        Expectation::of(what).or_else(|| is_failure.then_some(Expectation::NAMELESS))
    }
}
