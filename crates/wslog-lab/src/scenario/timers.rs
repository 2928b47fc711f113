//! Many clients, and timers that end what they do at one age; or clients who end it themselves, at any.

use std::net::SocketAddr;
use std::time::Duration;

use super::balancer::edge_and_inner;
use super::stage::Stage;
use super::{LONG_TIMER, Scenario, address};
use crate::backend::{Conduct, Otherwise};
use crate::client::Manner;
use crate::error::Error;
use crate::topology::Hop;

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "balancer-timer",
        sentence: "The backend hangs, and the balancer's timer ends six handshakes: it answers 504, \
                   and every nginx behind it logs 499.",
        is_slow: false,
        set_up: balancer_timer,
    },
    Scenario {
        name: "nginx-timer",
        sentence: "The backend hangs, and the only nginx ends six handshakes with 504.",
        is_slow: false,
        set_up: nginx_timer,
    },
    Scenario {
        name: "inner-timer",
        sentence: "The backend hangs, the inner nginx ends six handshakes with 504, and the edge \
                   hands these on.",
        is_slow: false,
        set_up: inner_timer,
    },
    Scenario {
        name: "equal-timers",
        sentence: "The backend hangs, and every hop has the same timer: who logs 499 and who 504 \
                   is a race.",
        is_slow: false,
        set_up: equal_timers,
    },
    Scenario {
        name: "patience-of-any-length",
        sentence: "The backend hangs, and ten clients give up, each when it has had enough.",
        is_slow: false,
        set_up: patience_of_any_length,
    },
    Scenario {
        name: "idle-tunnels",
        sentence: "Six tunnels open one after the other, nobody says anything, and the edge's timer \
                   closes each at the same age.",
        is_slow: false,
        set_up: idle_tunnels,
    },
    Scenario {
        name: "tunnels-of-any-length",
        sentence: "Ten tunnels open, and each client leaves when it has what it wanted.",
        is_slow: false,
        set_up: tunnels_of_any_length,
    },
];

/// Ages that lie evenly between one second and four if they are counted in doublings, in ms: so do
/// those at which people leave, over hours.
const ANY: [u64; 10] = [1050, 1210, 1390, 1600, 1840, 2110, 2430, 2800, 3220, 3700];

/// What begins and ends within a second of each other is one event.
const APART: Duration = Duration::from_millis(1100);

fn come_one_by_one(stage: &mut Stage, to: SocketAddr) {
    for number in 0..6 {
        stage.websocket(to, "/ws/", Manner::Stays);
        stage.later(APART * number);
    }
}

fn balancer_timer(stage: &mut Stage) -> Result<(), Error> {
    let backend = stage.backend(Conduct::Every(Otherwise::Hang))?;
    let edge = edge_and_inner(stage, backend, Hop::DEFAULT_TIMEOUT)?;
    let node = Hop::new("good-node", address::GOOD_NODE).to(edge).read_timeout(LONG_TIMER);
    let node = stage.hop(&node)?;
    come_one_by_one(stage, node);
    Ok(())
}

fn nginx_timer(stage: &mut Stage) -> Result<(), Error> {
    let backend = stage.backend(Conduct::Every(Otherwise::Hang))?;
    let edge = stage.hop(&Hop::new("edge", address::EDGE).to(backend).read_timeout(LONG_TIMER))?;
    come_one_by_one(stage, edge);
    Ok(())
}

fn inner_timer(stage: &mut Stage) -> Result<(), Error> {
    let backend = stage.backend(Conduct::Every(Otherwise::Hang))?;
    let inner = Hop::new("inner", address::INNER).to(backend).read_timeout(LONG_TIMER);
    let inner = stage.hop(&inner)?;
    let edge = stage.hop(&Hop::new("edge", address::EDGE).to(inner))?;
    come_one_by_one(stage, edge);
    Ok(())
}

fn equal_timers(stage: &mut Stage) -> Result<(), Error> {
    let mut next = stage.backend(Conduct::Every(Otherwise::Hang))?;
    for (name, at) in
        [("inner", address::INNER), ("edge", address::EDGE), ("good-node", address::GOOD_NODE)]
    {
        next = stage.hop(&Hop::new(name, at).to(next).read_timeout(LONG_TIMER))?;
    }
    come_one_by_one(stage, next);
    Ok(())
}

fn patience_of_any_length(stage: &mut Stage) -> Result<(), Error> {
    let backend = stage.backend(Conduct::Every(Otherwise::Hang))?;
    let edge = stage.hop(&Hop::new("edge", address::EDGE).to(backend))?;
    for patience in ANY.map(Duration::from_millis) {
        stage.websocket(edge, "/ws/", Manner::GivesUp(patience));
    }
    Ok(())
}

fn idle_tunnels(stage: &mut Stage) -> Result<(), Error> {
    let backend = stage.backend(Conduct::Strict)?;
    let inner = stage.hop(&Hop::new("inner", address::INNER).to(backend))?;
    let edge = stage.hop(&Hop::new("edge", address::EDGE).to(inner).read_timeout(LONG_TIMER))?;
    come_one_by_one(stage, edge);
    Ok(())
}

fn tunnels_of_any_length(stage: &mut Stage) -> Result<(), Error> {
    let backend = stage.backend(Conduct::Strict)?;
    let edge = edge_and_inner(stage, backend, Hop::DEFAULT_TIMEOUT)?;
    for life in ANY.map(Duration::from_millis) {
        stage.websocket(edge, "/ws/", Manner::Leaves(life));
    }
    Ok(())
}
