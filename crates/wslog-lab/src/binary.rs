//! Which nginx is started.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// Where distributions put it, often outside an ordinary user's `PATH`.
const USUAL: &str = "/usr/sbin/nginx";

/// An nginx that can be run.
#[derive(Clone, Debug)]
pub struct Binary {
    path: PathBuf,
}

impl Binary {
    /// The one that the environment variable `NGINX` names, else `nginx` in `PATH`, else
    /// `/usr/sbin/nginx`.
    ///
    /// # Errors
    /// [`Error::NoNginx`], which says how to install it.
    pub fn find() -> Result<Binary, Error> {
        if let Some(named) = env::var_os("NGINX").filter(|name| !name.is_empty()) {
            return Binary::at(named);
        }
        let folders = env::var_os("PATH").unwrap_or_default();
        let candidates = env::split_paths(&folders).map(|folder| folder.join("nginx"));
        match candidates.chain([USUAL.into()]).find(|path| path.is_file()) {
            Some(path) => Ok(Binary { path }),
            None => Err(Error::NoNginx { at: format!("in PATH or at {USUAL}") }),
        }
    }

    /// This one.
    ///
    /// # Errors
    /// [`Error::NoNginx`] when there is no such file.
    pub fn at(path: impl Into<OsString>) -> Result<Binary, Error> {
        let path = PathBuf::from(path.into());
        match path.is_file() {
            true => Ok(Binary { path }),
            false => Err(Error::NoNginx { at: format!("at {}", path.display()) }),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn err_a_missing_nginx_says_how_to_install_it() {
        let error = Binary::at("/no/such/nginx").unwrap_err().to_string();
        assert!(error.contains("/no/such/nginx"), "{error}");
        assert!(error.contains("apt-get install nginx-light"), "{error}");
    }
}
