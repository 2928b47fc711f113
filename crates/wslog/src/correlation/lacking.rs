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

/// Another vantage point that may have sent the request on, and shows whether it had what it lacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Elsewhere {
    pub(super) vantage: u32,
    pub(super) had: bool,
    /// Whether its own line says that it sent it there, and both saw it once.
    pub(super) is_told: bool,
}

/// Sightings at one vantage point that lacked the same, and were seen elsewhere at the same vantage
/// points.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Lacking {
    pub(super) needed: Needed,
    pub(super) vantage: u32,
    /// Where else the request was under way then and shows it; sorted.
    elsewhere: Vec<Elsewhere>,
    /// Where else the request may have passed: its key was seen there, but not then, as by another request
    /// or by a clock that differs, or what is needed is not shown there; sorted.
    unclear: Vec<u32>,
}

impl Lacking {
    pub(super) fn new(
        needed: Needed,
        vantage: u32,
        mut elsewhere: Vec<Elsewhere>,
        mut unclear: Vec<u32>,
    ) -> Lacking {
        elsewhere.sort_unstable();
        elsewhere.dedup();
        unclear.sort_unstable();
        unclear.dedup();
        Lacking { needed, vantage, elsewhere, unclear }
    }

    pub(super) fn unclear(&self) -> &[u32] {
        &self.unclear
    }

    pub(super) fn elsewhere(&self) -> &[Elsewhere] {
        &self.elsewhere
    }

    /// Without that nothing can be proven.
    pub(super) fn is_seen_elsewhere(&self) -> bool {
        !self.elsewhere.is_empty()
    }
}
