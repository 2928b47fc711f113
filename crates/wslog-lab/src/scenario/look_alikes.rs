//! What looks like the case and is none.

use std::time::Duration;

use super::stage::Stage;
use super::{LIFE, Scenario, TIMER, address};
use crate::backend::{Conduct, Otherwise};
use crate::client::{Client, Manner};
use crate::error::Error;
use crate::request::Request;
use crate::topology::{Forwarding, Hop};

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "look-alikes",
        sentence: "Health checks and slow requests at HTTP/1.0, and polls that are given up, \
                   beside a handshake that opens.",
        is_slow: false,
        set_up: look_alikes,
    },
    Scenario {
        name: "equal-timers",
        sentence: "The backend hangs, and every hop has the same timer: who logs 499 and who 504 \
                   is a race.",
        is_slow: false,
        set_up: equal_timers,
    },
];

fn look_alikes(stage: &mut Stage) -> Result<(), Error> {
    let tunnels = stage.backend(Conduct::Strict)?;
    let answers = stage.backend(Conduct::Every(Otherwise::Status(200)))?;
    let hangs = stage.backend(Conduct::Every(Otherwise::Hang))?;
    let edge = Hop::new("edge", address::EDGE).read_timeout(TIMER);
    let edge = edge.location("/ws/", &[tunnels]).location("/health", &[answers]);
    let edge = stage.hop(&edge.location("/", &[hangs]))?;
    let front = Hop::new("front", address::BAD_NODE).forwarding(Forwarding::HTTP10_STRIPS);
    let front = stage.hop(&front.to(edge))?;
    let mut bytes = |to, method, target, protocol, manner| {
        let request = Request::new(method, target, protocol);
        stage.visit(Client::Bytes(request), to, manner);
    };
    bytes(edge, "HEAD", "/health", "HTTP/1.0", Manner::Stays);
    bytes(front, "GET", "/project/api/?slow", "HTTP/1.1", Manner::Stays);
    let patience = Manner::GivesUp(Duration::from_millis(500));
    bytes(edge, "GET", "/message-bus/7/poll", "HTTP/1.1", patience);
    bytes(front, "GET", "/socket.io/?transport=polling", "HTTP/1.1", patience);
    stage.websocket(edge, "/ws/", Manner::Leaves(LIFE));
    Ok(())
}

fn equal_timers(stage: &mut Stage) -> Result<(), Error> {
    let backend = stage.backend(Conduct::Every(Otherwise::Hang))?;
    let mut next = backend;
    for (name, at) in
        [("inner", address::INNER), ("edge", address::EDGE), ("good-node", address::GOOD_NODE)]
    {
        next = stage.hop(&Hop::new(name, at).to(next).read_timeout(TIMER))?;
    }
    for _ in 0..8 {
        stage.websocket(next, "/ws/", Manner::Stays);
    }
    Ok(())
}
