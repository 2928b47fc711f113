//! Who asked: what tells one client from another.

use serde::{Deserialize, Serialize};

use crate::fingerprint::fingerprint;

/// A client by what it sends with each request, as a hash of 40 bits; 0 where that is not logged.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub(crate) struct Client(u64);

/// How many bits one has.
pub(crate) const CLIENT_BITS: u32 = 40;

impl Client {
    pub(crate) const UNKNOWN: Client = Client(0);

    /// That of a request: its address, its path and its agent.
    pub(crate) fn of(address: &[u8], path: &[u8], agent: &[u8]) -> Client {
        Client((fingerprint(&[address, path, agent]) >> (u64::BITS - CLIENT_BITS)).max(1))
    }

    /// One of this number; `None` if it has more bits.
    pub(crate) fn from_number(number: u64) -> Option<Client> {
        (number >> CLIENT_BITS == 0).then_some(Client(number))
    }

    pub(crate) fn number(self) -> u64 {
        self.0
    }

    pub(crate) fn is_known(self) -> bool {
        self.0 != 0
    }
}
