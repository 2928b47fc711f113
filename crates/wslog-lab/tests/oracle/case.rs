//! One request as it will be sent, and what its sender knows about it.

use wslog_lab::Request;

/// What happens after the request was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// There is an answer; its status line, unless it is one of HTTP/0.9, tells the status.
    Answered,
    /// 101 with the right accept; then the client leaves.
    Opened,
    /// The client leaves when the request has reached the backend: 499.
    Leaves,
    /// The client closes its sending side at that moment: 499.
    HalfCloses,
    /// The request ends in the middle, and the client is gone: 400.
    CutOff,
    /// The request ends in the middle, and the client waits: 408.
    Stalls,
}

/// A request and its truth.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) request: Request,
    /// What goes over the wire, where it is not a whole request.
    pub(crate) bytes: Option<Vec<u8>>,
    /// Method and target, where the request line has them.
    pub(crate) parts: Option<(Vec<u8>, Vec<u8>)>,
    /// What `Protocol` must be written as.
    pub(crate) protocol: &'static str,
    pub(crate) user: Option<Vec<u8>>,
    pub(crate) ending: Ending,
    /// Whether text in it imitates the rest of a line.
    pub(crate) is_forged: bool,
}

impl Case {
    /// A whole request.
    pub(crate) fn new(method: &str, target: impl AsRef<[u8]>, protocol: &'static str) -> Case {
        let request = Request::new(method, &target, protocol);
        let parts = Some((method.as_bytes().to_vec(), target.as_ref().to_vec()));
        Case { parts, protocol, ..Case::of(request) }
    }

    /// A request line of any bytes, with the protocol that must be read from it.
    pub(crate) fn line(line: impl Into<Vec<u8>>, protocol: &'static str) -> Case {
        Case { protocol, ..Case::of(Request::from_line(line)) }
    }

    fn of(request: Request) -> Case {
        Case {
            request,
            bytes: None,
            parts: None,
            protocol: "-",
            user: None,
            ending: Ending::Answered,
            is_forged: false,
        }
    }

    pub(crate) fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Case {
        self.request = self.request.header(name, value);
        self
    }

    pub(crate) fn agent(self, agent: impl AsRef<[u8]>) -> Case {
        self.header("User-Agent", agent)
    }

    pub(crate) fn user(mut self, user: impl AsRef<[u8]>) -> Case {
        self.user = Some(user.as_ref().to_vec()).filter(|user| !user.is_empty());
        self.request = self.request.user(user);
        self
    }

    /// Makes it an opening handshake.
    pub(crate) fn websocket(mut self, key: impl AsRef<[u8]>) -> Case {
        self.request = self.request.websocket(key);
        self
    }

    pub(crate) fn bytes(self, bytes: impl Into<Vec<u8>>) -> Case {
        Case { bytes: Some(bytes.into()), ..self }
    }

    pub(crate) fn parts(self, method: &str, target: &str) -> Case {
        Case { parts: Some((method.into(), target.into())), ..self }
    }

    pub(crate) fn ends(self, ending: Ending) -> Case {
        Case { ending, ..self }
    }

    pub(crate) fn forged(self) -> Case {
        Case { is_forged: true, ..self }
    }

    /// What goes over the wire.
    pub(crate) fn wire(&self) -> Vec<u8> {
        self.bytes.clone().unwrap_or_else(|| self.request.bytes())
    }

    /// A header's value as nginx keeps it: without the spaces around it.
    pub(crate) fn value(&self, name: &str) -> Option<Vec<u8>> {
        let value = self.request.value(name)?;
        let start = value.iter().position(|&byte| byte != b' ').unwrap_or(value.len());
        let end = value.iter().rposition(|&byte| byte != b' ').map_or(start, |last| last + 1);
        Some(value[start..end].to_vec())
    }
}
