//! Several nginx, one behind the other or side by side, each a process of its own.
//!
//! A topology is built from the inside out: a backend first, then the hops in front of it, for
//! each has to know where to hand its requests on.

pub(crate) mod formats;
mod forwarding;
mod hop;
mod stopped;

use std::net::SocketAddr;

pub use forwarding::Forwarding;
pub use hop::Hop;
pub use stopped::StoppedHop;

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
            let hop = StoppedHop::new(name, nginx.address(), nginx.prefix().to_owned());
            nginx.stop()?;
            stopped.push(hop);
        }
        Ok(stopped)
    }
}
