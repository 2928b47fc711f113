//! What a capture holds, as it is written.

use serde::{Deserialize, Serialize};

use crate::input::feed::Holding;

/// What reads no captures reads nothing that others wrote of them.
#[cfg(not(feature = "capture"))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Capture {}

#[cfg(not(feature = "capture"))]
impl From<Capture> for Holding {
    fn from(capture: Capture) -> Holding {
        match capture {}
    }
}

#[cfg(feature = "capture")]
pub(super) use self::captured::Capture;

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

    impl From<&CaptureInfo> for Capture {
        fn from(info: &CaptureInfo) -> Capture {
            let CaptureInfo { kind, summary, answers_lost, outside } = info;
            // The error is the source's.
            let Summary { bytes, packets, connections, requests, undecoded, error: _ } = summary;
            Capture {
                kind: *kind,
                bytes: *bytes,
                packets: *packets,
                connections: *connections,
                requests: *requests,
                undecoded: undecoded.clone(),
                answers_lost: *answers_lost,
                outside: *outside,
            }
        }
    }

    impl From<Capture> for Holding {
        fn from(capture: Capture) -> Holding {
            let Capture { kind, bytes, packets, connections, requests, undecoded, .. } = capture;
            let summary = Summary { bytes, packets, connections, requests, undecoded, error: None };
            let Capture { answers_lost, outside, .. } = capture;
            Holding::Capture(CaptureInfo { kind, summary, answers_lost, outside })
        }
    }
}
