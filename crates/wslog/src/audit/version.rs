//! The version of an nginx.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// The version of an nginx, such as `1.24.0`; later ones are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NginxVersion {
    major: u16,
    minor: u16,
    patch: u16,
}

/// A text that is no version of nginx.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a version of nginx as `nginx -v` prints it, like 1.24.0")]
pub struct NoNginxVersion;

impl NginxVersion {
    /// From here on nginx speaks HTTP/1.1 to upstream servers unless it is told otherwise, and sends no
    /// `Connection` of its own.
    pub const HTTP_11_TO_UPSTREAMS: NginxVersion = NginxVersion::new(1, 29, 7);
    /// From here on an `http2` listener without TLS speaks HTTP/1.1 as well.
    pub const HTTP_11_BESIDE_HTTP_2: NginxVersion = NginxVersion::new(1, 25, 1);
    /// From here on a request over HTTP/2 that asks for an upgrade is answered 400.
    pub const NO_UPGRADE_OVER_HTTP_2: NginxVersion = NginxVersion::new(1, 31, 0);

    const fn new(major: u16, minor: u16, patch: u16) -> NginxVersion {
        NginxVersion { major, minor, patch }
    }
}

impl FromStr for NginxVersion {
    type Err = NoNginxVersion;

    /// Takes `1.24.0`, and `nginx/1.24.0` with anything behind a space.
    fn from_str(text: &str) -> Result<NginxVersion, NoNginxVersion> {
        let text = text.trim().trim_start_matches("nginx version: ").trim_start_matches("nginx/");
        let numbers = text.split_once(' ').map_or(text, |(numbers, _)| numbers);
        let mut parts = numbers.split('.').map(|part| part.parse().map_err(|_| NoNginxVersion));
        let mut next = || parts.next().ok_or(NoNginxVersion)?;
        let (major, minor, patch) = (next()?, next()?, next()?);
        match parts.next() {
            None => Ok(NginxVersion { major, minor, patch }),
            Some(_) => Err(NoNginxVersion),
        }
    }
}

impl fmt::Display for NginxVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl Serialize for NginxVersion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_versions_are_ordered_by_their_numbers() {
        let version = |text: &str| text.parse::<NginxVersion>();
        assert!(version("1.9.15").unwrap() < version("1.24.0").unwrap());
        assert_eq!(version("nginx/1.22.1 (Ubuntu)"), version("1.22.1"));
        assert_eq!(version("nginx version: nginx/1.29.7"), Ok(NginxVersion::HTTP_11_TO_UPSTREAMS));
        assert_eq!(version("1.24.0").map(|it| it.to_string()), Ok("1.24.0".to_owned()));
    }

    #[test]
    fn err_what_is_no_version() {
        for text in ["", "1", "1.24", "1.x.0", "1.24.0.1", "-1.2.3", "1.24.0-rc1", "99999.1.1"] {
            assert_eq!(text.parse::<NginxVersion>(), Err(NoNginxVersion), "{text}");
        }
    }
}
