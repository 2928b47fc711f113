//! What ends many tunnels at once, and what only looks as if it could.

use std::net::SocketAddr;
use std::time::Duration;

use super::stage::{Deed, Stage};
use super::{Scenario, address};
use crate::backend::Conduct;
use crate::client::Manner;
use crate::error::Error;
use crate::topology::Hop;

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "reload-cuts-tunnels",
        sentence: "The edge is reloaded, and worker_shutdown_timeout ends all tunnels of the old \
                   worker in one moment.",
        is_slow: false,
        set_up: reload_cuts_tunnels,
    },
    Scenario {
        name: "reload-lets-tunnels-end",
        sentence: "The edge is reloaded, the old worker keeps its tunnels, and each ends when its \
                   client leaves.",
        is_slow: false,
        set_up: reload_lets_tunnels_end,
    },
    Scenario {
        name: "backend-restarts",
        sentence: "The backend is started anew, and all tunnels end in one moment.",
        is_slow: false,
        set_up: backend_restarts,
    },
];

const TUNNELS: u32 = 20;

/// Tunnels of as many beginnings as there are do not end together by themselves.
const APART: Duration = Duration::from_millis(350);

/// The youngest tunnel lives as long: what is over in less than a second is no tunnel that was cut.
const YOUNGEST: Duration = Duration::from_millis(1200);

fn come_one_by_one(stage: &mut Stage, to: SocketAddr, manner: impl Fn(u32) -> Manner) {
    for number in 0..TUNNELS {
        stage.websocket(to, "/ws/", manner(number));
        stage.later(APART * number);
    }
}

fn reload_cuts_tunnels(stage: &mut Stage) -> Result<(), Error> {
    let backend = stage.backend(Conduct::Strict)?;
    let edge = Hop::new("edge", address::EDGE).to(backend).shutdown_timeout(YOUNGEST);
    let edge = stage.hop(&edge)?;
    come_one_by_one(stage, edge, |_| Manner::Stays);
    stage.event(backend, TUNNELS as usize, Duration::ZERO, Deed::Reload("edge"));
    Ok(())
}

fn reload_lets_tunnels_end(stage: &mut Stage) -> Result<(), Error> {
    let backend = stage.backend(Conduct::Strict)?;
    let edge = stage.hop(&Hop::new("edge", address::EDGE).to(backend))?;
    // Lives of one second to two and a half, which come as often as one another.
    let life =
        |number| Manner::Leaves(Duration::from_millis(1000 + 75 * (u64::from(number) * 7 % 20)));
    come_one_by_one(stage, edge, life);
    stage.event(backend, TUNNELS as usize / 2, Duration::ZERO, Deed::Reload("edge"));
    Ok(())
}

fn backend_restarts(stage: &mut Stage) -> Result<(), Error> {
    let backend = stage.backend(Conduct::Strict)?;
    let edge = stage.hop(&Hop::new("edge", address::EDGE).to(backend))?;
    come_one_by_one(stage, edge, |_| Manner::Stays);
    stage.event(backend, TUNNELS as usize, YOUNGEST, Deed::Restart);
    Ok(())
}
