//! What a capture holds, as it is written.

use serde::{Deserialize, Serialize};

use crate::input::feed::Holding;

#[cfg(feature = "capture")]
pub(super) use self::captured::Capture;

/// What reads no captures reads nothing that others wrote of them.
#[cfg(not(feature = "capture"))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Capture {}

#[cfg(not(feature = "capture"))]
impl Capture {
    pub(super) fn of(_: &Holding) -> Option<Capture> {
        None
    }

    pub(super) fn into_holding(self) -> Holding {
        match self {}
    }
}

#[cfg(feature = "capture")]
mod captured {
    use std::collections::BTreeMap;

    use super::{Deserialize, Holding, Serialize};
    use crate::capture::{Kind, Summary, Undecoded};
    use crate::input::captured::CaptureInfo;

    /// A capture.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    pub(in crate::partials) struct Capture {
        kind: Kind,
        bytes: u64,
        packets: u64,
        connections: u64,
        requests: u64,
        undecoded: BTreeMap<Undecoded, u64>,
        answers_lost: u64,
        outside: u64,
    }

    impl Capture {
        pub(in crate::partials) fn of(holding: &Holding) -> Option<Capture> {
            let Holding::Capture(info) = holding else { return None };
            let CaptureInfo { kind, summary, answers_lost, outside } = info;
            // The error is the source's.
            let Summary { bytes, packets, connections, requests, undecoded, error: _ } = summary;
            Some(Capture {
                kind: *kind,
                bytes: *bytes,
                packets: *packets,
                connections: *connections,
                requests: *requests,
                undecoded: undecoded.clone(),
                answers_lost: *answers_lost,
                outside: *outside,
            })
        }

        pub(in crate::partials) fn into_holding(self) -> Holding {
            let Capture { kind, bytes, packets, connections, requests, undecoded, .. } = self;
            let summary = Summary { bytes, packets, connections, requests, undecoded, error: None };
            let Capture { answers_lost, outside, .. } = self;
            Holding::Capture(CaptureInfo { kind, summary, answers_lost, outside })
        }
    }
}
