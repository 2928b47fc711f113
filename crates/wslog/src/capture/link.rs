//! The way down from a link layer's header to a TCP segment.

mod tags;

use std::net::{IpAddr, SocketAddr};

use etherparse::{EtherType, LaxNetSlice, LaxSlicedPacket, TransportSlice, ip_number};

use super::packet::Packet;
use super::summary::Undecoded;

/// What reassembly needs to know of a TCP segment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment<'a> {
    pub(super) from: SocketAddr,
    pub(super) to: SocketAddr,
    pub(super) sequence: u32,
    /// `None` without the flag.
    pub(super) acknowledged: Option<u32>,
    pub(super) is_syn: bool,
    pub(super) is_fin: bool,
    pub(super) is_rst: bool,
    /// What was captured of its bytes.
    pub(super) payload: &'a [u8],
    /// How many of its bytes were not captured.
    pub(super) missing: u32,
}

/// The TCP segment in a packet, or what else there is.
pub(super) fn segment<'a>(packet: &Packet<'a>) -> Result<Segment<'a>, Undecoded> {
    let sliced = sliced(packet)?;
    let (from, to, payload): (IpAddr, IpAddr, _) = match &sliced.net {
        Some(LaxNetSlice::Ipv4(ip)) => {
            let header = ip.header();
            (header.source_addr().into(), header.destination_addr().into(), ip.payload())
        }
        Some(LaxNetSlice::Ipv6(ip)) => {
            let header = ip.header();
            (header.source_addr().into(), header.destination_addr().into(), ip.payload())
        }
        None if sliced.stop_err.is_some() => return Err(Undecoded::MalformedPacket),
        Some(LaxNetSlice::Arp(_)) | None => return Err(Undecoded::NotIp),
    };
    let is_cut = payload.incomplete;
    let tcp = match &sliced.transport {
        _ if payload.fragmented => return Err(Undecoded::IpFragment),
        Some(TransportSlice::Tcp(tcp)) => tcp,
        Some(TransportSlice::Udp(_)) => return Err(Undecoded::Udp),
        None if is_cut => return Err(Undecoded::TruncatedPacket),
        None if payload.ip_number == ip_number::TCP => return Err(Undecoded::MalformedPacket),
        _ => return Err(Undecoded::OtherTransport),
    };
    Ok(Segment {
        from: SocketAddr::new(from, tcp.source_port()),
        to: SocketAddr::new(to, tcp.destination_port()),
        sequence: tcp.sequence_number(),
        acknowledged: tcp.ack().then(|| tcp.acknowledgment_number()),
        is_syn: tcp.syn(),
        is_fin: tcp.fin(),
        is_rst: tcp.rst(),
        payload: tcp.payload(),
        missing: if is_cut { packet.missing } else { 0 },
    })
}

/// The headers behind that of the link layer.
fn sliced<'a>(packet: &Packet<'a>) -> Result<LaxSlicedPacket<'a>, Undecoded> {
    let data = packet.data;
    let malformed =
        if packet.missing > 0 { Undecoded::TruncatedPacket } else { Undecoded::MalformedPacket };
    let after = |header: usize| data.get(header..).ok_or(malformed);
    let ether_type = |at: usize| {
        let bytes = after(at)?.first_chunk().ok_or(malformed)?;
        Ok(EtherType(u16::from_be_bytes(*bytes)))
    };
    match packet.link_type {
        ETHERNET => typed(ether_type(12)?, after(14)?).ok_or(malformed),
        LINUX_SLL => typed(ether_type(14)?, after(16)?).ok_or(malformed),
        LINUX_SLL2 => typed(ether_type(0)?, after(20)?).ok_or(malformed),
        NULL | LOOP => {
            let family: [u8; 4] = *data.first_chunk().ok_or(malformed)?;
            // The byte order is that of the machine which captured, in LOOP the network's.
            let family = u32::from_le_bytes(family).min(u32::from_be_bytes(family));
            let is_ip = IP_FAMILIES.contains(&family);
            if is_ip { ip(after(4)?, malformed) } else { Err(Undecoded::NotIp) }
        }
        link_type if RAW_IP.contains(&link_type) => ip(data, malformed),
        _ => Err(Undecoded::UnknownLink),
    }
}

fn typed(ether_type: EtherType, data: &[u8]) -> Option<LaxSlicedPacket<'_>> {
    let (ether_type, data) = tags::behind(ether_type, data)?;
    Some(LaxSlicedPacket::from_ether_type(ether_type, data))
}

fn ip(data: &[u8], malformed: Undecoded) -> Result<LaxSlicedPacket<'_>, Undecoded> {
    LaxSlicedPacket::from_ip(data).map_err(|_| malformed)
}

const NULL: u32 = 0;
const ETHERNET: u32 = 1;
const LOOP: u32 = 108;
const LINUX_SLL: u32 = 113;
const LINUX_SLL2: u32 = 276;
/// `LINKTYPE_RAW` and what some systems wrote for it, `LINKTYPE_IPV4`, `LINKTYPE_IPV6`.
const RAW_IP: [u32; 5] = [12, 14, 101, 228, 229];
/// `AF_INET`, and `AF_INET6` of Linux, Windows, NetBSD, FreeBSD and macOS.
const IP_FAMILIES: [u32; 6] = [2, 10, 23, 24, 28, 30];
