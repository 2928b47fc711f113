//! However segments are cut, mixed and repeated: the same bytes are the same exchanges.

use proptest::prelude::*;
use wslog::capture::{Exchange, Undecoded};
use wslog::parse::Timestamp;

use crate::wire::{ACK, START, Segment, Wire};
use crate::{SWITCHING, answer, answers, get, handshake, read_segments, read_wire, undecoded};

/// What an exchange says, without places and times.
fn bare(exchanges: Vec<Exchange>) -> Vec<Exchange> {
    let without = |exchange: Exchange| Exchange {
        byte: 0,
        started_at: None,
        answered_at: None,
        ended_at: None,
        ..exchange
    };
    exchanges.into_iter().map(without).collect()
}

/// Requests and answers, as each side sends them.
fn talk() -> impl Strategy<Value = Vec<(String, String)>> {
    let one = prop_oneof![
        "[a-z]{1,9}".prop_map(|name| (get(&format!("/{name}")), answer(200, &name))),
        "[a-z]{0,40}".prop_map(|body| {
            let post = format!("POST /p HTTP/1.1\r\nContent-Length: {}\r\n\r\n{body}", body.len());
            let size = body.len();
            let chunk = if size > 0 { format!("{size:x}\r\n{body}\r\n") } else { String::new() };
            let head = "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n";
            (post, format!("{head}{chunk}0\r\n\r\n"))
        }),
        Just((handshake("/refused"), answer(403, "GET / HTTP/1.1\r\n\r\n"))),
    ];
    (proptest::collection::vec(one, 1..6), any::<bool>()).prop_map(|(mut talk, ends_in_tunnel)| {
        if ends_in_tunnel {
            let frames = "\x01\x02GET /inside HTTP/1.1\r\n\r\n";
            talk.push((handshake("/ws"), format!("{SWITCHING}{frames}")));
        }
        talk
    })
}

/// The naive twin: every message in a segment of its own, in order.
fn in_order(talk: &[(String, String)], client: u32, server: u32) -> Wire {
    let mut wire = Wire::new().from(client, server).open();
    for (request, answer) in talk {
        wire = wire.client(request).server(answer);
    }
    // Without this acknowledgement nobody could know of the last answer if that is lost.
    wire.client("")
}

/// What may happen to a segment on its way.
#[derive(Clone, Debug)]
struct Fate {
    cut: prop::sample::Index,
    is_repeated: bool,
    /// How many bytes of the segment behind are sent with it.
    overlap: usize,
    delay: usize,
}

fn fate() -> impl Strategy<Value = Fate> {
    (any::<prop::sample::Index>(), any::<bool>(), 0..30_usize, 0..6_usize)
        .prop_map(|(cut, is_repeated, overlap, delay)| Fate { cut, is_repeated, overlap, delay })
}

/// The segments of a connection after all that.
fn on_their_way(segments: &[Segment], fates: &[Fate]) -> Vec<Segment> {
    let mut fates = fates.iter().cycle();
    let mut arrivals: Vec<(usize, Segment)> = Vec::new();
    for (place, segment) in segments.iter().enumerate() {
        let mut rest = segment.clone();
        while !rest.payload.is_empty() {
            let fate = fates.next().unwrap();
            let at = 1 + fate.cut.index(rest.payload.len());
            let [_, second] = rest.split(at);
            let [first, _] = rest.split((at + fate.overlap).min(rest.payload.len()));
            arrivals.push((place + fate.delay, first.clone()));
            if fate.is_repeated {
                arrivals.push((place + fate.delay + 2, first));
            }
            rest = second;
        }
        if segment.payload.is_empty() {
            arrivals.push((place, segment.clone()));
        }
    }
    arrivals.sort_by_key(|(place, _)| *place);
    arrivals.into_iter().map(|(_, segment)| segment).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn the_same_bytes_are_the_same_exchanges(
        talk in talk(),
        client in prop_oneof![Just(1000), (u32::MAX - 300)..u32::MAX],
        server in prop_oneof![Just(5000), (u32::MAX - 300)..u32::MAX],
        fates in proptest::collection::vec(fate(), 1..20),
    ) {
        let wire = in_order(&talk, client, server);
        let (expected, summary) = read_wire(&wire);
        prop_assert_eq!(expected.len(), talk.len());
        prop_assert_eq!(undecoded(&summary), vec![]);
        let (found, summary) = read_segments(&on_their_way(&wire.segments, &fates));
        prop_assert_eq!(bare(found), bare(expected));
        prop_assert_eq!(undecoded(&summary), vec![]);
    }

    #[test]
    fn a_lost_segment_makes_nothing_up(
        talk in talk(),
        fates in proptest::collection::vec(fate(), 1..20),
        lost in any::<prop::sample::Index>(),
    ) {
        let wire = in_order(&talk, 1000, 5000);
        let expected = bare(read_wire(&wire).0);
        let mut segments = on_their_way(&wire.segments, &fates);
        segments.remove(lost.index(segments.len()));
        for exchange in bare(read_segments(&segments).0) {
            // What is told is true; what is not known is said not to be.
            let whole = expected.iter().find(|whole| {
                whole.request == exchange.request
                    && (whole.answer == exchange.answer || exchange.answer.is_none())
            });
            prop_assert!(whole.is_some(), "{exchange:?}");
            prop_assert!(exchange.answer.is_some() || exchange.answer_lost, "{exchange:?}");
        }
    }
}

#[test]
fn the_first_bytes_win() {
    let wire = Wire::new().open().client(get("/first"));
    let mut other = wire.segments[3].clone();
    other.payload = get("/other").into_bytes();
    let mut segments = wire.segments;
    segments.push(other);
    assert_eq!(answers(&read_segments(&segments).0), [("/first".to_owned(), 0)]);
    // Also while they wait for others.
    let [begin, end] = segments[3].split(4);
    let [_, other_end] = segments[4].split(4);
    segments.splice(3.., [end, other_end, begin]);
    assert_eq!(answers(&read_segments(&segments).0), [("/first".to_owned(), 0)]);
}

#[test]
fn probes_change_nothing() {
    let mut wire = Wire::new().open().client(get("/1")).server(answer(200, "abc"));
    let probe = |last: &Segment, payload: &[u8]| Segment {
        sequence: last.sequence + u32::try_from(last.payload.len()).unwrap() - 1,
        payload: payload.to_vec(),
        ..last.clone()
    };
    // Keep-alives, empty and with a byte that is not the one that was sent.
    wire.segments.push(probe(&wire.segments[3], b""));
    wire.segments.push(probe(&wire.segments[4], b"?"));
    let wire = wire.client(get("/2"));
    // A window of zero: the next byte comes first and alone.
    let [one, rest] = wire.segments[7].split(1);
    let mut wire = wire.lose();
    wire.segments.extend([one.clone(), one, rest]);
    let (exchanges, summary) = read_wire(&wire.server(answer(404, "")));
    assert_eq!(answers(&exchanges), [("/1".to_owned(), 200), ("/2".to_owned(), 404)]);
    assert_eq!(undecoded(&summary), []);
}

#[test]
fn a_long_head_may_come_a_byte_a_segment() {
    let field = format!("X-Long: {}\r\n\r\n", "x".repeat(6000));
    let ask = get("/1").replace("\r\n\r\n", "\r\n") + &field;
    let told = answer(200, "abc").replace("\r\n\r\n", &format!("\r\n{field}"));
    let mut wire = Wire::new().open();
    for (is_client, text) in [(true, &ask), (false, &told), (true, &get("/2"))] {
        for byte in text.bytes() {
            wire.segment(is_client, ACK, &[byte]);
            // Keep-alives, with a byte that is not the one that was sent.
            let last = wire.segments.last().unwrap();
            wire.segments.push(Segment { payload: b"?".to_vec(), ..last.clone() });
        }
    }
    let (exchanges, summary) = read_wire(&wire.server(answer(404, "")));
    assert_eq!(answers(&exchanges), [("/1".to_owned(), 200), ("/2".to_owned(), 404)]);
    assert_eq!(undecoded(&summary), []);
    // Where it begins, and when its end was seen, is known all the same.
    let at = |millis: usize| Some(Timestamp::new(START + i64::try_from(millis).unwrap(), 0));
    let (asked, answered) = (3 + ask.len(), 3 + ask.len() + told.len());
    assert_eq!((exchanges[0].started_at, exchanges[1].started_at), (at(3), at(answered)));
    assert_eq!(exchanges[0].answered_at, at(asked + told.len() - "abc".len() - 1));
}

#[test]
fn a_first_byte_alone_does_not_tell() {
    let wire = Wire::new().open().client("\x16").client("\x03\x01\x02\x00\x01");
    assert_eq!(undecoded(&read_wire(&wire).1), [(Undecoded::Tls, 1)]);
}

#[test]
fn a_hole_in_a_body_of_known_length_is_none() {
    let wire = Wire::new()
        .open()
        .client(get("/1"))
        .server("HTTP/1.1 200 OK\r\nContent-Length: 6000\r\n\r\n");
    let wire = wire.server([b'a'; 1000]).lose().server([b'b'; 2000]).server([b'c'; 3000]).lose();
    let wire = wire.client(get("/2")).server(answer(404, ""));
    let (exchanges, summary) = read_wire(&wire);
    assert_eq!(answers(&exchanges), [("/1".to_owned(), 200), ("/2".to_owned(), 404)]);
    assert_eq!(undecoded(&summary), []);
}

#[test]
fn what_waits_for_a_lost_segment_is_bounded() {
    let mut wire = Wire::new().open().client(get("/1")).server("HTTP/1.1 200 OK\r\n").lose();
    for _ in 0..1000 {
        wire = wire.server([b'x'; 1400]);
    }
    let wire = wire.client(get("/2")).server(answer(200, ""));
    let (exchanges, summary) = read_wire(&wire);
    assert_eq!(answers(&exchanges), [("/1".to_owned(), 0), ("/2".to_owned(), 0)]);
    assert!(exchanges.iter().all(|exchange| exchange.answer_lost));
    assert_eq!(undecoded(&summary), [(Undecoded::Gap, 1)]);
}

#[test]
fn an_answer_that_was_captured_before_its_request_waits_for_it() {
    let wire = Wire::new().open().client(get("/1")).server(answer(200, "")).client(get("/2"));
    let mut segments = wire.server(answer(404, "")).segments;
    segments.swap(3, 4);
    segments.swap(5, 6);
    let (exchanges, summary) = read_segments(&segments);
    assert_eq!(answers(&exchanges), [("/1".to_owned(), 200), ("/2".to_owned(), 404)]);
    assert_eq!(undecoded(&summary), []);
}
