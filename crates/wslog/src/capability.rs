//! What a log can tell about handshakes, by the variables its lines show.

use wslog_parse::{Variable, VariableSet};

/// Something that can be told from a log that shows certain variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Capability {
    /// How a handshake ended; nothing is counted without.
    Status,
    /// Every handshake, and the same one at several places.
    Key,
    /// Whether the Upgrade header arrived.
    Upgrade,
    /// HTTP/1.0 downgrades.
    Protocol,
    /// How long requests took: the mark, tunnels' lives, starts.
    Duration,
    /// How long a handshake took to be answered.
    Latency,
    /// Who connected: nodes of a load balancer.
    Node,
    /// Which upstream server was asked.
    Upstream,
}

impl Capability {
    /// All of them.
    pub const ALL: &[Capability] = &[
        Capability::Status,
        Capability::Key,
        Capability::Upgrade,
        Capability::Protocol,
        Capability::Duration,
        Capability::Latency,
        Capability::Node,
        Capability::Upstream,
    ];

    /// The word for it, as in reports.
    pub fn name(self) -> &'static str {
        match self {
            Capability::Status => "status",
            Capability::Key => "key",
            Capability::Upgrade => "upgrade",
            Capability::Protocol => "protocol",
            Capability::Duration => "duration",
            Capability::Latency => "latency",
            Capability::Node => "node",
            Capability::Upstream => "upstream",
        }
    }

    /// The variables that give it; any one is enough.
    pub fn variables(self) -> &'static [Variable] {
        match self {
            Capability::Status => &[Variable::Status],
            Capability::Key => &[Variable::HttpSecWebsocketKey],
            Capability::Upgrade => &[Variable::HttpUpgrade],
            Capability::Protocol => &[Variable::Request, Variable::ServerProtocol],
            Capability::Duration => &[Variable::RequestTime],
            Capability::Latency => &[Variable::UpstreamHeaderTime],
            Capability::Node => &[Variable::RemoteAddr],
            Capability::Upstream => &[Variable::UpstreamAddr],
        }
    }

    /// What cannot be told without it.
    pub fn without(self) -> &'static str {
        match self {
            Capability::Status => "no handshake is counted",
            Capability::Key => {
                "failed handshakes are found only on paths that show a 101, and none can be \
                 followed from hop to hop"
            }
            Capability::Upgrade => "whether the Upgrade header arrived is not known",
            Capability::Protocol => "HTTP/1.0 downgrades cannot be seen",
            Capability::Duration => "nothing can be said of the mark, of timers, of tunnels' lives",
            Capability::Latency => {
                "a handshake's latency is not known, nor whether a 504 was this nginx's own"
            }
            Capability::Node => "no node can be named",
            Capability::Upstream => "no upstream server can be named",
        }
    }

    /// Whether lines that show these variables give it.
    pub fn is_given_by(self, variables: VariableSet) -> bool {
        self.variables().iter().any(|&variable| variables.contains(variable))
    }
}
