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
#[error(
    "expected a version of nginx as `nginx -v` or a package has it, like 1.24.0, nginx/1.24.0 or \
     1.24.0-1ubuntu1; of another server, the nginx that it is made from"
)]
pub struct NoNginxVersion;

impl NginxVersion {
    /// From here on nginx proxies WebSockets.
    pub const WEBSOCKETS: NginxVersion = NginxVersion::new(1, 3, 13);
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

    /// Takes `1.24.0`, `nginx/1.24.0` and `openresty/1.25.3.1`, with anything behind a space, and what
    /// packages have behind it: `1.24.0-1ubuntu1`, `1:1.20.1-14.el9`. OpenResty's first three numbers are
    /// nginx's; other servers made from nginx count by themselves.
    fn from_str(text: &str) -> Result<NginxVersion, NoNginxVersion> {
        let text = text.trim();
        let text = text.strip_prefix("nginx version: ").unwrap_or(text);
        let word = text.split_whitespace().next().unwrap_or_default();
        let (numbers, len) = match word.split_once('/') {
            None => (without_epoch(word), 3),
            Some(("nginx", numbers)) => (numbers, 3),
            Some(("openresty", numbers)) => (numbers, 4),
            Some(_) => return Err(NoNginxVersion),
        };
        let end = numbers.find(['-', '+', '~', '_']).unwrap_or(numbers.len());
        let parts = numbers.get(..end).unwrap_or_default().split('.').map(number);
        match parts.collect::<Option<Vec<u16>>>().as_deref() {
            Some(&[major, minor, patch]) => Ok(NginxVersion { major, minor, patch }),
            Some(&[major, minor, patch, _]) if len == 4 => Ok(NginxVersion { major, minor, patch }),
            _ => Err(NoNginxVersion),
        }
    }
}

/// Without what packages put in front of a version: `1:`.
fn without_epoch(version: &str) -> &str {
    match version.split_once(':') {
        Some((epoch, behind)) if number(epoch).is_some() => behind,
        _ => version,
    }
}

fn number(text: &str) -> Option<u16> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
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
    fn ok_packages_and_openresty_say_it_in_their_ways() {
        for text in [
            "nginx/1.24.0",
            "1.24.0-1ubuntu1",
            "1.24.0-2ubuntu7.1",
            "1.24.0+dfsg-1",
            "1.24.0-1~jammy",
            "1:1.24.0-14.el9",
            "1.24.0-alpine",
            "nginx/1.24.0 (nginx-plus-r30)",
            "nginx version: nginx/1.24.0 (Ubuntu)",
            "openresty/1.24.0.2",
            "nginx version: openresty/1.24.0.2\n",
            "openresty/1.24.0.2-1~jammy1",
        ] {
            let version = text.parse::<NginxVersion>().map(|it| it.to_string());
            assert_eq!(version.as_deref(), Ok("1.24.0"), "{text}");
        }
    }

    #[test]
    fn err_what_is_no_version() {
        for text in [
            "",
            "1",
            "1.24",
            "1.x.0",
            "1.24.0.1",
            "-1.2.3",
            "+1.2.3",
            "1.24.0a",
            "99999.1.1",
            "x:1.24.0",
            "nginx/",
            "nginx/1.24.0.1",
            "nginx/nginx/1.24.0",
            "openresty/1.25",
            "openresty/1.25.3.x",
            "Tengine/2.4.1",
            "freenginx/1.26.0",
            "Angie/1.5.0",
            "latest",
        ] {
            assert_eq!(text.parse::<NginxVersion>(), Err(NoNginxVersion), "{text}");
        }
    }
}
