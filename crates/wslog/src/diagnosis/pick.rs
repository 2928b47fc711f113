//! Which sightings show a finding: what lines to cite.

use wslog_parse::{Protocol, Status, Timestamp, Upgrade};

use crate::path_shape::PathShape;
use crate::sighting::{KeyKind, Sighting};

/// Sightings that agree in all of this; what is not told does not matter.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pick {
    pub(crate) vantage: Option<String>,
    pub(crate) remote_addr: Option<String>,
    pub(crate) upstream_addr: Option<String>,
    pub(crate) kind: Kind,
    pub(crate) path: Option<PathShape>,
    pub(crate) statuses: &'static [u16],
    /// How old when they ended, in ms.
    pub(crate) ages: Option<(u64, u64)>,
    /// When they ended, in Unix ms.
    pub(crate) ended: Option<(i64, i64)>,
}

/// What else they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    #[default]
    Any,
    /// Of HTTP/1, with nothing wrong about their key.
    Http1,
    /// The same without an `Upgrade` that names `websocket`, and failed.
    WithoutUpgrade,
    /// Failed, and not at HTTP/1.0.
    Failed,
    /// The same, and not with 502 or 503.
    FailedAtServer,
    /// Over HTTP/2 or HTTP/3.
    Multiplexed,
    MalformedKey,
}

impl Pick {
    /// Whether a sighting of the vantage point, the node and the upstream server that are meant is one.
    pub(crate) fn holds(&self, sighting: &Sighting) -> bool {
        let is_within = |(least, greatest): (u64, u64)| {
            let age = sighting.request_time();
            age.is_some_and(|age| (least..=greatest).contains(&age.0))
        };
        let is_ended = |(first, last): (i64, i64)| {
            let end = sighting.logged_at();
            end.is_some_and(|end| (first..=last).contains(&end.unix_millis()))
        };
        let status = sighting.status().code();
        (self.statuses.is_empty() || self.statuses.contains(&status))
            && self.kind.holds(sighting)
            && self.path.is_none_or(|path| path == sighting.path())
            && self.ages.is_none_or(is_within)
            && self.ended.is_none_or(is_ended)
    }

    /// When it happened: what is told by its end then, the others when they began.
    pub(crate) fn when(&self, sighting: &Sighting) -> Option<Timestamp> {
        let (start, end) = (sighting.started_at(), sighting.logged_at());
        if self.ended.is_some() { end } else { start.or(end) }
    }
}

impl Kind {
    fn holds(self, sighting: &Sighting) -> bool {
        let key = sighting.key_seen().kind();
        let is_http1 = || {
            let protocol = sighting.protocol();
            [Protocol::HTTP_10, Protocol::HTTP_11].contains(&protocol) && key != KeyKind::Malformed
        };
        let is_failed = || sighting.status() != Status::SWITCHING_PROTOCOLS;
        match self {
            Kind::Any => true,
            Kind::Http1 => is_http1(),
            Kind::WithoutUpgrade => {
                let is_lost = matches!(sighting.upgrade(), Upgrade::Absent | Upgrade::Other);
                is_lost && is_http1() && key == KeyKind::Valid && is_failed()
            }
            Kind::Failed => is_failed() && sighting.protocol() != Protocol::HTTP_10,
            Kind::FailedAtServer => {
                let is_down = matches!(sighting.status().code(), 502 | 503);
                !is_down && Kind::Failed.holds(sighting)
            }
            Kind::Multiplexed => {
                let is_it = [Protocol::HTTP_20, Protocol::HTTP_30].contains(&sighting.protocol());
                is_it && sighting.status().code() != 505
            }
            Kind::MalformedKey => key == KeyKind::Malformed,
        }
    }
}
