//! The names that vantage points are given by whoever knows whose log is whose.

use std::fmt;
use std::path::{Path, PathBuf, absolute};
use std::sync::Arc;

use crate::input::set::set_of;
use crate::input::source::Input;

/// The name of the nginx, or the capture, whose inputs are at a path.
///
/// It comes before whatever a line tells. A name that is the address under which the nginx in front
/// reaches this one also says who sends to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VantageName {
    name: String,
    path: String,
}

/// A text that names no vantage point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected NAME=PATH, like edge=/var/log/edge.log, and no control characters in NAME")]
pub struct NoVantageName;

impl VantageName {
    /// Reads `NAME=PATH`. The name ends at the first `=`.
    ///
    /// # Errors
    /// [`NoVantageName`] where either is missing, or the name has control characters.
    pub fn parse(text: &str) -> Result<VantageName, NoVantageName> {
        let (name, path) = text.split_once('=').ok_or(NoVantageName)?;
        if name.is_empty() || path.is_empty() || name.contains(char::is_control) {
            return Err(NoVantageName);
        }
        Ok(VantageName { name: name.to_owned(), path: path.to_owned() })
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The path, as it was given.
    pub fn path(&self) -> &Path {
        Path::new(&self.path)
    }

    /// Whether it is the name of the input that reports call `input`: the path is the input's own, that
    /// of the log it is a rotated part of, or a folder's that it is in. [`Input::STDIN`] covers standard
    /// input alone.
    pub fn covers(&self, input: &str) -> bool {
        if self.path == Input::STDIN || input == Input::STDIN {
            return self.path == input;
        }
        let path = from_the_root(&self.path);
        let is_part = || from_the_root(&set_of(input)) == path;
        from_the_root(input).starts_with(&path) || is_part()
    }

    /// The name of the first that covers the input.
    pub(crate) fn of(all: &[VantageName], input: &str) -> Option<Arc<str>> {
        let first = all.iter().find(|vantage| vantage.covers(input));
        first.map(|vantage| vantage.name.as_str().into())
    }
}

impl fmt::Display for VantageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name, self.path)
    }
}

/// The path as it would be from anywhere. No link is followed: the file need not be there.
fn from_the_root(path: &str) -> PathBuf {
    absolute(path).unwrap_or_else(|_| path.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(path: &str, input: &str) -> bool {
        VantageName::parse(&format!("edge={path}")).unwrap().covers(input)
    }

    #[test]
    fn ok_a_log_its_rotated_parts_and_what_is_in_a_folder() {
        for (path, input) in [
            ("access.log", "access.log"),
            ("./access.log", "access.log"),
            ("logs//access.log", "./logs/access.log"),
            ("access.log", "access.log.1.gz"),
            ("/v/access.log", "/v/access-20260301.log"),
            ("access.log.1.gz", "access.log.1.gz"),
            ("/v/edge", "/v/edge/access.log.2"),
            ("/v/", "/v/edge/nginx/access.log"),
            (".", "access.log"),
            ("-", "-"),
            ("a=b.log", "a=b.log"),
        ] {
            assert!(covers(path, input), "{path} {input}");
        }
    }

    #[test]
    fn ok_no_other_log() {
        for (path, input) in [
            ("access.log", "error.log"),
            ("access.log.1", "access.log"),
            ("access.log", "logs/access.log"),
            ("/v/edge", "/v/edge2/access.log"),
            ("nginx.1", "nginx.2"),
            ("-", "access.log"),
            (".", "-"),
        ] {
            assert!(!covers(path, input), "{path} {input}");
        }
    }

    #[test]
    fn err_what_is_no_name_or_no_path() {
        for text in ["", "edge", "=a.log", "edge=", "ed\x1bge=a.log", "ed\nge=a.log", "\u{9b}=a"] {
            assert_eq!(VantageName::parse(text), Err(NoVantageName), "{text:?}");
        }
        let vantage = VantageName::parse("東京 1=a=b.log").unwrap();
        assert_eq!((vantage.name(), vantage.path()), ("東京 1", Path::new("a=b.log")));
        assert_eq!(vantage.to_string(), "東京 1=a=b.log");
    }
}
