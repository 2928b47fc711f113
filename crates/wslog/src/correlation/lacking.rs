//! What a request lacked at one vantage point, and which others showed it.

/// What a handshake needs from end to end (RFC 6455 §4.1), and what lines show of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Needed {
    /// HTTP/1.1 or higher.
    Protocol,
    /// An `Upgrade` that names `websocket`.
    Upgrade,
}

impl Needed {
    pub(crate) const ALL: [Needed; 2] = [Needed::Protocol, Needed::Upgrade];
}

/// Sightings at one vantage point that lacked the same, and were seen elsewhere at the same vantage
/// points.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Lacking {
    pub(super) needed: Needed,
    pub(super) vantage: u32,
    /// Where else the request was under way then and shows it, each with whether it had it there;
    /// sorted.
    elsewhere: Vec<(u32, bool)>,
    /// Where else its key was seen, but not then: by another request, or by a clock that differs; sorted.
    astray: Vec<u32>,
}

impl Lacking {
    pub(super) fn new(
        needed: Needed,
        vantage: u32,
        mut elsewhere: Vec<(u32, bool)>,
        mut astray: Vec<u32>,
    ) -> Lacking {
        elsewhere.sort_unstable();
        elsewhere.dedup();
        astray.sort_unstable();
        astray.dedup();
        Lacking { needed, vantage, elsewhere, astray }
    }

    pub(super) fn astray(&self) -> &[u32] {
        &self.astray
    }

    pub(super) fn elsewhere(&self) -> &[(u32, bool)] {
        &self.elsewhere
    }

    /// Without that nothing can be proven.
    pub(super) fn is_seen_elsewhere(&self) -> bool {
        !self.elsewhere.is_empty()
    }
}
