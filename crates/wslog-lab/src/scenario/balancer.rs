//! A load balancer's nodes, and what stands behind them.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::stage::Stage;
use super::{LIFE, Scenario, TIMER, address};
use crate::backend::{Conduct, Otherwise};
use crate::client::Manner;
use crate::error::Error;
use crate::topology::{Forwarding, Hop};

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "healthy",
        sentence: "A node that keeps HTTP/1.1, edge, inner and backend: every handshake opens.",
        is_slow: false,
        set_up: healthy,
    },
    Scenario {
        name: "node-downgrades",
        sentence: "The case: one node hands handshakes on as HTTP/1.0 without Upgrade, the \
                   backend never answers those, and the balancer's timer ends them; the other \
                   node is fine, and so is a connection past the balancer.",
        is_slow: false,
        set_up: |stage| node_downgrades(stage, TIMER, Hop::DEFAULT_TIMEOUT),
    },
    Scenario {
        name: "sixty-seconds",
        sentence: "The case with a balancer's timer of true length: a minute; those behind it \
                   would wait for an hour.",
        is_slow: true,
        set_up: |stage| node_downgrades(stage, Duration::from_secs(60), Duration::from_secs(3600)),
    },
    Scenario {
        name: "chromium",
        sentence: "The case as a browser sees it.",
        is_slow: false,
        set_up: chromium,
    },
    Scenario {
        name: "node-passes-upgrade",
        sentence: "Two nodes hand handshakes on as HTTP/1.0 but leave them their Upgrade: a \
                   downgrade that breaks nothing.",
        is_slow: false,
        set_up: node_passes_upgrade,
    },
    Scenario {
        name: "node-strips-upgrade",
        sentence: "A node hands handshakes on as HTTP/1.0 without Upgrade, and the backend says \
                   so at once with 426.",
        is_slow: false,
        set_up: node_strips_upgrade,
    },
    Scenario {
        name: "side-by-side",
        sentence: "Two nginx share a backend behind one balancer: at the one, one node of two is \
                   bad, at the other both are.",
        is_slow: false,
        set_up: side_by_side,
    },
];

fn chromium(stage: &mut Stage) -> Result<(), Error> {
    let backend = stage.backend(Conduct::WantsConnection(Otherwise::Hang))?;
    let edge = edge_and_inner(stage, backend, Hop::DEFAULT_TIMEOUT)?;
    let good = Hop::new("good-node", address::GOOD_NODE);
    let bad = Hop::new("bad-node", address::BAD_NODE).forwarding(Forwarding::HTTP10_STRIPS);
    for node in [good, bad] {
        let node = stage.hop(&node.to(edge).read_timeout(TIMER))?;
        stage.browser(node, "/ws/?id=168702");
    }
    stage.browser(edge, "/ws/?id=168702");
    Ok(())
}

fn healthy(stage: &mut Stage) -> Result<(), Error> {
    let backend = stage.backend(Conduct::Strict)?;
    let edge = edge_and_inner(stage, backend, Hop::DEFAULT_TIMEOUT)?;
    let node = stage.hop(&Hop::new("good-node", address::GOOD_NODE).to(edge))?;
    for target in ["/ws/?id=1", "/ws/?id=2", "/chat"] {
        stage.websocket(node, target, Manner::Leaves(LIFE));
    }
    Ok(())
}

fn node_downgrades(
    stage: &mut Stage,
    balancers_timer: Duration,
    timer_behind: Duration,
) -> Result<(), Error> {
    let backend = stage.backend(Conduct::WantsConnection(Otherwise::Hang))?;
    let edge = edge_and_inner(stage, backend, timer_behind)?;
    let good = Hop::new("good-node", address::GOOD_NODE);
    let bad = Hop::new("bad-node", address::BAD_NODE).forwarding(Forwarding::HTTP10_STRIPS);
    for node in [good, bad] {
        let node = stage.hop(&node.to(edge).read_timeout(balancers_timer))?;
        stage.websocket(node, "/ws/?id=168702", Manner::Leaves(LIFE));
        stage.websocket(node, "/ws/?id=168451", Manner::Leaves(LIFE));
    }
    stage.websocket(edge, "/ws/?id=168702", Manner::Leaves(LIFE));
    Ok(())
}

fn node_passes_upgrade(stage: &mut Stage) -> Result<(), Error> {
    let backend = stage.backend(Conduct::Strict)?;
    let edge = edge_and_inner(stage, backend, Hop::DEFAULT_TIMEOUT)?;
    let passes = Hop::new("passing-node", address::BAD_NODE);
    let closes = Hop::new("closing-node", address::OTHER_BAD_NODE);
    for (node, forwarding) in
        [(passes, Forwarding::HTTP10_PASSES), (closes, Forwarding::HTTP10_CLOSES)]
    {
        let node = stage.hop(&node.to(edge).forwarding(forwarding))?;
        stage.websocket(node, "/ws/", Manner::Leaves(LIFE));
    }
    Ok(())
}

fn node_strips_upgrade(stage: &mut Stage) -> Result<(), Error> {
    let backend = stage.backend(Conduct::Strict)?;
    let edge = edge_and_inner(stage, backend, Hop::DEFAULT_TIMEOUT)?;
    let node = Hop::new("bad-node", address::BAD_NODE).forwarding(Forwarding::HTTP10_STRIPS);
    let node = stage.hop(&node.to(edge))?;
    stage.websocket(node, "/ws/", Manner::Leaves(LIFE));
    Ok(())
}

fn side_by_side(stage: &mut Stage) -> Result<(), Error> {
    const THIRD_BAD_NODE: Ipv4Addr = Ipv4Addr::new(127, 97, 89, 10);
    let backend = stage.backend(Conduct::WantsConnection(Otherwise::Hang))?;
    let left = stage.hop(&Hop::new("left-edge", address::INNER).to(backend))?;
    let right = stage.hop(&Hop::new("right-edge", address::EDGE).to(backend))?;
    let bad = Forwarding::HTTP10_STRIPS;
    for (name, at, forwarding, edge) in [
        ("node-238", address::GOOD_NODE, Forwarding::TUNNELS, left),
        ("node-254", address::BAD_NODE, bad, left),
        ("node-252", address::OTHER_BAD_NODE, bad, right),
        ("node-10", THIRD_BAD_NODE, bad, right),
    ] {
        let node = Hop::new(name, at).to(edge).forwarding(forwarding).read_timeout(TIMER);
        let node = stage.hop(&node)?;
        stage.websocket(node, "/ws/?id=168702", Manner::Leaves(LIFE));
    }
    Ok(())
}

/// Starts the two nginx in a row that stand behind a balancer.
pub(super) fn edge_and_inner(
    stage: &mut Stage,
    backend: SocketAddr,
    timer: Duration,
) -> Result<SocketAddr, Error> {
    let inner = Hop::new("inner", address::INNER).to(backend).read_timeout(timer);
    let inner = stage.hop(&inner)?;
    stage.hop(&Hop::new("edge", address::EDGE).to(inner).read_timeout(timer))
}
