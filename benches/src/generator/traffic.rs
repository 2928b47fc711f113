//! Ordinary traffic: what people and machines ask for beside handshakes.
//!
//! A reader keeps a bounded number of paths on which a GET failed, so requests that fail draw
//! their paths from small sets; those that succeed may ask for anything.

mod browsing;
mod machines;

use super::dice::Dice;
use super::entry::Entry;
use super::junk;

/// Which nginx see a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    Edge,
    Inner,
    /// The edge passes it on.
    Both,
}

/// Fills an entry and says where it is logged.
type Draw = fn(&mut Entry, u64, &mut Dice) -> Route;

/// Shares in 10,000.
const MIX: [(u32, Draw); 13] = [
    (3_650, browsing::asset),
    (2_900, browsing::api_call),
    (1_500, browsing::page),
    (380, browsing::polling),
    (600, machines::health_check),
    (100, machines::health_check_inside),
    (780, machines::bot),
    (40, machines::probe),
    (3, machines::attach),
    (10, machines::path_scan),
    (20, |entry, now, dice| at_edge(junk::refused, entry, now, dice)),
    (12, |entry, now, dice| at_edge(junk::client_hello, entry, now, dice)),
    (5, |entry, now, dice| at_edge(junk::simple_request, entry, now, dice)),
];

/// One request that ends at `now`, milliseconds since the epoch.
pub(super) fn draw(entry: &mut Entry, now: u64, dice: &mut Dice) -> Route {
    dice.weighted(&MIX)(entry, now, dice)
}

fn at_edge(
    fill: fn(&mut Entry, u64, &mut Dice),
    entry: &mut Entry,
    now: u64,
    dice: &mut Dice,
) -> Route {
    fill(entry, now, dice);
    Route::Edge
}
