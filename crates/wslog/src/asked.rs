//! What a request asked for, so far as its line shows it: for an error log, which tells requests by that.

use serde::{Deserialize, Serialize};

use crate::fingerprint::fingerprint;

/// The target of a request as the client sent it, with its query (RFC 9112, section 3.2), as a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Target(u64);

impl Target {
    pub(crate) fn of(target: &[u8]) -> Target {
        Target(fingerprint(&[target]))
    }

    /// The one with this hash.
    pub(crate) fn from_hash(hash: u64) -> Target {
        Target(hash)
    }

    pub(crate) fn hash(self) -> u64 {
        self.0
    }
}

const ANSWERED: u32 = 1;

/// How many bits the server has, with the one for [`Asked::is_answered`].
pub(crate) const SERVER_BITS: u32 = 24;

/// What a GET asked for, and of which server, as hashes of 32 and 23 bits; and whether it is known that its
/// server answered. 0 stands for what is not shown.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub(crate) struct Asked {
    target: u32,
    /// Above the bit for [`Asked::is_answered`].
    server: u32,
}

impl Asked {
    /// Of a request of which nothing is shown, or that is no GET.
    pub(crate) const UNKNOWN: Asked = Asked { target: 0, server: 0 };

    /// Of a GET: its target, and the name of the server that was asked (`$server_name`).
    pub(crate) fn new(target: Target, server: Option<&[u8]>) -> Asked {
        let server = server.filter(|name| !name.is_empty());
        let server = server.map_or(0, |name| {
            (short(fingerprint(&[name])) >> (u32::BITS - SERVER_BITS)).max(2) & !ANSWERED
        });
        Asked { target: short(target.hash()), server }
    }

    /// One of these numbers, if the second has no more bits than it may.
    pub(crate) fn from_numbers(target: u32, server: u32) -> Option<Asked> {
        (server >> SERVER_BITS == 0).then_some(Asked { target, server })
    }

    /// The same, if its server has no more bits than it may: from elsewhere it comes as it likes.
    pub(crate) fn checked(self) -> Option<Asked> {
        Asked::from_numbers(self.target, self.server)
    }

    /// Its target, and its server in [`SERVER_BITS`].
    pub(crate) fn numbers(self) -> (u32, u32) {
        (self.target, self.server)
    }

    /// The same of a request whose last server is known to have answered.
    pub(crate) fn answered(self) -> Asked {
        Asked { server: self.server | ANSWERED, ..self }
    }

    /// Whether the last server that was asked is known to have answered.
    pub(crate) fn is_answered(self) -> bool {
        self.server & ANSWERED != 0
    }

    /// Whether it is known what was asked for.
    pub(crate) fn is_known(self) -> bool {
        self.target != 0
    }

    /// The name of the server that was asked, by its hash; 0 where it is not known.
    pub(crate) fn server(self) -> u32 {
        self.server & !ANSWERED
    }

    /// The same of any server.
    pub(crate) fn anywhere(self) -> Asked {
        Asked { server: 0, ..self }
    }

    /// Whether nothing speaks against it being the same.
    pub(crate) fn may_be(self, other: Asked) -> bool {
        let servers = [self.server(), other.server()];
        let is_same_server = servers.contains(&0) || servers[0] == servers[1];
        self.target == other.target && is_same_server
    }
}

/// The first bits of a hash; never 0.
fn short(hash: u64) -> u32 {
    u32::try_from(hash >> 32).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_what_is_not_shown_speaks_against_nothing() {
        let asked = |target: &str, server: &str| {
            Asked::new(Target::of(target.as_bytes()), Some(server.as_bytes()))
        };
        assert!(asked("/ws?a", "a").may_be(asked("/ws?a", "a")));
        assert!(asked("/ws?a", "a").may_be(asked("/ws?a", "")));
        assert!(!asked("/ws?a", "a").may_be(asked("/ws?a", "b")));
        assert!(!asked("/ws?a", "a").may_be(asked("/ws?b", "a")));
        // The first 16 bits of their hashes are the same.
        assert!(!asked("/ws?t=b000000", "").may_be(asked("/ws?t=b037244", "")));
        assert!(asked("", "").is_known());
        assert!(!Asked::UNKNOWN.is_known());
        let answered = asked("/ws?a", "a").answered();
        assert!(answered.is_answered() && answered.may_be(asked("/ws?a", "a")));
        assert_eq!(answered.anywhere(), asked("/ws?a", "").anywhere());
        assert!(!asked("/ws?a", "a").is_answered());
        assert_eq!(asked("/ws?a", "").answered().server(), 0);
    }
}
