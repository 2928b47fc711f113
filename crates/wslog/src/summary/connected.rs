//! Whether those who connect are clients, or nodes in front of them.

use std::collections::HashSet;

use crate::client::Client;
use crate::diagnosis::peer::MOST_NODES;

/// A node that names no client connects more often than this.
const OFTEN: u64 = 4;

/// Those whose requests came here.
#[derive(Debug, Default)]
pub(super) struct Connected {
    count: u64,
    /// So many were forwarded for a client.
    forwarded: u64,
    /// Of those who name no client; not more of them than tell that these are many.
    addresses: HashSet<u64>,
}

impl Connected {
    /// Who sent each of these.
    pub(super) fn of(clients: impl Iterator<Item = Client>) -> Connected {
        let mut connected = Connected::default();
        clients.for_each(|client| connected.add(client));
        connected
    }

    /// One more request.
    pub(super) fn add(&mut self, client: Client) {
        self.count += 1;
        self.forwarded += u64::from(client.is_forwarded());
        if client.is_known() && !client.is_forwarded() && self.addresses.len() <= MOST_NODES {
            self.addresses.insert(client.address());
        }
    }

    /// Whether somebody else connected for most of them, and says for whom.
    pub(super) fn is_forwarded(&self) -> bool {
        2 * self.forwarded >= self.count
    }

    /// Whether it is known whose requests these are: no balancer has so many nodes.
    pub(super) fn shows_clients(&self) -> bool {
        self.is_forwarded() || self.addresses.len() > MOST_NODES
    }

    /// Whether few connected, each of them often, and for nobody: nodes look like that, and so may clients.
    pub(super) fn may_be_nodes(&self) -> bool {
        !self.shows_clients() && self.count > OFTEN * self.addresses.len() as u64
    }
}
