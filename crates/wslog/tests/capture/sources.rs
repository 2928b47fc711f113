//! Every file format, link layer and IP version shows the same exchanges, and what cannot be read
//! is counted.

use wslog::capture::{CaptureErrorKind, Exchange, Undecoded};
use wslog::parse::Timestamp;

use crate::file::{
    Clock, Link, Order, Record, block, enhanced, frame, interface, ip, pcap, pcapng, records,
    section, simple,
};
use crate::wire::{FIN, START, Segment, Wire};
use crate::{SWITCHING, handshake, read, undecoded};

const LITTLE: Order = Order { is_big_endian: false };

fn conversation(is_v6: bool) -> Wire {
    let wire = match is_v6 {
        true => Wire::between("[2001:db8::1]:40000", "[2001:db8::2]:80"),
        false => Wire::new(),
    };
    let wire = wire.open().wait(7).client(handshake("/ws/")).wait(20).server(SWITCHING);
    wire.client(b"\x82\x84\0\0\0\0ping").wait(59_000).client_ends(FIN).server_ends(FIN)
}

fn is_the_handshake(exchanges: &[Exchange], wire: &Wire) {
    let [exchange] = exchanges else { panic!("{exchanges:?}") };
    let at = |millis: i64| Some(Timestamp::new(START + millis, 0));
    assert_eq!(exchange.request.target, b"/ws/");
    assert_eq!(exchange.answer.as_ref().unwrap().status.code(), 101);
    assert_eq!((exchange.client, exchange.server), (Some(wire.client), Some(wire.server)));
    let times = [exchange.started_at, exchange.answered_at, exchange.ended_at];
    assert_eq!(times, [at(10), at(31), at(59_034)]);
}

#[test]
fn every_link_and_order_and_precision_of_pcap() {
    for link in Link::ALL {
        for (is_v6, order, is_nano) in
            [(false, 0, false), (true, 1, false), (false, 1, true), (true, 0, true)]
        {
            let wire = conversation(is_v6);
            let file = pcap(Order::ALL[order], is_nano, link, &records(link, &wire.segments));
            let (exchanges, summary) = read(&file);
            is_the_handshake(&exchanges, &wire);
            assert_eq!(undecoded(&summary), [], "{link:?}");
            assert_eq!((summary.packets, summary.connections), (8, 1));
            assert_eq!(summary.bytes, file.len() as u64);
            assert!(summary.error.is_none());
            // The fourth packet: behind the file's header and three records.
            let place = usize::try_from(exchanges[0].byte).unwrap();
            let packet = &file[place + 16..];
            assert!(packet.starts_with(&frame(link, &wire.segments[3])), "{link:?}");
        }
    }
}

#[test]
fn files_of_pcap_may_be_put_together() {
    let first = conversation(false);
    let mut second = Wire::between("192.0.2.9:40000", "198.51.100.2:80");
    second.at = first.at;
    let second = second.open().client(handshake("/second")).server(SWITCHING);
    let third = Wire::between("192.0.2.10:40000", "198.51.100.2:80");
    let third = third.open().client(handshake("/third")).server(SWITCHING);
    for (order, is_nano, link) in [(0, false, Link::Ethernet), (1, true, Link::Raw)] {
        let one = pcap(LITTLE, false, Link::Ethernet, &records(Link::Ethernet, &first.segments));
        let other = pcap(Order::ALL[order], is_nano, link, &records(link, &second.segments));
        let last = pcap(LITTLE, false, Link::Ethernet, &records(Link::Ethernet, &third.segments));
        let whole = [one, other, last].concat();
        let (exchanges, summary) = read(&whole);
        assert!(summary.error.is_none(), "{:?}", summary.error);
        assert_eq!(undecoded(&summary), []);
        let targets: Vec<_> = exchanges.iter().map(|it| it.request.target.as_slice()).collect();
        assert_eq!(targets, [b"/ws/".as_slice(), b"/second", b"/third"]);
        assert_eq!(exchanges[1].started_at, Some(Timestamp::new(first.at + 3, 0)));
        assert_eq!(summary.bytes, whole.len() as u64);
    }
}

#[test]
fn a_file_of_another_format_behind_is_named() {
    let wire = conversation(false);
    let frames = records(Link::Ethernet, &wire.segments);
    let old = pcap(LITTLE, false, Link::Ethernet, &frames);
    let new = pcapng(LITTLE, Link::Ethernet, Clock::ALL[0], &frames);
    for (first, second, name) in [(&old, &new, "of a pcapng file"), (&new, &old, "of a pcap file")]
    {
        let (exchanges, summary) = read(&[first.as_slice(), second].concat());
        is_the_handshake(&exchanges, &wire);
        let error = summary.error.expect("it does not go on");
        assert_eq!(error.byte, first.len() as u64);
        assert!(error.kind.to_string().contains(name), "{}", error.kind);
    }
}

#[test]
fn every_clock_of_pcapng() {
    for order in Order::ALL {
        for clock in Clock::ALL {
            for (link, is_v6) in [(Link::Ethernet, false), (Link::Sll2, true)] {
                let wire = conversation(is_v6);
                let file = pcapng(order, link, clock, &records(link, &wire.segments));
                let (exchanges, summary) = read(&file);
                is_the_handshake(&exchanges, &wire);
                assert_eq!(undecoded(&summary), []);
                assert!(summary.error.is_none());
            }
        }
    }
}

#[test]
fn interfaces_of_pcapng_have_links_and_clocks_of_their_own() {
    let wire = conversation(false);
    let (one, other) = (Clock::ALL[0], Clock::ALL[2]);
    let mut file = section(LITTLE);
    file.extend(interface(LITTLE, Link::Ethernet, one));
    file.extend(interface(LITTLE, Link::Raw, other));
    for (at, segment) in wire.segments.iter().enumerate() {
        let (number, link, clock) =
            if at % 2 == 0 { (0, Link::Ethernet, one) } else { (1, Link::Raw, other) };
        let [record] = &records(link, std::slice::from_ref(segment))[..] else { panic!() };
        file.extend(enhanced(LITTLE, number, clock, record));
    }
    is_the_handshake(&read(&file).0, &wire);
}

#[test]
fn a_section_of_pcapng_forgets_the_interfaces_and_order_of_the_one_before() {
    let wire = conversation(false);
    let (clock, link) = (Clock::ALL[0], Link::Raw);
    let [first, second] = [&wire.segments[..4], &wire.segments[4..]];
    let mut file = pcapng(Order::ALL[1], link, clock, &records(link, first));
    file.extend(pcapng(LITTLE, link, clock, &records(link, second)));
    is_the_handshake(&read(&file).0, &wire);

    let mut lost = section(LITTLE);
    lost.extend(enhanced(LITTLE, 0, clock, &records(link, second)[0]));
    assert_eq!(undecoded(&read(&lost).1), [(Undecoded::UnknownLink, 1)]);
}

#[test]
fn simple_packets_tell_no_time() {
    let wire = conversation(false);
    let mut file = [section(LITTLE), interface(LITTLE, Link::Raw, Clock::ALL[0])].concat();
    records(Link::Raw, &wire.segments).iter().for_each(|it| file.extend(simple(LITTLE, it)));
    let (exchanges, _) = read(&file);
    let times = [exchanges[0].started_at, exchanges[0].answered_at, exchanges[0].ended_at];
    assert_eq!(times, [None; 3]);
    assert_eq!(exchanges[0].answer.as_ref().unwrap().status.code(), 101);
}

#[test]
fn packets_that_are_no_tcp_are_named() {
    let wire = conversation(false);
    let (from, to) = (wire.client, wire.server);
    let mut fragment = ip(from, to, 6, &[0; 40]);
    fragment[6] = 0x20;
    let mut cut_header = ip(from, to, 6, &[0; 40]);
    cut_header.truncate(30);
    let packets = [
        (ip(from, to, 17, &[0, 53, 0, 53, 0, 8, 0, 0]), Undecoded::Udp),
        (ip(from, to, 1, &[8, 0, 0, 0, 0, 0, 0, 0]), Undecoded::OtherTransport),
        (ip(from, to, 6, &[0; 12]), Undecoded::MalformedPacket),
        (fragment, Undecoded::IpFragment),
        (cut_header, Undecoded::TruncatedPacket),
        (vec![0x95; 40], Undecoded::MalformedPacket),
        (Vec::new(), Undecoded::MalformedPacket),
    ];
    for (packet, what) in packets {
        let records = [Record { at: START, len: packet.len(), data: packet }];
        let (_, summary) = read(&pcap(LITTLE, false, Link::Raw, &records));
        assert_eq!(undecoded(&summary), [(what, 1)]);
    }
    let tags = [0x81, 0, 0, 7].repeat(1000);
    for (behind, what) in [
        // A PPPoE session's LCP, discovery, and an Ethernet frame behind an MPLS label.
        (&[0x88, 0x64, 0x11, 0, 0, 1, 0, 4, 0xc0, 0x21, 1, 1][..], Undecoded::NotIp),
        (&[0x88, 0x63, 0x11, 9, 0, 0, 0, 0], Undecoded::NotIp),
        (&[0x88, 0x47, 0, 1, 1, 64, 0, 0, 0, 0], Undecoded::NotIp),
        (&[0x88, 0x47, 0, 1, 0, 64, 0, 2], Undecoded::MalformedPacket),
        (&[0x88, 0x64, 0x11, 0, 0, 1, 0, 4, 0], Undecoded::MalformedPacket),
        (&tags, Undecoded::MalformedPacket),
    ] {
        let data = [&[2; 12][..], behind].concat();
        let records = [Record { at: START, len: data.len(), data }];
        let (_, summary) = read(&pcap(LITTLE, false, Link::Ethernet, &records));
        assert_eq!(undecoded(&summary), [(what, 1)], "{behind:?}");
    }
    let arp = [&[2; 12][..], &[0x08, 0x06], &[0; 46]].concat();
    let records = [Record { at: START, len: arp.len(), data: arp }];
    let (_, summary) = read(&pcap(LITTLE, false, Link::Ethernet, &records));
    assert_eq!(undecoded(&summary), [(Undecoded::NotIp, 1)]);
    let mut unknown = pcap(LITTLE, false, Link::Ethernet, &records);
    unknown[20] = 105;
    assert_eq!(undecoded(&read(&unknown).1), [(Undecoded::UnknownLink, 1)]);
}

#[test]
fn a_snap_length_that_cuts_a_head_leaves_a_gap() {
    let wire = conversation(false);
    let mut records = records(Link::Ethernet, &wire.segments);
    records.iter_mut().for_each(|record| record.data.truncate(96));
    let (exchanges, summary) = read(&pcap(LITTLE, false, Link::Ethernet, &records));
    assert_eq!(exchanges, []);
    let gaps = summary.undecoded[&Undecoded::Gap];
    assert_eq!((summary.undecoded[&Undecoded::TruncatedPacket], gaps), (2, 2));
}

#[test]
fn a_record_of_no_plausible_length_ends_the_reading() {
    let wire = conversation(false);
    let mut file = pcap(LITTLE, false, Link::Raw, &records(Link::Raw, &wire.segments));
    let end = file.len() as u64;
    file.extend([0xff; 16]);
    let (exchanges, summary) = read(&file);
    is_the_handshake(&exchanges, &wire);
    let error = summary.error.unwrap();
    assert!(matches!(error.kind, CaptureErrorKind::Damaged(_)), "{error}");
    assert_eq!(error.byte, end);
}

#[test]
fn a_file_that_cannot_be_read_on_is_read_up_to_there() {
    struct Failing<'a>(&'a [u8]);
    impl std::io::Read for Failing<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            match self.0.read(&mut buffer[..1])? {
                0 => Err(std::io::Error::other("the disk is on fire")),
                read => Ok(read),
            }
        }
    }
    let wire = conversation(false);
    let file = pcap(LITTLE, false, Link::Raw, &records(Link::Raw, &wire.segments));
    let mut exchanges = Vec::new();
    let kind = wslog::capture::Kind::of(&file).unwrap();
    let summary = wslog::capture::read(kind, Failing(&file), &mut |it| exchanges.push(it));
    is_the_handshake(&exchanges, &wire);
    let error = summary.error.unwrap();
    assert!(matches!(error.kind, CaptureErrorKind::Unreadable(_)), "{error}");
}

#[test]
fn a_block_longer_than_what_is_read_at_once_is_passed_over() {
    let wire = conversation(false);
    let mut file = section(LITTLE);
    file.extend(block(LITTLE, 0x0bad_cafe, &vec![7; 1 << 20]));
    file.extend(interface(LITTLE, Link::Raw, Clock::ALL[0]));
    for record in records(Link::Raw, &wire.segments) {
        file.extend(enhanced(LITTLE, 0, Clock::ALL[0], &record));
    }
    is_the_handshake(&read(&file).0, &wire);
}

#[test]
fn an_empty_capture_has_nothing_in_it() {
    let nothing: [Segment; 0] = [];
    let (exchanges, summary) =
        read(&pcap(LITTLE, false, Link::Ethernet, &records(Link::Ethernet, &nothing)));
    assert_eq!((exchanges.len(), summary.packets, summary.error.is_none()), (0, 0, true));
}

#[test]
fn packets_of_an_obsolete_kind_are_counted() {
    for order in Order::ALL {
        let old = block(order, 2, &[0; 20]);
        let (exchanges, summary) = read(&[section(order), old].concat());
        assert!(exchanges.is_empty());
        assert_eq!(undecoded(&summary), [(Undecoded::UnknownLink, 1)]);
        assert_eq!(summary.packets, 1);
    }
}
