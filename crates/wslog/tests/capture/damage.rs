//! No damage makes reading panic, hang or forget what came before it.

use proptest::prelude::*;
use wslog::capture::{Exchange, Kind};

use crate::file::{Clock, Link, Order, pcap, pcapng, records};
use crate::wire::{FIN, Wire};
use crate::{SWITCHING, answer, get, handshake, read_as};

fn talk() -> Wire {
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    let wire = Wire::new().open().client(get("/1")).server(answer(200, "body"));
    let wire = wire.client(get("/2")).server(chunked);
    wire.client(handshake("/ws")).server(SWITCHING).client("\x08").client_ends(FIN).server_ends(FIN)
}

/// One capture of each kind.
fn captures() -> Vec<(Kind, Vec<u8>)> {
    let segments = talk().segments;
    let little = Order { is_big_endian: false };
    let big = Order { is_big_endian: true };
    let har = r#"{"log":{"version":"1.2","entries":[{"time":1.5,"request":{"method":"GET",
        "url":"ws://a/b","headers":[{"name":"a","value":"b\u00e9"}]}},{"x":[1,{"y":null}]}]}}"#;
    let heads = get("/1") + &answer(404, "no\n\n") + "# x\n> " + &get("/2") + SWITCHING;
    vec![
        (Kind::Pcap, pcap(little, false, Link::Ethernet, &records(Link::Ethernet, &segments))),
        (Kind::Pcapng, pcapng(big, Link::Sll2, Clock::ALL[2], &records(Link::Sll2, &segments))),
        (Kind::Har, har.as_bytes().to_vec()),
        (Kind::Heads, heads.into_bytes()),
    ]
}

fn places(exchanges: &[Exchange]) -> Vec<(u64, Vec<u8>)> {
    exchanges.iter().map(|it| (it.byte, it.request.target.clone())).collect()
}

#[test]
fn a_capture_may_end_at_any_byte() {
    for (kind, capture) in captures() {
        let whole = places(&read_as(kind, &capture).0);
        assert!(!whole.is_empty());
        let mut last = 0;
        for end in 0..capture.len() {
            let (exchanges, summary) = read_as(kind, &capture[..end]);
            assert!(summary.bytes <= end as u64);
            // The end of a text ends a head, and what would have come next may not be a field.
            if kind != Kind::Heads {
                assert!(exchanges.len() >= last, "{kind:?} {end}");
                assert!(whole.starts_with(&places(&exchanges)), "{kind:?} {end}");
            }
            last = exchanges.len();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_may_be_others(
        which in 0..4_usize,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let (kind, mut capture) = captures().remove(which);
        for (place, byte) in changes {
            let place = place.index(capture.len());
            capture[place] = byte;
        }
        let (exchanges, summary) = read_as(kind, &capture);
        prop_assert!(summary.bytes <= capture.len() as u64);
        prop_assert!(exchanges.iter().all(|it| it.byte < capture.len() as u64));
        let again = read_as(kind, &capture).0;
        prop_assert_eq!(exchanges, again);
    }

    #[test]
    fn any_text_is_read(which in 0..4_usize, bytes: Vec<u8>) {
        let kind = [Kind::Pcap, Kind::Pcapng, Kind::Har, Kind::Heads][which];
        let summary = read_as(kind, &bytes).1;
        prop_assert!(summary.bytes <= bytes.len() as u64);
    }
}
