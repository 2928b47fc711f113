//! A TCP connection, put together from its segments.

use std::net::SocketAddr;

use super::pcap::Segment;

/// A connection of a client, as it was on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// The client's end.
    pub client: SocketAddr,
    /// The other end.
    pub server: SocketAddr,
    /// What the client sent.
    pub sent: Vec<u8>,
    /// What it received.
    pub received: Vec<u8>,
    closed_by_client: bool,
    closed_by_server: bool,
    is_reset: bool,
    /// The next byte in the client's stream, and in the server's.
    next: [u32; 2],
}

impl Connection {
    /// Whether both sides have closed it, or one has reset it.
    pub fn is_over(&self) -> bool {
        self.is_reset || (self.closed_by_client && self.closed_by_server)
    }

    fn add(&mut self, segment: &Segment<'_>) {
        let is_sent = segment.from == self.client;
        let [next_sent, next_received] = &mut self.next;
        let (bytes, next, is_closed) = match is_sent {
            true => (&mut self.sent, next_sent, &mut self.closed_by_client),
            false => (&mut self.received, next_received, &mut self.closed_by_server),
        };
        self.is_reset |= segment.flags.is_reset();
        *is_closed |= segment.flags.is_end();
        if segment.flags.is_start() {
            *next = segment.sequence.wrapping_add(1);
        } else if segment.sequence == *next {
            // Loopback keeps the order; what does not fit was sent twice.
            bytes.extend_from_slice(segment.payload);
            let len = u32::try_from(segment.payload.len()).unwrap_or_default();
            *next = next.wrapping_add(len);
        }
    }
}

/// The connections that began in the capture, in that order.
pub(super) fn connections(segments: &[Segment<'_>]) -> Vec<Connection> {
    let mut connections: Vec<Connection> = Vec::new();
    for segment in segments {
        let is_of = |connection: &&mut Connection| {
            let ends = (connection.client, connection.server);
            ends == (segment.from, segment.to) || ends == (segment.to, segment.from)
        };
        // The last one: a port may be used again.
        match connections.iter_mut().rev().find(is_of) {
            Some(connection) if !(connection.is_over() && segment.flags.is_start()) => {
                connection.add(segment);
            }
            _ if segment.flags.is_start() => {
                let mut connection = Connection {
                    client: segment.from,
                    server: segment.to,
                    sent: Vec::new(),
                    received: Vec::new(),
                    closed_by_client: false,
                    closed_by_server: false,
                    is_reset: false,
                    next: [0; 2],
                };
                connection.add(segment);
                connections.push(connection);
            }
            _ => {}
        }
    }
    connections
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::pcap::Flags;
    use super::*;

    const FIN: u8 = 0x01;
    const SYN: u8 = 0x02;
    const RST: u8 = 0x04;

    /// A segment between a client's port and the server's.
    fn segment(from: u16, to: u16, sequence: u32, flags: u8, payload: &[u8]) -> Segment<'_> {
        let at = |port| SocketAddr::from(([127, 0, 0, 1], port));
        Segment { from: at(from), to: at(to), sequence, flags: Flags::new(flags), payload }
    }

    #[test]
    fn ok_a_segment_that_was_sent_twice_counts_once() {
        let talk = [
            segment(9, 80, u32::MAX, SYN, b""),
            segment(80, 9, 7, SYN, b""),
            segment(9, 80, 0, 0, b"GET "),
            segment(9, 80, 0, 0, b"GET "),
            segment(9, 80, 4, 0, b"/"),
            segment(80, 9, 8, FIN, b"HTTP"),
            segment(9, 80, 5, FIN, b""),
        ];
        let connections = connections(&talk);
        assert_eq!(connections.len(), 1);
        let connection = &connections[0];
        assert_eq!((&connection.sent[..], &connection.received[..]), (&b"GET /"[..], &b"HTTP"[..]));
        assert!(connection.is_over());
        for end in 0..talk.len() {
            assert!(super::connections(&talk[..end]).iter().all(|one| !one.is_over()));
        }
    }

    proptest! {
        /// However a stream is cut, and whatever is sent twice.
        #[test]
        fn ok_a_stream_is_put_together_again(
            stream in proptest::collection::vec(any::<u8>(), 0..200),
            start in any::<u32>(),
            cuts in proptest::collection::vec((1..20_usize, any::<bool>()), 1..20),
        ) {
            let mut talk = vec![segment(9, 80, start, SYN, b"")];
            let (mut sequence, mut rest) = (start.wrapping_add(1), &stream[..]);
            for &(len, is_twice) in cuts.iter().cycle().take_while(|_| !stream.is_empty()) {
                let (payload, behind) = rest.split_at(len.min(rest.len()));
                for _ in 0..=usize::from(is_twice) {
                    talk.push(segment(9, 80, sequence, 0, payload));
                }
                sequence = sequence.wrapping_add(u32::try_from(payload.len()).unwrap());
                rest = behind;
                if rest.is_empty() {
                    break;
                }
            }
            prop_assert_eq!(&connections(&talk)[0].sent, &stream);
        }
    }

    #[test]
    fn ok_a_port_may_be_used_again() {
        let talk = [
            segment(9, 80, 1, SYN, b""),
            segment(9, 80, 2, 0, b"one"),
            segment(80, 9, 5, RST, b""),
            segment(9, 80, 100, SYN, b""),
            segment(9, 80, 101, 0, b"two"),
        ];
        let connections = connections(&talk);
        let sent: Vec<_> = connections.iter().map(|one| (&one.sent[..], one.is_over())).collect();
        assert_eq!(sent, [(&b"one"[..], true), (b"two", false)]);
    }

    #[test]
    fn ok_a_connection_that_began_before_is_none() {
        assert!(connections(&[segment(9, 80, 2, 0, b"late")]).is_empty());
    }
}
