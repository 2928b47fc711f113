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
    running: Vec<Running>,
}

#[derive(Debug)]
struct Running {
    name: String,
    config: Config,
    nginx: Nginx,
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
        let config = hop.configure(config);
        let nginx = lab.nginx(hop.name(), &config)?;
        let address = nginx.address();
        self.running.push(Running { name: hop.name().to_owned(), config, nginx });
        Ok(address)
    }

    /// Where each hop listens, the outermost first.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.running.iter().rev().map(|hop| hop.nginx.address()).collect()
    }

    /// Has the hop of this name replace its workers, with the configuration it has.
    ///
    /// # Errors
    /// As [`Nginx::reload`]. A hop that there is not does nothing.
    pub fn reload(&mut self, name: &str) -> Result<(), Error> {
        let hop = self.running.iter_mut().find(|hop| hop.name == name);
        hop.map_or(Ok(()), |Running { config, nginx, .. }| nginx.reload(config))
    }

    /// Ends the hops, the outermost first, when each has logged all its requests.
    ///
    /// # Errors
    /// As [`Nginx::stop`].
    pub fn stop(self) -> Result<Vec<StoppedHop>, Error> {
        let mut stopped = Vec::new();
        for Running { name, nginx, .. } in self.running.into_iter().rev() {
            let hop = StoppedHop::new(name, nginx.address(), nginx.prefix().to_owned());
            nginx.stop()?;
            stopped.push(hop);
        }
        Ok(stopped)
    }
}
