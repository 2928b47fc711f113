//! Which servers nginx sent a request on to (`$upstream_addr`).

use crate::error_log::kept::AddressHash;

/// The servers that were asked, one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Attempts {
    NotLogged,
    One(AddressHash),
    Several(Box<[AddressHash]>),
}

impl Attempts {
    /// All of them in their order; none where they are not logged.
    fn all(&self) -> &[AddressHash] {
        match self {
            Attempts::NotLogged => &[],
            Attempts::One(server) => std::slice::from_ref(server),
            Attempts::Several(servers) => servers,
        }
    }

    /// Those after which another one was asked, or the same one again.
    pub(super) fn failed(&self) -> &[AddressHash] {
        self.all().split_last().map_or(&[], |(_, before)| before)
    }

    pub(super) fn last(&self) -> Option<AddressHash> {
        self.all().last().copied()
    }

    /// Whether this one may have been the last.
    pub(super) fn may_end_at(&self, server: Option<AddressHash>) -> bool {
        server.zip(self.last()).is_none_or(|(server, last)| server == last)
    }
}
