//! How a backend treats a request: each way is that of a server people really have.

use crate::handshake::accept;

/// What a request gets that is no opening handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Otherwise {
    /// An answer of this status.
    Status(u16),
    /// Nothing, for as long as the other side waits.
    Hang,
    /// A closed connection, without an answer.
    Close,
}

/// What a backend takes for an opening handshake, and does with everything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conduct {
    /// Opens a WebSocket when there are `Upgrade: websocket` and a key, whatever the protocol.
    Lenient(Otherwise),
    /// Wants `Connection: Upgrade` as well, whatever the protocol. With [`Otherwise::Status`] of
    /// 426 this is what a server on the package `ws` of Node.js does, and with
    /// [`Otherwise::Hang`] what one does that hangs on a `http.createServer()` without a listener
    /// for requests.
    WantsConnection(Otherwise),
    /// To the letter of [RFC 6455 §4.2.1](https://www.rfc-editor.org/rfc/rfc6455#section-4.2.1),
    /// as the package `websockets` of Python: HTTP/1.0 gets 505, any other request without
    /// `Upgrade` and `Connection` 426.
    Strict,
    /// Says nothing to HTTP/1.0 and to whoever does not ask for an upgrade.
    SilentAtHttp10,
    /// Answers 101 to every request with a key, even if nobody asked for an upgrade.
    AlwaysSwitches,
    /// Opens every WebSocket, but for paths that begin with this: there it answers 403, as an
    /// application does that looks at whom it lets in.
    Forbids(&'static str),
    /// Opens a WebSocket with the Sec-WebSocket-Accept of another key, as a cache does that hands
    /// out the answer to somebody else's handshake.
    AcceptsAnother,
    /// Switches to whatever protocol is asked for, which is no WebSocket: an answer without
    /// Sec-WebSocket-Accept, as Docker has for `Upgrade: tcp`.
    SwitchesToOthers,
    /// Treats every request alike, opening handshake or not.
    Every(Otherwise),
}

impl From<Otherwise> for Conduct {
    fn from(otherwise: Otherwise) -> Conduct {
        Conduct::Lenient(otherwise)
    }
}

/// What is done about one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    /// 101 with this Sec-WebSocket-Accept.
    Switch(String),
    /// 101 to this protocol, which has no Sec-WebSocket-Accept.
    SwitchTo(String),
    Otherwise(Otherwise),
}

impl Conduct {
    pub(crate) fn reply(self, head: &[u8]) -> Reply {
        let upgrades = has_token(head, "Upgrade", "websocket");
        let connects = has_token(head, "Connection", "upgrade");
        let line = head.split(|&byte| byte == b'\r').next().unwrap_or_default();
        let target = line.split(|&byte| byte == b' ').nth(1).unwrap_or_default();
        let is_http10 = line.ends_with(b" HTTP/1.0");
        let (is_handshake, otherwise) = match self {
            Conduct::Lenient(otherwise) => (upgrades, otherwise),
            Conduct::WantsConnection(otherwise) => (upgrades && connects, otherwise),
            Conduct::Strict if is_http10 => (false, Otherwise::Status(505)),
            Conduct::Strict => (upgrades && connects, Otherwise::Status(426)),
            Conduct::SilentAtHttp10 => (upgrades && !is_http10, Otherwise::Hang),
            Conduct::AlwaysSwitches => (true, Otherwise::Status(400)),
            Conduct::Forbids(path) => {
                (!target.starts_with(path.as_bytes()), Otherwise::Status(403))
            }
            Conduct::AcceptsAnother => return Reply::Switch(accept("dGhlIHNhbXBsZSBub25jZQ==")),
            Conduct::SwitchesToOthers => return switch_to_other(head),
            Conduct::Every(otherwise) => (false, otherwise),
        };
        let key = values(head, "Sec-WebSocket-Key").next().filter(|_| is_handshake);
        key.map_or(Reply::Otherwise(otherwise), |key| Reply::Switch(accept(key)))
    }
}

fn switch_to_other(head: &[u8]) -> Reply {
    let protocol = values(head, "Upgrade").next();
    let switch = |protocol| Reply::SwitchTo(String::from_utf8_lossy(protocol).into_owned());
    protocol.map_or(Reply::Otherwise(Otherwise::Status(400)), switch)
}

/// The values of all headers of this name.
fn values<'h>(head: &'h [u8], name: &'h str) -> impl Iterator<Item = &'h [u8]> {
    head.split(|&byte| byte == b'\n').filter_map(move |line| {
        let (found, value) = line.split_at_checked(name.len())?;
        let value = value.strip_prefix(b":")?.trim_ascii();
        found.eq_ignore_ascii_case(name.as_bytes()).then_some(value)
    })
}

/// Whether a header's list names this token, in any case of letters.
fn has_token(head: &[u8], name: &str, token: &str) -> bool {
    values(head, name)
        .flat_map(|value| value.split(|&byte| byte == b','))
        .any(|found| found.trim_ascii().eq_ignore_ascii_case(token.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

    fn reply(conduct: Conduct, protocol: &str, headers: &str) -> Reply {
        let head = format!("GET / {protocol}\r\n{headers}Sec-WebSocket-Key: {KEY}\r\n\r\n");
        conduct.reply(head.as_bytes())
    }

    #[test]
    fn ok_each_has_its_own_idea_of_a_handshake() {
        let (both, upgrade) =
            ("upgrade: WebSocket\r\nConnection: a, Upgrade\r\n", "Upgrade: websocket\r\n");
        let hang = Conduct::WantsConnection(Otherwise::Hang);
        let switch = Reply::Switch(accept(KEY));
        let status = |status| Reply::Otherwise(Otherwise::Status(status));
        assert_eq!(reply(Conduct::Strict, "HTTP/1.1", both), switch);
        assert_eq!(reply(Conduct::Strict, "HTTP/1.0", both), status(505));
        assert_eq!(reply(Conduct::Strict, "HTTP/1.1", upgrade), status(426));
        assert_eq!(reply(hang, "HTTP/1.0", both), switch);
        assert_eq!(reply(hang, "HTTP/1.1", upgrade), Reply::Otherwise(Otherwise::Hang));
        assert_eq!(reply(Conduct::SilentAtHttp10, "HTTP/1.1", upgrade), switch);
        assert_eq!(reply(Conduct::AlwaysSwitches, "HTTP/1.0", ""), switch);
        assert_eq!(reply(Conduct::Every(Otherwise::Status(302)), "HTTP/1.1", both), status(302));
        assert_eq!(reply(Otherwise::Status(200).into(), "HTTP/1.0", upgrade), switch);
    }
}
