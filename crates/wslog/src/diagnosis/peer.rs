//! Peers: the nodes in front of an nginx, or the upstream servers behind it.

use wslog_parse::{Protocol, Status};

use crate::diagnosis::UpstreamCell;
use crate::diagnosis::fisher::Group;

/// Where more addresses connect than this they are taken for clients: a balancer has few nodes.
pub(crate) const MOST_NODES: usize = 32;

/// What peers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PeerKind {
    Node,
    Upstream,
}

impl PeerKind {
    /// Whether a sighting counts where these are compared: what other findings explain does not.
    pub(crate) fn counts(self, protocol: Protocol, status: Status) -> bool {
        let is_down = matches!(status.code(), 502 | 503);
        protocol != Protocol::HTTP_10 && !(self == PeerKind::Upstream && is_down)
    }

    /// Whether this is the address of one: a request may have been sent on to none.
    pub(crate) fn is_peer(self, address: &str) -> bool {
        self == PeerKind::Node || !["", "-"].contains(&address)
    }

    /// The peer of this kind by way of which sightings came, where they are compared by it.
    pub(crate) fn peer_of(self, cell: &UpstreamCell) -> Option<&str> {
        let address = match self {
            PeerKind::Node => cell.remote_addr.as_str(),
            PeerKind::Upstream => cell.upstream_addr.as_str(),
        };
        (self.counts(cell.protocol, cell.status) && self.is_peer(address)).then_some(address)
    }
}

/// One of several peers at a vantage point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Peer<'a> {
    pub(crate) vantage: &'a str,
    pub(crate) kind: PeerKind,
    pub(crate) address: &'a str,
}

impl Peer<'_> {
    /// Those it is one of.
    pub(crate) fn group(&self) -> (&str, PeerKind) {
        (self.vantage, self.kind)
    }
}

/// A peer that fails more handshakes than the others, looked at client by client.
#[derive(Clone, Debug)]
pub(crate) struct PeerRow {
    pub(crate) vantage: String,
    pub(crate) kind: PeerKind,
    pub(crate) address: String,
    pub(crate) compared: Compared,
}

/// What became of that.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Compared {
    /// Whose handshakes these are is not known.
    Not,
    /// They are no peers: clients' own addresses, or servers of which the log shows another part.
    Unlike,
    /// By whose they are, of one path and time.
    ByClient {
        own: Group,
        others: Group,
        /// How many addresses of clients failed by way of it.
        failing: u64,
        /// How many addresses are left out: they never get through, where most do.
        stuck: u64,
        /// How likely chance alone makes that difference.
        p: f64,
        /// How many times as often the own ones fail.
        ratio: f64,
    },
}
