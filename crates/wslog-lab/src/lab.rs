//! The folder that everything of one test lives in.

use std::mem;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::binary::Binary;
use crate::config::Config;
use crate::error::Error;
use crate::folder::Folder;
use crate::nginx::Nginx;

/// A folder in which [`Nginx`]es run, each in one of its own. A temporary one is removed with the
/// last of them.
#[derive(Debug)]
pub struct Lab {
    folder: Arc<Folder>,
}

impl Lab {
    /// A lab with an empty folder.
    ///
    /// # Errors
    /// [`Error::Io`] when there can be no temporary folder.
    pub fn new() -> Result<Lab, Error> {
        Ok(Lab { folder: Arc::new(Folder::temporary()?) })
    }

    /// A lab in this folder, which is made if it is not there, and stays.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be made.
    pub fn at(folder: &Path) -> Result<Lab, Error> {
        Ok(Lab { folder: Arc::new(Folder::staying(folder)?) })
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
