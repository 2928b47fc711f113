//! All TCP connections of a capture, as many as fit into memory.

use std::io::Read;
use std::net::SocketAddr;

use foldhash::fast::RandomState;
use hashlink::LinkedHashMap;

use super::conversation::{Conversation, Output, begins_with_answer, begins_with_request};
use super::error::CaptureError;
use super::exchange::Exchange;
use super::link::{Segment, segment};
use super::order::Order;
use super::packet::{Packet, Seen};
use super::summary::{Summary, Undecoded};
use super::window::Window;

/// Most connections that are kept. Of more, those are forgotten that were quiet for longest.
const MAX_CONNECTIONS: usize = 1 << 16;

/// Most memory, in bytes, that all connections may take: unread bytes, requests that wait for an
/// answer, and the heads of open tunnels. Browsers' heads of as many tunnels as are kept fit.
const MAX_HELD: usize = 256 << 20;

/// A file's packets, one after the other.
type ReadPackets<R> = fn(&mut Window<R>, &mut dyn FnMut(&Packet<'_>)) -> Result<(), CaptureError>;

/// Reads a file of packets.
pub(super) fn read<R: Read>(
    reader: R,
    read_packets: ReadPackets<R>,
    each: &mut dyn FnMut(Exchange),
) -> Summary {
    let output = Output { summary: Summary::default(), order: Order::new(each) };
    let by_ends = LinkedHashMap::with_hasher(RandomState::default());
    let mut connections = Connections { by_ends, held: 0, output };
    let mut window = Window::new(reader);
    let result = read_packets(&mut window, &mut |packet| connections.packet(packet));
    let mut summary = connections.end();
    summary.bytes = window.byte();
    summary.error = result.err();
    summary
}

struct Connections<'a> {
    /// The one that was seen last is the last.
    by_ends: LinkedHashMap<Ends, Connection, RandomState>,
    held: usize,
    output: Output<'a>,
}

/// The two ends of a connection, the smaller address first.
type Ends = (SocketAddr, SocketAddr);

enum Connection {
    /// Its beginning was not seen, and nothing in it so far was HTTP.
    Unknown,
    Open(Box<Conversation>),
    /// It is over, and its last packets may still come.
    Closed(Option<u32>),
}

impl Connection {
    fn held(&self) -> usize {
        match self {
            Connection::Open(conversation) => conversation.held(),
            _ => 0,
        }
    }

    /// Hands on what is left.
    fn end(self, is_forgotten: bool, output: &mut Output<'_>) {
        if let Connection::Open(conversation) = self {
            if is_forgotten {
                output.summary.count(Undecoded::Forgotten);
            }
            conversation.end(is_forgotten, output);
        }
    }
}

impl Connections<'_> {
    fn packet(&mut self, packet: &Packet<'_>) {
        self.output.summary.packets += 1;
        match segment(packet) {
            Ok(segment) => {
                if segment.missing > 0 {
                    self.output.summary.count(Undecoded::TruncatedPacket);
                }
                self.segment(&segment, packet.seen);
            }
            Err(undecoded) => self.output.summary.count(undecoded),
        }
    }

    fn segment(&mut self, segment: &Segment<'_>, seen: Seen) {
        let ends = (segment.from.min(segment.to), segment.from.max(segment.to));
        let known = self.by_ends.remove(&ends);
        self.held -= known.as_ref().map_or(0, Connection::held);
        let output = &mut self.output;
        let connection = match known {
            Some(connection) if !begins_anew(&connection, segment) => Some(connection),
            known => {
                known.into_iter().for_each(|connection| connection.end(false, output));
                begin(segment, output)
            }
        };
        let Some(mut connection) = connection else { return };
        if matches!(connection, Connection::Unknown) && begins_with_request(segment.payload) {
            connection = Connection::Open(Box::new(Conversation::mid_stream(segment)));
        } else if matches!(connection, Connection::Unknown) && begins_with_answer(segment.payload) {
            output.summary.count(Undecoded::AnswerWithoutRequest);
        }
        if matches!(connection, Connection::Closed(_)) && !segment.payload.is_empty() {
            output.summary.count(Undecoded::AfterEnd);
        }
        if let Connection::Open(mut conversation) = connection {
            conversation.segment(segment, seen, output);
            connection = if conversation.is_closed() {
                let start = conversation.start();
                conversation.end(false, output);
                Connection::Closed(start)
            } else {
                Connection::Open(conversation)
            };
        }
        self.held += connection.held();
        self.by_ends.insert(ends, connection);
        while self.by_ends.len() > MAX_CONNECTIONS || self.held > MAX_HELD {
            let Some((_, oldest)) = self.by_ends.pop_front() else { break };
            self.held -= oldest.held();
            oldest.end(true, output);
        }
    }

    /// Hands on what is left at the end of the capture.
    fn end(mut self) -> Summary {
        while let Some((_, connection)) = self.by_ends.pop_front() {
            connection.end(false, &mut self.output);
        }
        let Output { mut summary, order } = self.output;
        summary.requests = order.handed_on();
        summary
    }
}

/// Whether a segment is the first of another connection between the same ends.
fn begins_anew(connection: &Connection, segment: &Segment<'_>) -> bool {
    match connection {
        _ if !segment.is_syn => false,
        Connection::Unknown => true,
        Connection::Open(conversation) => conversation.is_other(segment),
        Connection::Closed(start) => {
            // The server's SYN says where the client's bytes begin.
            let begin = segment.acknowledged.unwrap_or(segment.sequence.wrapping_add(1));
            *start != Some(begin)
        }
    }
}

/// A connection that a segment is the first of; `None` if it only says that there was one.
fn begin(segment: &Segment<'_>, output: &mut Output<'_>) -> Option<Connection> {
    let (client, server) = match (segment.is_syn, segment.acknowledged) {
        (true, None) => (segment.from, segment.to),
        (true, Some(_)) => (segment.to, segment.from),
        (false, _) if segment.payload.is_empty() => return None,
        (false, _) => {
            output.summary.connections += 1;
            output.summary.count(Undecoded::MidStream);
            return Some(Connection::Unknown);
        }
    };
    output.summary.connections += 1;
    Some(Connection::Open(Box::new(Conversation::whole(client, server))))
}
