//! Several nginx, one behind the other or side by side, each a process of its own.
//!
//! A topology is built from the inside out: a backend first, then the hops in front of it, for
//! each has to know where to hand its requests on.

pub(crate) mod formats;
mod forwarding;
mod hop;

use std::net::{Ipv4Addr, SocketAddr};

pub use forwarding::Forwarding;
pub use hop::Hop;

use crate::access_log::AccessLog;
use crate::config::Config;
use crate::error::Error;
use crate::lab::Lab;
use crate::nginx::Nginx;

/// The hops that were started, those that a request passes last in front.
#[derive(Debug, Default)]
pub struct Topology {
    running: Vec<(String, Nginx)>,
}

impl Topology {
    /// Starts a hop in the lab's folder, and says where it listens.
    ///
    /// # Errors
    /// As [`Lab::nginx`].
    pub fn start(&mut self, lab: &Lab, hop: &Hop) -> Result<SocketAddr, Error> {
        let config = Config::new()
            // The offset of the case, as a POSIX rule: no time zone database is needed.
            .time_zone("CST-8")
            .tell_of_clients()
            .access_log("combined");
        let config = formats::LOG_FORMATS
            .iter()
            .fold(config, |config, directive| config.log_format(directive));
        let config = config.http(hop.upstreams()).server_on(hop.address(), &hop.server());
        let nginx = lab.nginx(hop.name(), &config)?;
        let address = nginx.address();
        self.running.push((hop.name().to_owned(), nginx));
        Ok(address)
    }

    /// Where each hop listens, the outermost first.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.running.iter().rev().map(|(_, nginx)| nginx.address()).collect()
    }

    /// Ends the hops, the outermost first, when each has logged all its requests.
    ///
    /// # Errors
    /// As [`Nginx::stop`].
    pub fn stop(self) -> Result<Vec<StoppedHop>, Error> {
        let mut stopped = Vec::new();
        for (name, nginx) in self.running.into_iter().rev() {
            let logs = nginx.prefix().join("logs");
            let error_log = nginx.prefix().join("error.log");
            let address = nginx.address();
            nginx.stop()?;
            stopped.push(StoppedHop { name, address, logs, error_log });
        }
        Ok(stopped)
    }
}

/// An nginx that has ended, and what it left.
#[derive(Clone, Debug)]
pub struct StoppedHop {
    name: String,
    address: SocketAddr,
    logs: std::path::PathBuf,
    error_log: std::path::PathBuf,
}

impl StoppedHop {
    /// Its name in its topology, which is that of its folder.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it listened.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The access log in the format of this name, one of [`StoppedHop::formats`].
    pub fn access_log(&self, format: &str) -> AccessLog {
        AccessLog::new(self.logs.join(format!("{format}.log")))
    }

    /// The error log, at level `info`.
    pub fn error_log(&self) -> &std::path::Path {
        &self.error_log
    }

    /// The names of the formats every hop logs in.
    pub fn formats() -> impl Iterator<Item = &'static str> {
        let declared =
            formats::LOG_FORMATS.iter().filter_map(|directive| directive.split(' ').nth(1));
        declared.chain(["combined"])
    }

    /// The `log_format` directive of this name; there is none for `combined`, which nginx knows.
    pub fn log_format(name: &str) -> Option<&'static str> {
        formats::LOG_FORMATS.iter().copied().find(|line| line.split(' ').nth(1) == Some(name))
    }
}

/// The addresses of the case, moved to loopback.
pub(crate) mod address {
    use super::Ipv4Addr;

    /// The node that keeps HTTP/1.1.
    pub(crate) const GOOD_NODE: Ipv4Addr = Ipv4Addr::new(127, 97, 88, 238);
    /// One that speaks HTTP/1.0.
    pub(crate) const BAD_NODE: Ipv4Addr = Ipv4Addr::new(127, 97, 88, 254);
    /// Another one.
    pub(crate) const OTHER_BAD_NODE: Ipv4Addr = Ipv4Addr::new(127, 97, 88, 252);
    /// The nginx that clients and nodes talk to.
    pub(crate) const EDGE: Ipv4Addr = Ipv4Addr::new(127, 0, 21, 11);
    /// The one behind it, or beside it.
    pub(crate) const INNER: Ipv4Addr = Ipv4Addr::new(127, 0, 20, 11);
}
