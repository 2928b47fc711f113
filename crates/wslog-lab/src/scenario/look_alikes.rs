//! What looks like the case and is none.

use std::time::Duration;

use super::stage::Stage;
use super::{LIFE, LONG_TIMER, MANY, Scenario, TIMER, address};
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
        name: "timed-polls",
        sentence: "Polls that clients give up at one age, and slow requests through a front that \
                   speaks HTTP/1.0 and that nginx's timer ends: timers, and no handshake.",
        is_slow: false,
        set_up: timed_polls,
    },
];

/// So much before nginx's timer clients give up.
const SOONER: Duration = Duration::from_millis(300);

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

fn timed_polls(stage: &mut Stage) -> Result<(), Error> {
    let backend = stage.backend(Conduct::Every(Otherwise::Hang))?;
    let edge = stage.hop(&Hop::new("edge", address::EDGE).to(backend).read_timeout(LONG_TIMER))?;
    let front = Hop::new("front", address::BAD_NODE).forwarding(Forwarding::HTTP10_STRIPS);
    let front = stage.hop(&front.to(edge))?;
    for number in 0..MANY {
        for (target, to, manner) in [
            ("/message-bus/7/poll?n=", edge, Manner::GivesUp(LONG_TIMER - SOONER)),
            ("/socket.io/?transport=polling&n=", front, Manner::GivesUp(LONG_TIMER - SOONER)),
            ("/project/api/?n=", front, Manner::Stays),
        ] {
            let request = Request::new("GET", format!("{target}{number}"), "HTTP/1.1");
            stage.visit(Client::Bytes(request), to, manner);
        }
    }
    Ok(())
}
