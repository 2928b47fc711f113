//! Who asked: what tells one client from another.

use serde::{Deserialize, Serialize};

use crate::fingerprint::fingerprint;

/// A client by what it sends with each request: its address (22 bits of a hash), its agent (17), and whether
/// somebody else told its address (1); 0 where that is not logged.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub(crate) struct Client(u64);

/// How many bits one has.
pub(crate) const CLIENT_BITS: u32 = ADDRESS_BITS + AGENT_BITS + 1;

const ADDRESS_BITS: u32 = 22;
const AGENT_BITS: u32 = 17;
const FORWARDED: u64 = 1;

impl Client {
    pub(crate) const UNKNOWN: Client = Client(0);

    /// The client that whoever connected names in `X-Forwarded-For`; the first of several, without its port,
    /// which is another for each connection.
    pub(crate) fn forwarded(addresses: &[u8], agent: &[u8]) -> Client {
        let first = addresses.split(|byte| *byte == b',').next().unwrap_or_default();
        Client::of(without_port(first.trim_ascii()), agent, FORWARDED)
    }

    /// Whoever connected.
    pub(crate) fn connected(address: &[u8], agent: &[u8]) -> Client {
        Client::of(address, agent, 0)
    }

    fn of(address: &[u8], agent: &[u8], flag: u64) -> Client {
        let bits = |text: &[u8], bits: u32| fingerprint(&[text]) >> (u64::BITS - bits);
        let address = bits(address, ADDRESS_BITS).max(1);
        Client((address << AGENT_BITS | bits(agent, AGENT_BITS)) << 1 | flag)
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

    /// Its address, which all agents there share.
    pub(crate) fn address(self) -> u64 {
        self.0 >> (AGENT_BITS + 1)
    }
}

/// An address as proxies write it: `192.0.2.1:4711` and `[2001:db8::1]:4711` have a port.
fn without_port(address: &[u8]) -> &[u8] {
    let is_colon = |byte: &u8| *byte == b':';
    if let Some(inner) = address.strip_prefix(b"[") {
        return inner.split(|byte| *byte == b']').next().unwrap_or(inner);
    }
    match address.iter().filter(|byte| is_colon(byte)).count() {
        1 => address.split(is_colon).next().unwrap_or(address),
        _ => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_one_client_is_the_same_by_whatever_way() {
        let client = |addresses: &str| Client::forwarded(addresses.as_bytes(), b"a");
        for same in ["192.0.2.1", "192.0.2.1:4711", "192.0.2.1, 10.0.0.7", " 192.0.2.1:1,x"] {
            assert_eq!(client(same), client("192.0.2.1"), "{same}");
        }
        for same in ["[2001:db8::1]", "[2001:db8::1]:80", "2001:db8::1"] {
            assert_eq!(client(same), client("2001:db8::1"), "{same}");
        }
        assert_ne!(client("2001:db8::1"), client("2001:db8::2"));
        let other = Client::forwarded(b"192.0.2.1", b"b");
        assert_eq!(client("192.0.2.1").address(), other.address());
        assert_ne!(client("192.0.2.1"), other);
        assert_ne!(client("192.0.2.1"), Client::connected(b"192.0.2.1", b"a"));
        assert!(client("").is_known() && client("").is_forwarded());
        assert!(!Client::connected(b"192.0.2.1", b"a").is_forwarded());
        assert!(!Client::UNKNOWN.is_known());
    }
}
