//! The folder that everything of one test lives in.

use std::mem;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;

use crate::binary::Binary;
use crate::config::Config;
use crate::error::Error;
use crate::nginx::Nginx;

/// A temporary folder, removed with the last of its [`Nginx`].
#[derive(Debug)]
pub struct Lab {
    folder: Arc<TempDir>,
}

impl Lab {
    /// A lab with an empty folder.
    ///
    /// # Errors
    /// [`Error::Io`] when there can be no temporary folder.
    pub fn new() -> Result<Lab, Error> {
        let folder = tempfile::Builder::new().prefix("wslog-lab-").tempdir();
        let folder = folder.map_err(Error::io("make a temporary folder"))?;
        Ok(Lab { folder: Arc::new(folder) })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Leaves the folder where it is when the lab ends, to be looked at.
    pub fn keep(&self) -> PathBuf {
        mem::forget(Arc::clone(&self.folder));
        self.path().to_owned()
    }

    /// Starts the nginx of this machine ([`Binary::find`]) in a folder of this name, and waits
    /// until it serves. After one of this name was stopped, it is the same one started again: on
    /// other ports, but with the logs of the other.
    ///
    /// # Errors
    /// [`Error::NoNginx`]; [`Error::Nginx`] with its own words when it does not come up.
    pub fn nginx(&self, name: &str, config: &Config) -> Result<Nginx, Error> {
        self.nginx_of(&Binary::find()?, name, config)
    }

    /// The same with an nginx of one's own choice.
    ///
    /// # Errors
    /// [`Error::Nginx`] with its own words when it does not come up.
    pub fn nginx_of(&self, binary: &Binary, name: &str, config: &Config) -> Result<Nginx, Error> {
        Nginx::start(binary, &self.folder, name, config)
    }
}
