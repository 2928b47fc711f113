//! How a handshake can end, and what each of the two nginx then logs.
//!
//! The pairs of statuses are those a chain of real nginx was seen to write for each cause.

use super::dice::Dice;
use super::entry::Protocol;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Established,
    /// A 101 over HTTP/2 that no client can use.
    Useless,
    /// Nobody answers, and the balancer's timer fires.
    CutByBalancer,
    /// Nobody answers, and the edge's own timer is as long as the balancer's.
    CutByEdge,
    /// The client leaves first.
    GivenUp,
    /// The timer of the inner nginx fires.
    CutByInner,
    BackendDown,
    BackendUnavailable,
    BackendFails,
    Refused,
    /// The edge says no by itself.
    RefusedAtEdge,
    NotUpgraded,
    /// The edge answers from a file.
    NotUpgradedAtEdge,
    /// The backend speaks something that is not HTTP.
    Gibberish,
}

/// What is logged at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ending {
    /// Milliseconds; for a 101 the life of the tunnel.
    pub(super) request_time: u64,
    pub(super) at_edge: u16,
    /// None when the edge did not ask the inner nginx.
    pub(super) at_inner: Option<u16>,
}

const AS_HTTP11: [(u32, Fate); 12] = [
    (8_400, Fate::Established),
    (150, Fate::CutByBalancer),
    (60, Fate::CutByEdge),
    (350, Fate::GivenUp),
    (80, Fate::CutByInner),
    (150, Fate::BackendDown),
    (120, Fate::BackendUnavailable),
    (70, Fate::BackendFails),
    (300, Fate::Refused),
    (150, Fate::RefusedAtEdge),
    (160, Fate::NotUpgraded),
    (10, Fate::Gibberish),
];

/// `Upgrade` is lost more often than not, and the backend is silent without it.
const AS_HTTP10: [(u32, Fate); 10] = [
    (2_200, Fate::Established),
    (5_200, Fate::CutByBalancer),
    (500, Fate::CutByEdge),
    (900, Fate::GivenUp),
    (100, Fate::CutByInner),
    (100, Fate::BackendDown),
    (600, Fate::Refused),
    (150, Fate::RefusedAtEdge),
    (200, Fate::NotUpgraded),
    (50, Fate::NotUpgradedAtEdge),
];

/// Lives of tunnels in milliseconds, from a page that is left at once to a dashboard on a wall.
const LIVES: [(u64, u64); 6] = [
    (1, 50),
    (50, 1_000),
    (1_000, 58_000),
    (60_000, 60_019),
    (62_000, 1_800_000),
    (1_800_000, 26_000_000),
];

/// Just inside and just outside of the tolerance around the mark, in milliseconds.
const BORDERS: [u64; 4] = [58_999, 59_000, 61_000, 61_001];

impl Fate {
    pub(super) fn draw(protocol: Protocol, dice: &mut Dice) -> Self {
        match protocol {
            Protocol::Http20 => Self::Useless,
            Protocol::Http10 => dice.weighted(&AS_HTTP10),
            _ => dice.weighted(&AS_HTTP11),
        }
    }

    pub(super) fn is_established(self) -> bool {
        matches!(self, Self::Established | Self::Useless)
    }

    pub(super) fn ending(self, dice: &mut Dice) -> Ending {
        match self {
            Self::Established => both(101, life(dice)),
            Self::Useless => both(101, dice.between(1, 3)),
            Self::CutByBalancer => {
                split(499, dice.weighted(&[(12, 499), (2, 504)]), near_mark(dice))
            }
            Self::CutByEdge => split(504, dice.weighted(&[(12, 499), (2, 504)]), near_mark(dice)),
            Self::GivenUp => both(499, dice.between(40, 58_000)),
            Self::CutByInner => both(504, dice.pick(&[3_001, 30_000, 30_002])),
            Self::BackendDown => both(502, dice.between(0, 4)),
            Self::BackendUnavailable => both(503, dice.between(1, 30)),
            Self::BackendFails => both(500, dice.between(2, 900)),
            Self::Refused => both(refusal(dice), dice.between(1, 12)),
            Self::RefusedAtEdge => at_edge(dice.pick(&[400, 403, 404]), 0),
            Self::NotUpgraded => both(dice.pick(&[200, 200, 302]), dice.between(1, 40)),
            Self::NotUpgradedAtEdge => at_edge(200, 0),
            Self::Gibberish => split(499, 9, dice.between(900, 9_000)),
        }
    }
}

fn both(status: u16, request_time: u64) -> Ending {
    split(status, status, request_time)
}

fn split(at_edge: u16, at_inner: u16, request_time: u64) -> Ending {
    Ending { request_time, at_edge, at_inner: Some(at_inner) }
}

fn at_edge(status: u16, request_time: u64) -> Ending {
    Ending { request_time, at_edge: status, at_inner: None }
}

fn refusal(dice: &mut Dice) -> u16 {
    dice.weighted(&[(4, 426), (3, 400), (2, 403), (2, 404)])
}

fn life(dice: &mut Dice) -> u64 {
    let (shortest, longest) = dice.pick(&LIVES);
    dice.between(shortest, longest)
}

/// A timer of 60 s was measured to fire between these.
fn near_mark(dice: &mut Dice) -> u64 {
    if dice.one_in(40) { dice.pick(&BORDERS) } else { dice.between(59_998, 60_019) }
}
