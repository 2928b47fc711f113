//! A load balancer's nodes, two nginx in a row behind them, and a backend.

use std::net::SocketAddr;
use std::time::Duration;

use super::Scenario;
use super::stage::Stage;
use crate::backend::{Conduct, Otherwise};
use crate::client::Manner;
use crate::error::Error;
use crate::topology::{Forwarding, Hop, address};

pub(super) const SCENARIOS: &[Scenario] = &[Scenario {
    name: "node-downgrades",
    sentence: "The case: one node hands handshakes on as HTTP/1.0 without Upgrade, the backend \
               never answers those, and the balancer's timer ends them; the other node is fine.",
    is_slow: false,
    set_up: node_downgrades,
}];

/// The balancer's timer; the hops behind it have nginx's own of a minute, so it always fires first.
const TIMER: Duration = Duration::from_secs(1);

/// How long a tunnel lives.
const LIFE: Duration = Duration::from_millis(300);

fn node_downgrades(stage: &mut Stage) -> Result<(), Error> {
    let backend = stage.backend(Conduct::WantsConnection(Otherwise::Hang))?;
    let edge = edge_and_inner(stage, backend)?;
    let good = Hop::new("good-node", address::GOOD_NODE).to(edge);
    let bad =
        Hop::new("bad-node", address::BAD_NODE).to(edge).forwarding(Forwarding::HTTP10_STRIPS);
    for node in [good, bad] {
        let node = stage.hop(&node.read_timeout(TIMER))?;
        stage.websocket(node, "/ws/?id=168702", Manner::Leaves(LIFE));
        stage.websocket(node, "/ws/?id=168451", Manner::Leaves(LIFE));
    }
    Ok(())
}

/// Starts the two behind the balancer.
fn edge_and_inner(stage: &mut Stage, backend: SocketAddr) -> Result<SocketAddr, Error> {
    let inner = stage.hop(&Hop::new("inner", address::INNER).to(backend))?;
    stage.hop(&Hop::new("edge", address::EDGE).to(inner))
}
