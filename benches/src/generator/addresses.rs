//! Who is on the network: the balancer's nodes, the two nginx, a monitor, clients that come
//! directly.

use std::fmt::Write as _;

use super::dice::Dice;
use super::entry::Protocol;

/// A `remote_addr`, by its place in [`Addresses`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Address(u16);

/// The edge as the inner nginx sees it.
pub(super) const EDGE: Address = Address(0);
/// What asks a service for its health from inside.
pub(super) const MONITOR: Address = Address(1);

pub(super) const EDGE_NAME: &str = "10.0.21.11";
pub(super) const INNER_NAME: &str = "10.0.20.11";
pub(super) const INNER_SERVICE: &str = "10.0.20.11:8011";
pub(super) const BACKEND: &str = "127.0.0.1:8011";

/// A node of the balancer's shared tier, and what it makes of a request's protocol.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub(super) address: Address,
    pub(super) protocol: Protocol,
}

pub(super) const NODES: [Node; 6] = [
    Node { address: Address(2), protocol: Protocol::Http11 },
    Node { address: Address(3), protocol: Protocol::Http10 },
    Node { address: Address(4), protocol: Protocol::Http11 },
    Node { address: Address(5), protocol: Protocol::Http10 },
    Node { address: Address(6), protocol: Protocol::Http10 },
    Node { address: Address(7), protocol: Protocol::Http11 },
];

const FIXED: [&str; 8] = [
    EDGE_NAME,
    "10.0.9.5",
    "100.97.88.238",
    "100.97.88.252",
    "100.97.88.253",
    "100.97.88.254",
    "100.97.89.10",
    "100.97.89.11",
];

const DIRECT: u16 = 256;

pub(super) struct Addresses {
    names: Vec<String>,
}

impl Addresses {
    pub(super) fn new(dice: &mut Dice) -> Self {
        let mut names: Vec<String> = FIXED.iter().map(|&name| name.to_owned()).collect();
        names.extend((0..DIRECT).map(|client| direct_name(client, dice)));
        Self { names }
    }

    pub(super) fn name(&self, address: Address) -> &str {
        &self.names[usize::from(address.0)]
    }
}

/// One of the clients that do not come through the balancer.
pub(super) fn direct(dice: &mut Dice) -> Address {
    numbered_direct(dice.below(u32::from(DIRECT)))
}

/// One of the few direct clients that speak HTTP/2 and want a WebSocket over it.
pub(super) fn direct_over_http2(dice: &mut Dice) -> Address {
    numbered_direct(dice.below(4))
}

/// The client's own address, as a balancer passes it on.
pub(super) fn push_forwarded_for(out: &mut String, client: u32) {
    // 198.18.0.0/15 is nobody's: it is set aside for benchmarks.
    let [_, second, third, fourth] = client.to_be_bytes();
    // Writing to a String cannot fail.
    let _ = write!(out, "198.{}.{third}.{fourth}", 18 + (second & 1));
}

fn numbered_direct(number: u32) -> Address {
    let fixed = u16::try_from(FIXED.len()).unwrap_or(0);
    Address(fixed + u16::try_from(number).unwrap_or(0))
}

fn direct_name(client: u16, dice: &mut Dice) -> String {
    if client % 8 == 7 {
        return format!("2001:db8:{:x}::{client:x}", dice.below(0xffff));
    }
    // The client's number makes the address unique: two must not share a row in the report.
    format!("203.0.113.{client}")
}
