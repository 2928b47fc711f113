//! Two ends of a TCP connection, and what can be seen of them on the wire.

use std::net::SocketAddr;

/// A TCP segment and the moment it passes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    /// Milliseconds since 1970.
    pub(crate) at: i64,
    pub(crate) from: SocketAddr,
    pub(crate) to: SocketAddr,
    pub(crate) sequence: u32,
    pub(crate) acknowledged: u32,
    pub(crate) flags: u8,
    pub(crate) payload: Vec<u8>,
}

pub(crate) const FIN: u8 = 1;
pub(crate) const SYN: u8 = 2;
pub(crate) const RST: u8 = 4;
pub(crate) const ACK: u8 = 16;

/// A connection in the making: each call appends what passes, a millisecond after the last.
#[derive(Clone, Debug)]
pub(crate) struct Wire {
    pub(crate) client: SocketAddr,
    pub(crate) server: SocketAddr,
    pub(crate) at: i64,
    /// Next sequence numbers of client and server.
    next: [u32; 2],
    pub(crate) segments: Vec<Segment>,
}

/// 2018-03-09T07:03:40Z, in milliseconds.
pub(crate) const START: i64 = 1_520_579_020_000;

impl Wire {
    pub(crate) fn new() -> Wire {
        Wire::between("192.0.2.1:40000", "198.51.100.2:80")
    }

    pub(crate) fn between(client: &str, server: &str) -> Wire {
        let [client, server] = [client, server].map(|address| address.parse().unwrap());
        Wire { client, server, at: START, next: [1000, 5000], segments: Vec::new() }
    }

    /// Sequence numbers that begin elsewhere: near their end, for example.
    pub(crate) fn from(mut self, client: u32, server: u32) -> Wire {
        self.next = [client, server];
        self
    }

    pub(crate) fn open(mut self) -> Wire {
        self.segment(true, SYN, b"");
        self.segment(false, SYN | ACK, b"");
        self.segment(true, ACK, b"");
        self
    }

    pub(crate) fn client(mut self, payload: impl AsRef<[u8]>) -> Wire {
        self.segment(true, ACK, payload.as_ref());
        self
    }

    pub(crate) fn server(mut self, payload: impl AsRef<[u8]>) -> Wire {
        self.segment(false, ACK, payload.as_ref());
        self
    }

    pub(crate) fn wait(mut self, millis: i64) -> Wire {
        self.at += millis;
        self
    }

    pub(crate) fn client_ends(mut self, flags: u8) -> Wire {
        self.segment(true, flags | ACK, b"");
        self
    }

    pub(crate) fn server_ends(mut self, flags: u8) -> Wire {
        self.segment(false, flags | ACK, b"");
        self
    }

    /// The last segment is not captured.
    pub(crate) fn lose(mut self) -> Wire {
        self.segments.pop();
        self
    }

    pub(crate) fn segment(&mut self, is_client: bool, flags: u8, payload: &[u8]) {
        let (from, to) =
            if is_client { (self.client, self.server) } else { (self.server, self.client) };
        let (this, other) = if is_client { (0, 1) } else { (1, 0) };
        self.segments.push(Segment {
            at: self.at,
            from,
            to,
            sequence: self.next[this],
            acknowledged: if flags & ACK == 0 { 0 } else { self.next[other] },
            flags,
            payload: payload.to_vec(),
        });
        let taken = payload.len() + usize::from(flags & (SYN | FIN) != 0);
        self.next[this] = self.next[this].wrapping_add(u32::try_from(taken).unwrap());
        self.at += 1;
    }
}

impl Segment {
    /// The same bytes, in two segments.
    pub(crate) fn split(&self, at: usize) -> [Segment; 2] {
        let (first, second) = self.payload.split_at(at);
        let sequence = self.sequence.wrapping_add(u32::try_from(at).unwrap());
        [
            Segment { payload: first.to_vec(), ..self.clone() },
            Segment { payload: second.to_vec(), sequence, ..self.clone() },
        ]
    }
}
