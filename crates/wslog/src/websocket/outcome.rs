//! How an opening handshake ended.

use std::fmt;

use serde::{Serialize, Serializer};
use wslog_parse::Status;

/// What became of an opening handshake, from the status of its answer.
///
/// Everything but [`Outcome::Established`] has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// 101: the request became a tunnel.
    Established,
    /// 499: whoever was in front of nginx closed the connection before an answer.
    ClientClosed,
    /// 504: a timer of nginx, or of a proxy behind it, fired.
    GatewayTimeout,
    /// 502: the upstream server refused or broke the connection.
    BadGateway,
    /// 503: nobody there to answer.
    Unavailable,
    /// Any other 4xx.
    Refused,
    /// 2xx or 3xx: answered as an ordinary request.
    NotUpgraded,
    /// Any other 5xx.
    ServerError,
    /// 000: no answer at all.
    NoResponse,
    /// Anything else: `009`, another 1xx, 600 and above.
    Other,
}

impl Outcome {
    /// Every outcome, in the order of their declaration.
    pub const ALL: &[Outcome] = &[
        Outcome::Established,
        Outcome::ClientClosed,
        Outcome::GatewayTimeout,
        Outcome::BadGateway,
        Outcome::Unavailable,
        Outcome::Refused,
        Outcome::NotUpgraded,
        Outcome::ServerError,
        Outcome::NoResponse,
        Outcome::Other,
    ];

    /// The outcome that a status means for an opening handshake.
    pub fn of(status: Status) -> Outcome {
        match status.code() {
            101 => Outcome::Established,
            499 => Outcome::ClientClosed,
            504 => Outcome::GatewayTimeout,
            502 => Outcome::BadGateway,
            503 => Outcome::Unavailable,
            400..=498 => Outcome::Refused,
            200..=399 => Outcome::NotUpgraded,
            500..=599 => Outcome::ServerError,
            0 => Outcome::NoResponse,
            _ => Outcome::Other,
        }
    }

    /// Whether the handshake did not become a tunnel.
    pub fn is_failed(self) -> bool {
        self != Outcome::Established
    }

    /// The word for it, as in reports.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Established => "established",
            Outcome::ClientClosed => "client_closed",
            Outcome::GatewayTimeout => "gateway_timeout",
            Outcome::BadGateway => "bad_gateway",
            Outcome::Unavailable => "unavailable",
            Outcome::Refused => "refused",
            Outcome::NotUpgraded => "not_upgraded",
            Outcome::ServerError => "server_error",
            Outcome::NoResponse => "no_response",
            Outcome::Other => "other",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_every_status_has_one_outcome() {
        for (code, outcome) in [
            (0, Outcome::NoResponse),
            (9, Outcome::Other),
            (100, Outcome::Other),
            (101, Outcome::Established),
            (200, Outcome::NotUpgraded),
            (399, Outcome::NotUpgraded),
            (400, Outcome::Refused),
            (444, Outcome::Refused),
            (499, Outcome::ClientClosed),
            (500, Outcome::ServerError),
            (502, Outcome::BadGateway),
            (503, Outcome::Unavailable),
            (504, Outcome::GatewayTimeout),
            (505, Outcome::ServerError),
            (600, Outcome::Other),
        ] {
            assert_eq!(Outcome::of(Status::from_code(code).unwrap()), outcome, "{code}");
        }
    }
}
