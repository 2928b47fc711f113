//! Segments become a capture file: link layers, IP, pcap and pcapng, in either byte order.

use std::net::{IpAddr, SocketAddr};

use crate::wire::Segment;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    Ethernet,
    Vlan,
    QinQ,
    FourVlans,
    Pppoe,
    Mpls,
    Sll,
    Sll2,
    Raw,
    Null { is_big_endian: bool },
    Loop,
}

impl Link {
    pub(crate) const ALL: [Link; 12] = [
        Link::Ethernet,
        Link::Vlan,
        Link::QinQ,
        Link::FourVlans,
        Link::Pppoe,
        Link::Mpls,
        Link::Sll,
        Link::Sll2,
        Link::Raw,
        Link::Null { is_big_endian: false },
        Link::Null { is_big_endian: true },
        Link::Loop,
    ];

    pub(crate) fn number(self) -> u16 {
        match self {
            Link::Ethernet | Link::Vlan | Link::QinQ | Link::FourVlans => 1,
            Link::Pppoe | Link::Mpls => 1,
            Link::Sll => 113,
            Link::Sll2 => 276,
            Link::Raw => 101,
            Link::Null { .. } => 0,
            Link::Loop => 108,
        }
    }

    fn header(self, is_v6: bool) -> Vec<u8> {
        let ether_type = if is_v6 { [0x86, 0xdd] } else { [0x08, 0x00] };
        let family: u32 = if is_v6 { 30 } else { 2 };
        match self {
            Link::Ethernet => [&[2; 12][..], &ether_type].concat(),
            Link::Vlan => [&[2; 12][..], &[0x81, 0, 0, 7], &ether_type].concat(),
            Link::QinQ => {
                [&[2; 12][..], &[0x88, 0xa8, 0, 7], &[0x81, 0, 0, 8], &ether_type].concat()
            }
            Link::FourVlans => [&[2; 12][..], &[0x81, 0, 0, 7].repeat(4), &ether_type].concat(),
            // In a VLAN, as providers have it.
            Link::Pppoe => {
                let protocol = if is_v6 { [0x00, 0x57] } else { [0x00, 0x21] };
                let session = [0x88, 0x64, 0x11, 0, 0, 1, 0xff, 0xff];
                [&[2; 12][..], &[0x81, 0, 0, 7], &session, &protocol].concat()
            }
            // Two labels, of which the second is the last.
            Link::Mpls => [&[2; 12][..], &[0x88, 0x47], &[0, 1, 0, 64], &[0, 2, 1, 64]].concat(),
            Link::Sll => [&[0; 14][..], &ether_type].concat(),
            Link::Sll2 => [&ether_type[..], &[0; 18]].concat(),
            Link::Raw => Vec::new(),
            Link::Null { is_big_endian: false } => family.to_le_bytes().to_vec(),
            Link::Null { is_big_endian: true } | Link::Loop => family.to_be_bytes().to_vec(),
        }
    }
}

/// A frame with the segment in it.
pub(crate) fn frame(link: Link, segment: &Segment) -> Vec<u8> {
    let tcp = tcp(segment);
    let mut frame = link.header(segment.from.is_ipv6());
    frame.extend(ip(segment.from, segment.to, 6, &tcp));
    // Short frames are padded on an Ethernet.
    if link == Link::Ethernet && frame.len() < 60 {
        frame.resize(60, 0xee);
    }
    frame
}

/// An IP packet.
pub(crate) fn ip(from: SocketAddr, to: SocketAddr, protocol: u8, payload: &[u8]) -> Vec<u8> {
    match (from.ip(), to.ip()) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            let len = u16::try_from(20 + payload.len()).unwrap().to_be_bytes();
            let fixed = [0x45, 0, len[0], len[1], 0, 0, 0x40, 0, 64, protocol, 0, 0];
            [&fixed[..], &from.octets(), &to.octets(), payload].concat()
        }
        (IpAddr::V6(from), IpAddr::V6(to)) => {
            // With a header for destination options in front of the payload.
            let len = u16::try_from(8 + payload.len()).unwrap().to_be_bytes();
            let fixed = [0x60, 0, 0, 0, len[0], len[1], 60, 64];
            let options = [protocol, 0, 1, 4, 0, 0, 0, 0];
            [&fixed[..], &from.octets(), &to.octets(), &options, payload].concat()
        }
        _ => panic!("both ends have the same kind of address"),
    }
}

fn tcp(segment: &Segment) -> Vec<u8> {
    let mut tcp = Vec::new();
    tcp.extend(segment.from.port().to_be_bytes());
    tcp.extend(segment.to.port().to_be_bytes());
    tcp.extend(segment.sequence.to_be_bytes());
    tcp.extend(segment.acknowledged.to_be_bytes());
    // With an option of four bytes: no operation.
    tcp.extend([0x60, segment.flags, 0xff, 0xff, 0, 0, 0, 0, 1, 1, 1, 1]);
    tcp.extend(&segment.payload);
    tcp
}

/// A frame in a file: milliseconds since 1970, the bytes that were captured, how many there were.
pub(crate) struct Record {
    pub(crate) at: i64,
    pub(crate) data: Vec<u8>,
    pub(crate) len: usize,
}

pub(crate) fn records(link: Link, segments: &[Segment]) -> Vec<Record> {
    let record = |segment: &Segment| {
        let data = frame(link, segment);
        Record { at: segment.at, len: data.len(), data }
    };
    segments.iter().map(record).collect()
}

/// Writes numbers in one byte order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Order {
    pub(crate) is_big_endian: bool,
}

impl Order {
    pub(crate) const ALL: [Order; 2] =
        [Order { is_big_endian: false }, Order { is_big_endian: true }];

    fn u16(self, number: u16) -> [u8; 2] {
        if self.is_big_endian { number.to_be_bytes() } else { number.to_le_bytes() }
    }

    pub(crate) fn u32(self, number: usize) -> [u8; 4] {
        let number = u32::try_from(number).unwrap();
        if self.is_big_endian { number.to_be_bytes() } else { number.to_le_bytes() }
    }

    fn i64(self, number: i64) -> [u8; 8] {
        if self.is_big_endian { number.to_be_bytes() } else { number.to_le_bytes() }
    }
}

/// A pcap file.
pub(crate) fn pcap(order: Order, is_nano: bool, link: Link, records: &[Record]) -> Vec<u8> {
    let magic = if is_nano { 0xa1b2_3c4d } else { 0xa1b2_c3d4 };
    let mut file = Vec::new();
    file.extend(order.u32(magic));
    file.extend([order.u16(2), order.u16(4)].concat());
    file.extend([0; 8]);
    file.extend(order.u32(65535));
    file.extend(order.u32(usize::from(link.number())));
    for record in records {
        let fraction = usize::try_from(record.at % 1000).unwrap();
        let unit = if is_nano { 1_000_000 } else { 1000 };
        file.extend(order.u32(usize::try_from(record.at / 1000).unwrap()));
        file.extend(order.u32(fraction * unit + 7));
        file.extend(order.u32(record.data.len()));
        file.extend(order.u32(record.len));
        file.extend(&record.data);
    }
    file
}

/// How an interface of a pcapng file writes the time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    /// `if_tsresol`, and the units of a second that it stands for.
    pub(crate) resolution: Option<u8>,
    pub(crate) units: i64,
    /// `if_tsoffset`, in seconds.
    pub(crate) offset: i64,
}

impl Clock {
    pub(crate) const ALL: [Clock; 4] = [
        Clock { resolution: None, units: 1_000_000, offset: 0 },
        Clock { resolution: Some(9), units: 1_000_000_000, offset: 0 },
        Clock { resolution: Some(3), units: 1000, offset: 1_500_000_000 },
        Clock { resolution: Some(0x80 | 20), units: 1 << 20, offset: -86_400 },
    ];
}

/// A block of a pcapng file.
pub(crate) fn block(order: Order, number: usize, body: &[u8]) -> Vec<u8> {
    let padding = vec![0; body.len().wrapping_neg() % 4];
    let len = order.u32(12 + body.len() + padding.len());
    [&order.u32(number)[..], &len, body, &padding, &len].concat()
}

pub(crate) fn section(order: Order) -> Vec<u8> {
    let version = [order.u16(1), order.u16(0)].concat();
    block(order, 0x0a0d_0d0a, &[&order.u32(0x1a2b_3c4d)[..], &version, &[0xff; 8]].concat())
}

pub(crate) fn interface(order: Order, link: Link, clock: Clock) -> Vec<u8> {
    let mut body = [order.u16(link.number()), [0; 2]].concat();
    body.extend([0; 4]);
    if let Some(resolution) = clock.resolution {
        body.extend([order.u16(9), order.u16(1)].concat());
        body.extend([resolution, 0, 0, 0]);
    }
    body.extend([order.u16(14), order.u16(8)].concat());
    body.extend(order.i64(clock.offset));
    body.extend([0; 4]);
    block(order, 1, &body)
}

pub(crate) fn enhanced(order: Order, interface: usize, clock: Clock, record: &Record) -> Vec<u8> {
    let millis = i128::from(record.at - clock.offset * 1000);
    // Rounded up: what is cut off on reading must not go below the millisecond.
    let units = (millis * i128::from(clock.units) + 999).div_euclid(1000);
    let mut body = order.u32(interface).to_vec();
    body.extend(order.u32(usize::try_from(units >> 32).unwrap()));
    body.extend(order.u32(usize::try_from(units & 0xffff_ffff).unwrap()));
    body.extend(order.u32(record.data.len()));
    body.extend(order.u32(record.len));
    body.extend(&record.data);
    block(order, 6, &body)
}

pub(crate) fn simple(order: Order, record: &Record) -> Vec<u8> {
    block(order, 3, &[&order.u32(record.len)[..], &record.data].concat())
}

/// A pcapng file of one section and one interface, with a block between that is of no known type.
pub(crate) fn pcapng(order: Order, link: Link, clock: Clock, records: &[Record]) -> Vec<u8> {
    let mut file = [section(order), interface(order, link, clock)].concat();
    file.extend(block(order, 0x0bad_cafe, b"unknown"));
    for record in records {
        file.extend(enhanced(order, 0, clock, record));
    }
    file
}
