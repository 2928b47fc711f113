//! Who asked: what tells one client from another.

use serde::{Deserialize, Serialize};

use crate::fingerprint::fingerprint;

/// A client by what it sends with each request, as a hash of 39 bits, and by whom its address was told;
/// 0 where that is not logged.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub(crate) struct Client(u64);

/// How many bits one has.
pub(crate) const CLIENT_BITS: u32 = 40;

const FORWARDED: u64 = 1;

/// Who told a client's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// Whoever connected, in `X-Forwarded-For`: it is another one's.
    Forwarded,
    /// Nobody: it is the address that connected.
    Connected,
}

impl Client {
    pub(crate) const UNKNOWN: Client = Client(0);

    /// That of a request: its address and its agent.
    pub(crate) fn of(address: &[u8], agent: &[u8], told: Told) -> Client {
        let hash = fingerprint(&[address, agent]) >> (u64::BITS - CLIENT_BITS);
        let flag = if told == Told::Forwarded { FORWARDED } else { 0 };
        Client(hash.max(FORWARDED << 1) & !FORWARDED | flag)
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

    /// Whether somebody stands between it and who connected.
    pub(crate) fn is_forwarded(self) -> bool {
        self.0 & FORWARDED != 0
    }
}
