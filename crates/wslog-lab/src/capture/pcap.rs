//! The TCP segments in a capture of tcpdump's on loopback.
//!
//! Only as much of the [format](https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcap/) as that
//! needs: microseconds in the byte order of this machine, Ethernet, IPv4, nothing fragmented.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

const FILE_HEADER: usize = 24;
const RECORD_HEADER: usize = 16;
const MAGIC: u32 = 0xa1b2_c3d4;
const ETHERNET: u32 = 1;

/// One packet of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Segment<'c> {
    pub(super) from: SocketAddr,
    pub(super) to: SocketAddr,
    /// Its place in the stream, in bytes, from a random start.
    pub(super) sequence: u32,
    pub(super) flags: Flags,
    pub(super) payload: &'c [u8],
}

/// The flags of a segment that tell about a connection's beginning and end
/// ([RFC 9293 §3.1](https://www.rfc-editor.org/rfc/rfc9293#section-3.1)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flags(u8);

impl Flags {
    pub(super) fn new(byte: u8) -> Flags {
        Flags(byte)
    }

    pub(super) fn is_end(self) -> bool {
        self.0 & 0x01 != 0
    }

    pub(super) fn is_start(self) -> bool {
        self.0 & 0x02 != 0
    }

    pub(super) fn is_reset(self) -> bool {
        self.0 & 0x04 != 0
    }
}

/// The segments of all complete records; a last one that is still being written is none.
pub(super) fn segments(capture: &[u8]) -> io::Result<Vec<Segment<'_>>> {
    let invalid = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what);
    let Some((header, mut records)) = capture.split_at_checked(FILE_HEADER) else {
        return Ok(Vec::new());
    };
    if native_u32(header, 0) != Some(MAGIC) || native_u32(header, 20) != Some(ETHERNET) {
        return Err(invalid("no capture of Ethernet frames by this machine"));
    }
    let mut segments = Vec::new();
    while let Some((header, rest)) = records.split_at_checked(RECORD_HEADER) {
        let captured = native_u32(header, 8).and_then(|len| usize::try_from(len).ok());
        let Some((frame, rest)) = rest.split_at_checked(captured.unwrap_or(usize::MAX)) else {
            break;
        };
        segments.push(segment(frame).ok_or_else(|| invalid("a packet that is no TCP on IPv4"))?);
        records = rest;
    }
    Ok(segments)
}

fn segment(frame: &[u8]) -> Option<Segment<'_>> {
    let packet = frame.get(14..)?;
    let ip_header = usize::from(packet.first()? & 0x0f) * 4;
    let len = usize::from(u16_at(packet, 2)?);
    let address = |start: usize| {
        let bytes: [u8; 4] = packet.get(start..start + 4)?.try_into().ok()?;
        Some(Ipv4Addr::from(bytes))
    };
    let tcp = packet.get(ip_header..len)?;
    let tcp_header = usize::from(tcp.get(12)? >> 4) * 4;
    let sequence = tcp.get(4..8)?.try_into().ok()?;
    Some(Segment {
        from: (address(12)?, u16_at(tcp, 0)?).into(),
        to: (address(16)?, u16_at(tcp, 2)?).into(),
        sequence: u32::from_be_bytes(sequence),
        flags: Flags::new(*tcp.get(13)?),
        payload: tcp.get(tcp_header..)?,
    })
}

fn native_u32(bytes: &[u8], start: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(start..start + 4)?.try_into().ok()?))
}

fn u16_at(bytes: &[u8], start: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(start..start + 2)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_an_unfinished_record_is_none() {
        let header = [&MAGIC.to_ne_bytes()[..], &[0; 16], &ETHERNET.to_ne_bytes()].concat();
        let record = [&[0; 8][..], &60_u32.to_ne_bytes(), &60_u32.to_ne_bytes(), &[0; 59]].concat();
        for len in 0..header.len() + record.len() {
            let capture = [header.clone(), record.clone()].concat();
            assert_eq!(segments(&capture[..len]).unwrap(), [], "{len}");
        }
    }

    #[test]
    fn err_anything_else_is_refused() {
        assert!(segments(b"GET / HTTP/1.1\r\nHost: edge.example\r\n\r\n").is_err());
    }
}
