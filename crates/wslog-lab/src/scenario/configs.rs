//! One nginx with a configuration that does not tunnel WebSockets, in front of backends that take
//! it in different ways. There is no balancer: what goes wrong here is the edge's own doing.

use super::stage::Stage;
use super::{LIFE, LONG_TIMER, Scenario, TIMER, address};
use crate::backend::{Conduct, Otherwise};
use crate::client::Manner;
use crate::error::Error;
use crate::topology::{Forwarding, Hop};

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "config-no-version",
        sentence: "proxy_http_version is missing, so that backends get HTTP/1.0; both headers \
                   arrive.",
        is_slow: false,
        set_up: |stage| every_backend(stage, Forwarding::HTTP10_PASSES, false),
    },
    Scenario {
        name: "config-no-upgrade",
        sentence: "Only the Upgrade header is missing.",
        is_slow: false,
        set_up: |stage| every_backend(stage, Forwarding::NO_UPGRADE, false),
    },
    Scenario {
        name: "config-no-connection",
        sentence: "Only the Connection header is missing.",
        is_slow: false,
        set_up: |stage| every_backend(stage, Forwarding::NO_CONNECTION, false),
    },
    Scenario {
        name: "config-nothing",
        sentence: "nginx is told nothing about WebSockets: HTTP/1.0 and neither header.",
        is_slow: false,
        set_up: |stage| every_backend(stage, Forwarding::HTTP10_STRIPS, false),
    },
    Scenario {
        name: "config-upgrades-all",
        sentence: "Upgrade is set to websocket for every request; one that did not ask for it is \
                   held back until the timer fires.",
        is_slow: false,
        set_up: |stage| every_backend(stage, Forwarding::UPGRADES_ALL, true),
    },
];

/// Paths, and the backends behind them.
const BACKENDS: &[(&str, Conduct)] = &[
    ("/strict/", Conduct::Strict),
    ("/ws/", Conduct::WantsConnection(Otherwise::Status(426))),
    ("/silent/", Conduct::WantsConnection(Otherwise::Hang)),
    ("/silent10/", Conduct::SilentAtHttp10),
    ("/always101/", Conduct::AlwaysSwitches),
];

/// A WebSocket client for each backend, and a stripped request if that is of interest.
fn every_backend(
    stage: &mut Stage,
    forwarding: Forwarding,
    with_stripped: bool,
) -> Result<(), Error> {
    let timer = if with_stripped { LONG_TIMER } else { TIMER };
    let mut edge = Hop::new("edge", address::EDGE).forwarding(forwarding).read_timeout(timer);
    for &(path, conduct) in BACKENDS {
        edge = edge.location(path, &[stage.backend(conduct)?]);
    }
    let edge = stage.hop(&edge)?;
    for (path, _) in BACKENDS {
        stage.websocket(edge, path, Manner::Leaves(LIFE));
    }
    if with_stripped {
        for (path, _) in BACKENDS {
            stage.stripped(edge, path, Manner::Stays);
        }
    }
    Ok(())
}
