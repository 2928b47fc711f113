//! Nodes in front of an nginx, and servers behind it, one of which is worse than the others, or none.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::stage::Stage;
use super::{LIFE, Scenario, address};
use crate::backend::{Conduct, Otherwise};
use crate::client::Manner;
use crate::error::Error;
use crate::topology::Hop;

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "one-bad-node",
        sentence: "One node of four still asks for a path of old, where the backend lets nobody in.",
        is_slow: false,
        set_up: one_bad_node,
    },
    Scenario {
        name: "nodes-alike",
        sentence: "Four nodes, and some clients who ask for a path where the backend lets nobody in, \
                   as many by way of each node.",
        is_slow: false,
        set_up: nodes_alike,
    },
    Scenario {
        name: "one-bad-server",
        sentence: "One upstream server of three lets nobody in.",
        is_slow: false,
        set_up: |stage| servers(stage, [Conduct::Strict, Conduct::Strict, FORBIDS]),
    },
    Scenario {
        name: "servers-alike",
        sentence: "None of three upstream servers lets anybody in.",
        is_slow: false,
        set_up: |stage| servers(stage, [FORBIDS; 3]),
    },
];

const FORBIDS: Conduct = Conduct::Every(Otherwise::Status(403));

/// The clients of each node or server: so few that chance could not make a bad one of a good one.
const EACH: u32 = 6;

/// Far enough for the first to be served before the next asks.
const APART: Duration = Duration::from_millis(30);

const NODES: [(&str, Ipv4Addr); 4] = [
    ("node-238", address::GOOD_NODE),
    ("node-239", Ipv4Addr::new(127, 97, 88, 239)),
    ("node-240", Ipv4Addr::new(127, 97, 88, 240)),
    ("node-254", address::BAD_NODE),
];

fn edge_that_forbids(stage: &mut Stage) -> Result<SocketAddr, Error> {
    let backend = stage.backend(Conduct::Forbids("/old/"))?;
    stage.hop(&Hop::new("edge", address::EDGE).to(backend))
}

fn one_bad_node(stage: &mut Stage) -> Result<(), Error> {
    let edge = edge_that_forbids(stage)?;
    for (name, at) in NODES {
        let node = Hop::new(name, at);
        let node =
            if at == address::BAD_NODE { node.to_path(edge, "/old/") } else { node.to(edge) };
        let node = stage.hop(&node)?;
        (0..EACH).for_each(|_| stage.websocket(node, "/ws/", Manner::Leaves(LIFE)));
    }
    Ok(())
}

fn nodes_alike(stage: &mut Stage) -> Result<(), Error> {
    let edge = edge_that_forbids(stage)?;
    for (name, at) in NODES {
        let node = stage.hop(&Hop::new(name, at).to(edge))?;
        for number in 0..EACH {
            let target = if number < EACH / 2 { "/old/" } else { "/ws/" };
            stage.websocket(node, target, Manner::Leaves(LIFE));
        }
    }
    Ok(())
}

fn servers(stage: &mut Stage, conducts: [Conduct; 3]) -> Result<(), Error> {
    let mut servers = Vec::new();
    for conduct in conducts {
        servers.push(stage.backend(conduct)?);
    }
    let edge = stage.hop(&Hop::new("edge", address::EDGE).location("/", &servers))?;
    for number in 0..3 * EACH {
        stage.websocket(edge, "/ws/", Manner::Leaves(LIFE));
        stage.later(APART * number);
    }
    Ok(())
}
