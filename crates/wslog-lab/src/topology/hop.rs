//! One nginx on the way: where it listens, and how it hands requests on.

use std::fmt::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::Forwarding;
use crate::config::Config;

/// An nginx to be started, gathered part by part. A load balancer's node is one as well.
#[derive(Clone, Debug)]
pub struct Hop {
    name: String,
    address: Ipv4Addr,
    forwarding: Forwarding,
    read_timeout: Duration,
    locations: String,
    upstreams: String,
    shutdown_timeout: Option<Duration>,
    speaks_http2: bool,
}

impl Hop {
    /// nginx's own `proxy_read_timeout`.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);

    /// A hop that tunnels as it should, with nginx's own timeouts. It is known to those behind it
    /// by the address it listens on.
    pub fn new(name: &str, address: Ipv4Addr) -> Hop {
        Hop {
            name: name.to_owned(),
            address,
            forwarding: Forwarding::TUNNELS,
            read_timeout: Hop::DEFAULT_TIMEOUT,
            locations: String::new(),
            upstreams: String::new(),
            shutdown_timeout: None,
            speaks_http2: false,
        }
    }

    /// How it hands requests on.
    #[must_use]
    pub fn forwarding(self, forwarding: Forwarding) -> Hop {
        Hop { forwarding, ..self }
    }

    /// Its `proxy_read_timeout`.
    #[must_use]
    pub fn read_timeout(self, read_timeout: Duration) -> Hop {
        Hop { read_timeout, ..self }
    }

    /// Its `worker_shutdown_timeout`: how long the tunnels of a worker that is replaced may live.
    #[must_use]
    pub fn shutdown_timeout(self, timeout: Duration) -> Hop {
        Hop { shutdown_timeout: Some(timeout), ..self }
    }

    /// Its port speaks HTTP/2.
    #[must_use]
    pub fn http2(self) -> Hop {
        Hop { speaks_http2: true, ..self }
    }

    /// Hands everything on to there, with something put in front of its path.
    #[must_use]
    pub fn to_path(mut self, next: SocketAddr, path: &str) -> Hop {
        // Writing to a String does not fail.
        let _ = writeln!(self.locations, "location / {{ proxy_pass http://{next}{path}; }}");
        self
    }

    /// Hands everything on to there.
    #[must_use]
    pub fn to(self, next: SocketAddr) -> Hop {
        self.location("/", &[next])
    }

    /// Hands what begins with this path on to there; to the next one when one does not answer.
    #[must_use]
    pub fn location(mut self, path: &str, next: &[SocketAddr]) -> Hop {
        let upstream = match next {
            [one] => one.to_string(),
            several => {
                let name = format!("several_{}", self.upstreams.lines().count());
                let servers = several.iter().map(|server| format!("server {server};"));
                let servers = servers.collect::<Vec<_>>().join(" ");
                // Writing to a String does not fail.
                let _ = writeln!(self.upstreams, "upstream {name} {{ {servers} }}");
                name
            }
        };
        let _ = writeln!(self.locations, "location {path} {{ proxy_pass http://{upstream}; }}");
        self
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Adds what it is to what every hop has.
    pub(crate) fn configure(&self, config: Config) -> Config {
        let timeout = self.shutdown_timeout;
        let timeout = timeout.map(|it| format!("worker_shutdown_timeout {}ms;", it.as_millis()));
        let config = config.main(&timeout.unwrap_or_default()).http(&self.upstreams);
        match self.speaks_http2 {
            true => config.http2_server_on(self.address, &self.server()),
            false => config.server_on(self.address, &self.server()),
        }
    }

    /// The body of its `server` block.
    fn server(&self) -> String {
        let Hop { address, locations, .. } = self;
        format!(
            "server_name {address};\nproxy_bind {address};\nproxy_read_timeout {}ms;\n{}\
             proxy_set_header Host $http_host;\n\
             proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n{locations}",
            self.read_timeout.as_millis(),
            self.forwarding.directives(),
        )
    }
}
