//! What an nginx makes of a request's protocol and of its `Upgrade` when it hands it on
//! ([WebSocket proxying](https://nginx.org/en/docs/http/websocket.html)).

/// The three directives that decide whether a handshake survives a hop. A header that is not set
/// is what nginx makes of it: `Upgrade` is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forwarding {
    /// `proxy_http_version`. It is always written: before nginx 1.29.7 no directive means 1.0,
    /// since then 1.1, and a scenario has to be the same with both.
    pub version: &'static str,
    /// The value of `proxy_set_header Upgrade`.
    pub upgrade: Option<&'static str>,
    /// The value of `proxy_set_header Connection`.
    pub connection: &'static str,
}

impl Forwarding {
    /// As nginx's documentation has it, and as the load balancer's good nodes do it.
    pub const TUNNELS: Forwarding =
        Forwarding { version: "1.1", upgrade: Some("$http_upgrade"), connection: "\"Upgrade\"" };
    /// HTTP/1.0, but both headers arrive: a downgrade that breaks nothing by itself. It is also
    /// what `proxy_http_version` forgotten does before nginx 1.29.7.
    pub const HTTP10_PASSES: Forwarding = Forwarding { version: "1.0", ..Forwarding::TUNNELS };
    /// HTTP/1.0 and `Connection: close`, but `Upgrade` arrives.
    pub const HTTP10_CLOSES: Forwarding =
        Forwarding { connection: "close", ..Forwarding::HTTP10_PASSES };
    /// HTTP/1.0 without `Upgrade`: what nginx does before 1.29.7 when it is told nothing.
    /// The other headers of the handshake go through, the key among them.
    pub const HTTP10_STRIPS: Forwarding = Forwarding { upgrade: None, ..Forwarding::HTTP10_CLOSES };
    /// HTTP/1.1, but no `Upgrade`.
    pub const NO_UPGRADE: Forwarding = Forwarding { upgrade: None, ..Forwarding::TUNNELS };
    /// HTTP/1.1 with `Upgrade`, but no `Connection` that names it.
    pub const NO_CONNECTION: Forwarding = Forwarding { connection: "close", ..Forwarding::TUNNELS };
    /// `Upgrade: websocket` for every request, asked for or not.
    pub const UPGRADES_ALL: Forwarding =
        Forwarding { upgrade: Some("websocket"), ..Forwarding::TUNNELS };

    /// The directives.
    pub(crate) fn directives(self) -> String {
        let Forwarding { version, upgrade, connection } = self;
        let upgrade = upgrade.map(|value| format!("proxy_set_header Upgrade {value};\n"));
        format!(
            "proxy_http_version {version};\n{}proxy_set_header Connection {connection};\n",
            upgrade.unwrap_or_default()
        )
    }
}
