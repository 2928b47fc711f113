//! How a request ended that an event is about, from what nginx does then
//! (`ngx_http_upstream_next`, `ngx_http_upstream_process_upgraded` in `src/http/ngx_http_upstream.c`).

use wslog_parse::error_log::{Activity, ErrorEvent};

use crate::error_log::what::What;

/// What a sighting has to show to be the one that an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Expectation {
    /// The statuses of a request that ended with the event.
    pub(super) statuses: &'static [u16],
    /// What may have come of a request that did not.
    pub(super) next: Next,
}

/// The statuses that any event may end a request in.
pub(super) const ENDS: [u16; 4] = [101, 499, 502, 504];

/// Whether nginx may have gone on with another server (`proxy_next_upstream`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// The event ends the request.
    Never,
    /// With another server.
    Another,
    /// With another server, or the same one: what fails on a connection that was kept alive is tried
    /// again on a new one.
    AnyServer,
}

impl Expectation {
    /// That of an event of which no sighting shows anything.
    pub(super) const NOTHING: Expectation = Expectation { statuses: &[], next: Next::Never };

    /// `None` for an event of which no sighting shows anything.
    pub(super) fn of(what: What) -> Option<Expectation> {
        use ErrorEvent::{
            ClientClosed, ConnectFailed, NoLiveUpstreams, Other, RecvFailed, SendFailed,
            UpstreamPrematurelyClosed, UpstreamTimedOut,
        };
        let (statuses, next): (&[u16], _) = match what.event {
            Other => return None,
            _ if what.activity == Some(Activity::ProxyingUpgraded) => (&[101], Next::Never),
            // A 101 that no request asked for by its Upgrade is passed on like any answer.
            UpstreamTimedOut if what.activity == Some(Activity::ReadingUpstream) => {
                (&[101], Next::Never)
            }
            ClientClosed if what.activity == Some(Activity::ReadingUpstream) => {
                (&[101, 499], Next::Never)
            }
            _ if !what.is_before_answer() => return None,
            ClientClosed => (&[499], Next::Never),
            NoLiveUpstreams => (&[502], Next::Never),
            UpstreamTimedOut => (&[504], Next::Another),
            ConnectFailed => (&[502, 504], Next::Another),
            UpstreamPrematurelyClosed | RecvFailed | SendFailed => (&[502], Next::AnyServer),
            ErrorEvent::ClientTimedOut => return None,
        };
        Some(Expectation { statuses, next })
    }
}
