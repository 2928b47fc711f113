//! Keys that are none, or come again; answers to other keys; and clients who ask again with a new one.

use std::time::Duration;

use super::stage::Stage;
use super::{LIFE, Scenario, TIMER, address};
use crate::backend::{Conduct, Otherwise};
use crate::client::{Client, Manner};
use crate::error::Error;
use crate::handshake::fresh_key;
use crate::request::Request;
use crate::topology::{Forwarding, Hop};

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "malformed-keys",
        sentence: "A bot sends handshakes with keys that are none, and the backend answers 400.",
        is_slow: false,
        set_up: malformed_keys,
    },
    Scenario {
        name: "key-reused",
        sentence: "A client opens a second WebSocket with the key of its first one.",
        is_slow: false,
        set_up: key_reused,
    },
    Scenario {
        name: "wrong-accept",
        sentence: "Something answers handshakes with the Sec-WebSocket-Accept of another key.",
        is_slow: false,
        set_up: wrong_accept,
    },
    Scenario {
        name: "retries",
        sentence: "A client comes to a node that takes away its Upgrade, asks again with a new key, \
                   and again, until it comes to one that is fine.",
        is_slow: false,
        set_up: retries,
    },
];

/// A handshake with this key, by a client that minds nothing.
fn handshake(target: &str, key: &str) -> Client {
    Client::Bytes(Request::new("GET", target, "HTTP/1.1").websocket(key))
}

fn malformed_keys(stage: &mut Stage) -> Result<(), Error> {
    let backend = stage.backend(Conduct::Every(Otherwise::Status(400)))?;
    let edge = stage.hop(&Hop::new("edge", address::EDGE).to(backend))?;
    for key in ["test", "x3JJHMbDL1EzLkh9GBhXDw", "13", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "key", "1"]
    {
        stage.visit(handshake(&format!("/ws/?{}", key.len()), key), edge, Manner::Stays);
    }
    Ok(())
}

fn key_reused(stage: &mut Stage) -> Result<(), Error> {
    /// Longer than a try again would wait.
    const LATER: Duration = Duration::from_millis(2000);
    let backend = stage.backend(Conduct::Strict)?;
    let edge = stage.hop(&Hop::new("edge", address::EDGE).to(backend))?;
    let key = fresh_key();
    stage.visit(handshake("/ws/?first", &key), edge, Manner::Leaves(LIFE));
    stage.visit(handshake("/ws/?second", &key), edge, Manner::Leaves(LIFE));
    stage.later(LATER);
    stage.same_client();
    Ok(())
}

fn wrong_accept(stage: &mut Stage) -> Result<(), Error> {
    let backend = stage.backend(Conduct::AcceptsAnother)?;
    let edge = stage.hop(&Hop::new("edge", address::EDGE).to(backend))?;
    stage.visit(handshake("/ws/", &fresh_key()), edge, Manner::Leaves(LIFE));
    Ok(())
}

fn retries(stage: &mut Stage) -> Result<(), Error> {
    const APART: Duration = Duration::from_millis(1300);
    let backend = stage.backend(Conduct::WantsConnection(Otherwise::Hang))?;
    let edge = stage.hop(&Hop::new("edge", address::EDGE).to(backend))?;
    let bad = Hop::new("bad-node", address::BAD_NODE).forwarding(Forwarding::HTTP10_STRIPS);
    let bad = stage.hop(&bad.to(edge).read_timeout(TIMER))?;
    let good = stage.hop(&Hop::new("good-node", address::GOOD_NODE).to(edge))?;
    for (number, node) in (0..).zip([bad, bad, good]) {
        stage.websocket(node, "/ws/", Manner::Leaves(LIFE));
        stage.later(APART * number);
        stage.same_client();
    }
    Ok(())
}
