//! What a line says, without the texts in it.

use wslog_parse::error_log::{Activity, ErrorEntry, ErrorEvent};

/// An event, and what nginx was doing then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct What {
    pub(crate) event: ErrorEvent,
    /// All those without a name of their own are [`Activity::Other`] without a text.
    pub(crate) activity: Option<Activity<'static>>,
}

const EVENTS: [(ErrorEvent, &str); 8] = [
    (ErrorEvent::UpstreamTimedOut, "upstream_timed_out"),
    (ErrorEvent::UpstreamPrematurelyClosed, "upstream_prematurely_closed"),
    (ErrorEvent::ClientTimedOut, "client_timed_out"),
    (ErrorEvent::ClientClosed, "client_closed"),
    (ErrorEvent::NoLiveUpstreams, "no_live_upstreams"),
    (ErrorEvent::ConnectFailed, "connect_failed"),
    (ErrorEvent::RecvFailed, "recv_failed"),
    (ErrorEvent::SendFailed, "send_failed"),
];

/// nginx's own words.
const ACTIVITIES: [(Activity<'static>, &str); 10] = [
    (Activity::Connecting, "connecting_to_upstream"),
    (Activity::TlsToUpstream, "ssl_handshaking_to_upstream"),
    (Activity::SendingRequest, "sending_request_to_upstream"),
    (Activity::ReadingHeader, "reading_response_header_from_upstream"),
    (Activity::ReadingUpstream, "reading_upstream"),
    (Activity::SendingToClient, "sending_to_client"),
    (Activity::ProxyingUpgraded, "proxying_upgraded_connection"),
    (Activity::WaitingForRequest, "waiting_for_request"),
    (Activity::ReadingRequestLine, "reading_client_request_line"),
    (Activity::ReadingRequestHeaders, "reading_client_request_headers"),
];

impl What {
    /// What a line says.
    pub(crate) fn of(entry: &ErrorEntry<'_>) -> What {
        let named = |activity| {
            let known = ACTIVITIES.iter().find(|(known, _)| *known == activity);
            known.map_or(Activity::Other(b""), |(known, _)| *known)
        };
        What { event: entry.event, activity: entry.activity.map(named) }
    }

    /// The number of its event, and of its activity if there is one: those without a name come last.
    pub(crate) fn numbers(self) -> (u8, Option<u8>) {
        let What { event, activity } = self;
        let events = EVENTS.iter().map(|(event, _)| event);
        let activities = ACTIVITIES.iter().map(|(activity, _)| activity);
        let activity = activity.map(|it| place_of(&it, activities));
        (place_of(&event, events), activity)
    }

    /// What has these numbers.
    pub(crate) fn from_numbers((event, activity): (u8, Option<u8>)) -> Option<What> {
        let activity = match activity {
            Some(number) => Some(at(&ACTIVITIES, number, Activity::Other(b""))?),
            None => None,
        };
        Some(What { event: at(&EVENTS, event, ErrorEvent::Other)?, activity })
    }

    /// Whether nginx was waiting for the start of an answer.
    pub(crate) fn is_before_answer(self) -> bool {
        matches!(
            self.activity,
            Some(
                Activity::Connecting
                    | Activity::TlsToUpstream
                    | Activity::SendingRequest
                    | Activity::ReadingHeader
            )
        )
    }

    /// The event's name in reports.
    pub(crate) fn event_name(self) -> &'static str {
        let known = EVENTS.iter().find(|(known, _)| *known == self.event);
        known.map_or("other", |(_, name)| name)
    }

    /// The activity's name in reports.
    pub(crate) fn activity_name(self) -> Option<&'static str> {
        let activity = self.activity?;
        let known = ACTIVITIES.iter().find(|(known, _)| *known == activity);
        Some(known.map_or("other", |(_, name)| name))
    }
}

/// Which of these it is, or how many there are.
fn place_of<'a, T: PartialEq + 'a>(one: &T, mut all: impl Iterator<Item = &'a T> + Clone) -> u8 {
    let count = all.clone().count();
    let place = all.position(|other| other == one).unwrap_or(count);
    u8::try_from(place).unwrap_or(u8::MAX)
}

/// The one of this number; behind all of them is the one without a name.
fn at<T: Copy>(all: &[(T, &str)], number: u8, nameless: T) -> Option<T> {
    let place = usize::from(number);
    let known = all.get(place).map(|(one, _)| *one);
    known.or((place == all.len()).then_some(nameless))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_each_has_numbers_of_its_own() {
        for event in 0..=8 {
            for activity in [None].into_iter().chain((0..=10).map(Some)) {
                let what = What::from_numbers((event, activity)).unwrap();
                assert_eq!(what.numbers(), (event, activity));
            }
        }
        assert_eq!(What::from_numbers((9, None)), None);
        assert_eq!(What::from_numbers((0, Some(11))), None);
    }
}
