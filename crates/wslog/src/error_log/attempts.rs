//! Which servers nginx sent a request on to (`$upstream_addr`).

use std::rc::Rc;

use crate::directory::servers;
use crate::error_log::kept::AddressHash;

/// The servers that were asked, one after the other; none where that is not logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Attempts(Rc<[AddressHash]>);

impl Attempts {
    /// Those of a way's text.
    pub(super) fn of(upstream: &[u8]) -> Attempts {
        Attempts(servers(upstream).map(AddressHash::of).collect())
    }

    pub(super) fn are_logged(&self) -> bool {
        !self.0.is_empty()
    }

    /// Those after which another one was asked, or the same one again.
    pub(super) fn failed(&self) -> &[AddressHash] {
        self.0.split_last().map_or(&[], |(_, before)| before)
    }

    /// Whether it is logged that one was asked, once.
    pub(super) fn are_one(&self) -> bool {
        self.0.len() == 1
    }

    pub(super) fn last(&self) -> Option<AddressHash> {
        self.0.last().copied()
    }

    /// Whether this one may have been the last.
    pub(super) fn may_end_at(&self, server: Option<AddressHash>) -> bool {
        server.zip(self.last()).is_none_or(|(server, last)| server == last)
    }
}
