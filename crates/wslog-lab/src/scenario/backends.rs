//! A balancer without fault, and backends, clients or timers that end the handshake.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::balancer::edge_and_inner;
use super::stage::Stage;
use super::{LIFE, Scenario, TIMER, address};
use crate::backend::{Conduct, Otherwise};
use crate::client::Manner;
use crate::error::Error;
use crate::topology::{Forwarding, Hop};

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "backend-hangs",
        sentence: "The backend takes the connection and never answers, and the balancer's timer \
                   fires first.",
        is_slow: false,
        set_up: |stage| one_answer(stage, Otherwise::Hang),
    },
    Scenario {
        name: "backend-refuses",
        sentence: "Nobody listens where the backend should be.",
        is_slow: false,
        set_up: backend_refuses,
    },
    Scenario {
        name: "backend-closes",
        sentence: "The backend closes the connection without an answer.",
        is_slow: false,
        set_up: |stage| one_answer(stage, Otherwise::Close),
    },
    Scenario {
        name: "backend-forbids",
        sentence: "The backend answers handshakes with 403.",
        is_slow: false,
        set_up: |stage| one_answer(stage, Otherwise::Status(403)),
    },
    Scenario {
        name: "redirect",
        sentence: "The backend redirects handshakes.",
        is_slow: false,
        set_up: |stage| one_answer(stage, Otherwise::Status(302)),
    },
    Scenario {
        name: "fake-101",
        sentence: "The backend answers 101 although no Upgrade arrived, and nginx holds that back \
                   until a timer fires: the balancer's (504 for the client), or its own if it is \
                   the only one (a 101 that comes too late).",
        is_slow: false,
        set_up: fake_101,
    },
    Scenario {
        name: "plain-get-never-answered",
        sentence: "The backend answers handshakes and nothing else; one client's request has lost \
                   its Upgrade on the way to the edge.",
        is_slow: false,
        set_up: plain_get_never_answered,
    },
    Scenario {
        name: "inner-times-out",
        sentence: "The backend hangs, and the innermost timer fires first: every hop logs the 504 \
                   that the inner one made.",
        is_slow: false,
        set_up: inner_times_out,
    },
    Scenario {
        name: "client-gives-up",
        sentence: "The backend hangs, and the client leaves before any timer fires.",
        is_slow: false,
        set_up: client_gives_up,
    },
    Scenario {
        name: "idle-tunnel",
        sentence: "A WebSocket opens, nobody says anything, and the edge's timer closes it.",
        is_slow: false,
        set_up: idle_tunnel,
    },
    Scenario {
        name: "next-upstream",
        sentence: "The first of two backends refuses, so that the edge asks the second.",
        is_slow: false,
        set_up: next_upstream,
    },
];

/// The only nginx on the way.
const LONE: Ipv4Addr = Ipv4Addr::new(127, 0, 22, 11);

fn one_answer(stage: &mut Stage, otherwise: Otherwise) -> Result<(), Error> {
    let backend = stage.backend(Conduct::Every(otherwise))?;
    through_good_node(stage, backend)
}

fn backend_refuses(stage: &mut Stage) -> Result<(), Error> {
    let closed = stage.closed_port()?;
    through_good_node(stage, closed)
}

fn through_good_node(stage: &mut Stage, backend: SocketAddr) -> Result<(), Error> {
    let edge = edge_and_inner(stage, backend, Hop::DEFAULT_TIMEOUT)?;
    let node = Hop::new("good-node", address::GOOD_NODE).to(edge).read_timeout(TIMER);
    let node = stage.hop(&node)?;
    stage.websocket(node, "/ws/", Manner::Leaves(LIFE));
    Ok(())
}

fn fake_101(stage: &mut Stage) -> Result<(), Error> {
    let backend = stage.backend(Conduct::AlwaysSwitches)?;
    let edge = edge_and_inner(stage, backend, Hop::DEFAULT_TIMEOUT)?;
    let node = Hop::new("bad-node", address::BAD_NODE).forwarding(Forwarding::HTTP10_STRIPS);
    let node = stage.hop(&node.to(edge).read_timeout(TIMER))?;
    let lone = stage.hop(&Hop::new("lone-edge", LONE).to(backend).read_timeout(TIMER))?;
    stage.websocket(node, "/ws/", Manner::Leaves(LIFE));
    stage.stripped(lone, "/ws/", Manner::Stays);
    Ok(())
}

fn plain_get_never_answered(stage: &mut Stage) -> Result<(), Error> {
    let backend = stage.backend(Conduct::WantsConnection(Otherwise::Hang))?;
    let edge = stage.hop(&Hop::new("edge", address::EDGE).to(backend).read_timeout(TIMER))?;
    stage.websocket(edge, "/ws/", Manner::Leaves(LIFE));
    stage.stripped(edge, "/ws/", Manner::Stays);
    Ok(())
}

fn inner_times_out(stage: &mut Stage) -> Result<(), Error> {
    let backend = stage.backend(Conduct::Every(Otherwise::Hang))?;
    let inner = Hop::new("inner", address::INNER).to(backend).read_timeout(TIMER);
    let inner = stage.hop(&inner)?;
    let edge = stage.hop(&Hop::new("edge", address::EDGE).to(inner))?;
    let node = stage.hop(&Hop::new("good-node", address::GOOD_NODE).to(edge))?;
    stage.websocket(node, "/ws/", Manner::Stays);
    Ok(())
}

fn client_gives_up(stage: &mut Stage) -> Result<(), Error> {
    let backend = stage.backend(Conduct::Every(Otherwise::Hang))?;
    let edge = edge_and_inner(stage, backend, Hop::DEFAULT_TIMEOUT)?;
    let node = stage.hop(&Hop::new("good-node", address::GOOD_NODE).to(edge))?;
    for patience in [300, 700] {
        let patience = Duration::from_millis(patience);
        stage.websocket(node, "/ws/", Manner::GivesUp(patience));
    }
    Ok(())
}

fn idle_tunnel(stage: &mut Stage) -> Result<(), Error> {
    let backend = stage.backend(Conduct::Strict)?;
    let inner = stage.hop(&Hop::new("inner", address::INNER).to(backend))?;
    let edge = stage.hop(&Hop::new("edge", address::EDGE).to(inner).read_timeout(TIMER))?;
    let node = stage.hop(&Hop::new("good-node", address::GOOD_NODE).to(edge))?;
    stage.websocket(node, "/ws/", Manner::Stays);
    Ok(())
}

fn next_upstream(stage: &mut Stage) -> Result<(), Error> {
    let closed = stage.closed_port()?;
    let backend = stage.backend(Conduct::Strict)?;
    let edge = Hop::new("edge", address::EDGE).location("/", &[closed, backend]);
    let edge = stage.hop(&edge)?;
    stage.websocket(edge, "/ws/", Manner::Leaves(LIFE));
    Ok(())
}
