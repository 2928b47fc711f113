//! What is left of a hop.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::formats::LOG_FORMATS;
use crate::access_log::AccessLog;

/// An nginx that has ended, and what it left.
#[derive(Clone, Debug)]
pub struct StoppedHop {
    name: String,
    address: SocketAddr,
    folder: PathBuf,
}

impl StoppedHop {
    pub(super) fn new(name: String, address: SocketAddr, folder: PathBuf) -> StoppedHop {
        StoppedHop { name, address, folder }
    }

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
        AccessLog::new(self.folder.join(format!("logs/{format}.log")))
    }

    /// The error log, at level `info`.
    pub fn error_log(&self) -> PathBuf {
        self.folder.join("error.log")
    }

    /// The names of the formats every hop logs in.
    pub fn formats() -> impl Iterator<Item = &'static str> {
        let declared = LOG_FORMATS.iter().filter_map(|directive| directive.split(' ').nth(1));
        declared.chain(["combined"])
    }

    /// The `log_format` directive of this name; there is none for `combined`, which nginx knows.
    pub fn log_format(name: &str) -> Option<&'static str> {
        LOG_FORMATS.iter().copied().find(|line| line.split(' ').nth(1) == Some(name))
    }
}
