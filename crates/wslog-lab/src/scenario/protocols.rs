//! Handshakes over a protocol that has none, switches to one that is no WebSocket, and text that
//! imitates the log.

use std::time::{SystemTime, UNIX_EPOCH};

use super::stage::Stage;
use super::{LIFE, Scenario, address};
use crate::backend::Conduct;
use crate::client::{Client, Manner};
use crate::error::Error;
use crate::handshake::fresh_key;
use crate::request::Request;
use crate::topology::Hop;

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "http2-handshake",
        sentence: "A client sends the handshake of HTTP/1.1 over HTTP/2.",
        is_slow: false,
        set_up: http2_handshake,
    },
    Scenario {
        name: "other-upgrades",
        sentence: "Clients switch to tcp and to h2c: 101, and no WebSocket.",
        is_slow: false,
        set_up: other_upgrades,
    },
    Scenario {
        name: "forged-lines",
        sentence: "A client's request lines look like whole lines of a log without quotes; nginx \
                   answers 400. Beside them a handshake opens.",
        is_slow: false,
        set_up: forged_lines,
    },
];

fn http2_handshake(stage: &mut Stage) -> Result<(), Error> {
    let backend = stage.backend(Conduct::Strict)?;
    let edge = stage.hop(&Hop::new("edge", address::EDGE).to(backend).http2())?;
    let request = Request::new("GET", "/ws/", "HTTP/2.0").websocket(fresh_key());
    stage.visit(Client::Http2(request), edge, Manner::Stays);
    Ok(())
}

fn other_upgrades(stage: &mut Stage) -> Result<(), Error> {
    let backend = stage.backend(Conduct::SwitchesToOthers)?;
    let edge = stage.hop(&Hop::new("edge", address::EDGE).to(backend))?;
    for (method, target, protocol) in [("POST", "/containers/1/attach", "tcp"), ("GET", "/", "h2c")]
    {
        let request = Request::new(method, target, "HTTP/1.1");
        let request = request.header("Connection", "Upgrade").header("Upgrade", protocol);
        stage.visit(Client::Bytes(request), edge, Manner::Leaves(LIFE));
    }
    Ok(())
}

fn forged_lines(stage: &mut Stage) -> Result<(), Error> {
    /// A forger has to hit the second in which the line is written; whoever tries often enough does.
    const SECONDS: u64 = 12;
    let backend = stage.backend(Conduct::Strict)?;
    let edge = stage.hop(&Hop::new("edge", address::EDGE).to(backend))?;
    stage.websocket(edge, "/ws/", Manner::Leaves(LIFE));
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    for second in now..now + SECONDS {
        let line = format!(
            "GET /ws/ HTTP/1.1 upstream_response_time - msec {second}.000 request_time 0.000 \
             status 404 client - M"
        );
        let request = Request::from_line(line).header("Host", "edge.example");
        stage.visit(Client::Bytes(request), edge, Manner::Stays);
    }
    Ok(())
}
