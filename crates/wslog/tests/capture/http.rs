//! What two ends of a connection say becomes exchanges.

use wslog::capture::{Accept, Exchange, MAX_HEAD, Undecoded};
use wslog::parse::{Protocol, Timestamp};

use crate::wire::{ACK, FIN, RST, START, SYN, Wire};
use crate::{SWITCHING, answer, answers, get, handshake, read_segments, read_wire, undecoded};

fn at(millis: i64) -> Option<Timestamp> {
    Some(Timestamp::new(START + millis, 0))
}

/// Reads a connection in which all must be understood.
fn understood(wire: &Wire) -> Vec<Exchange> {
    let (exchanges, summary) = read_wire(wire);
    assert_eq!(undecoded(&summary), []);
    assert!(summary.error.is_none());
    exchanges
}

fn told(exchanges: &[Exchange]) -> Vec<(String, u16)> {
    answers(exchanges)
}

fn expected(list: &[(&str, u16)]) -> Vec<(String, u16)> {
    list.iter().map(|(target, status)| ((*target).to_owned(), *status)).collect()
}

#[test]
fn a_handshake_and_its_tunnel() {
    let wire = Wire::new().open().client(handshake("/ws")).server(SWITCHING);
    let wire = wire.server("\x01\x05hello").wait(5000).client("\x08");
    let [exchange] = &understood(&wire)[..] else { panic!() };
    assert!(exchange.asks_for_websocket());
    assert_eq!(exchange.accept(), Some(Accept::Verified));
    assert_eq!(exchange.key().filter(Result::is_ok).count(), 1);
    let times = [exchange.started_at, exchange.answered_at, exchange.ended_at];
    assert_eq!(times, [at(3), at(4), at(5006)]);
    assert!(!exchange.answer_lost);
}

#[test]
fn a_request_inside_of_a_tunnel_is_none() {
    for (ask, open) in [
        (handshake("/ws"), SWITCHING),
        // The answer decides, even to a request that did not ask.
        (get("/ws"), SWITCHING),
    ] {
        let wire = Wire::new().open().client(ask).server(open);
        let wire = wire.client(get("/inside")).server(answer(200, "")).client(get("/again"));
        assert_eq!(understood(&wire).len(), 1);
    }
}

#[test]
fn bytes_that_a_client_sends_before_the_101_are_the_tunnels() {
    let wire = Wire::new().open().client(handshake("/ws") + "GET /inside HTTP/1.1\r\n\r\n");
    assert_eq!(told(&understood(&wire.server(SWITCHING))), expected(&[("/ws", 101)]));
}

#[test]
fn a_refused_handshake_is_followed_by_the_next_request() {
    let wire = Wire::new().open().client(handshake("/a") + &get("/b"));
    let wire = wire.server(answer(403, "no")).server(answer(200, "yes"));
    assert_eq!(told(&understood(&wire)), expected(&[("/a", 403), ("/b", 200)]));
}

#[test]
fn interim_answers_are_none() {
    let interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n";
    let wire = Wire::new().open().client(get("/")).server(interim).wait(10).server(answer(200, ""));
    let exchanges = understood(&wire);
    assert_eq!(told(&exchanges), expected(&[("/", 200)]));
    assert_eq!(exchanges[0].answered_at, at(15));
}

#[test]
fn bodies_hide_what_looks_like_a_head() {
    let inside = get("/inside") + &answer(500, "");
    let chunked = format!(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n{:x};a=b\r\n{inside}\r\n0\r\n\
         X-Trailer: 1\r\n\r\n",
        inside.len()
    );
    let post = |target| {
        format!("POST {target} HTTP/1.1\r\nContent-Length: {}\r\n\r\n{inside}", inside.len())
    };
    let wire = Wire::new().open().client(post("/1")).server(answer(200, &inside));
    let wire = wire.client(post("/2")).server(chunked).client(get("/3")).server(answer(204, ""));
    let wire = wire.client("HEAD /4 HTTP/1.1\r\n\r\n");
    let wire = wire.server("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n");
    let wire = wire.client(get("/5")).server("HTTP/1.1 304 Same\r\nContent-Length: 9\r\n\r\n");
    let wire = wire.client(get("/6")).server("HTTP/1.1 200 OK\r\n\r\n").server(inside);
    let exchanges = understood(&wire.wait(100).server_ends(FIN).client_ends(FIN));
    let list = [("/1", 200), ("/2", 200), ("/3", 204), ("/4", 200), ("/5", 304), ("/6", 200)];
    assert_eq!(told(&exchanges), expected(&list));
    // The last answer ends with its connection.
    assert_eq!(exchanges[5].ended_at, at(116));
}

#[test]
fn pipelined_requests_are_answered_in_their_order() {
    let wire = Wire::new().open().client(get("/1") + &get("/2") + "\r\n" + &get("/3"));
    let wire = wire.server(answer(200, "a") + &answer(404, "")).server(answer(500, "b"));
    let list = [("/1", 200), ("/2", 404), ("/3", 500)];
    assert_eq!(told(&understood(&wire)), expected(&list));
}

#[test]
fn heads_that_are_odd_but_were_understood() {
    let wire =
        Wire::new().open().client(b"\r\nGET /a b?c=\xe9 d HTTP/1.0\nupgrade: WebSocket, h2c\n\n");
    let [exchange] = &understood(&wire.server("HTTP/1.0 101 \r\n\r\n"))[..] else { panic!() };
    assert_eq!(exchange.request.target, b"/a b?c=\xe9 d");
    assert_eq!(exchange.request.protocol, Protocol::HTTP_10);
    assert!(exchange.asks_for_websocket());
    assert_eq!(exchange.answer.as_ref().unwrap().reason, b"");

    let many: String = (0..200).map(|number| format!("X-{number}: {number}\r\n")).collect();
    let wire = Wire::new().open().client(format!("GET / HTTP/1.1\r\n{many}\r\n"));
    let exchanges = understood(&wire.server("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"));
    assert_eq!(exchanges[0].request.headers.0.len(), 200);
    assert_eq!(told(&exchanges), expected(&[("/", 200)]));
}

#[test]
fn a_line_that_is_no_field_is_left_out_and_counted() {
    let wire =
        Wire::new().open().client("GET / HTTP/1.1\r\nno field\r\nUpgrade: websocket\r\n\r\n");
    let (exchanges, summary) = read_wire(&wire);
    assert!(exchanges[0].asks_for_websocket());
    assert_eq!(undecoded(&summary), [(Undecoded::MalformedHeader, 1)]);
}

#[test]
fn a_client_that_gives_up_has_no_answer() {
    for end in [FIN, RST] {
        let wire = Wire::new().open().client(handshake("/ws")).wait(60_000).client_ends(end);
        let [exchange] = &understood(&wire)[..] else { panic!() };
        assert_eq!((exchange.answer.as_ref(), exchange.answer_lost), (None, false));
        assert_eq!(exchange.ended_at, at(60_004));
    }
    let open = understood(&Wire::new().open().client(handshake("/ws")));
    assert_eq!((open[0].ended_at, open[0].answer_lost), (None, false));
}

#[test]
fn an_answer_after_the_clients_fin_counts() {
    let wire = Wire::new().open().client(get("/")).client_ends(FIN).server(answer(200, ""));
    assert_eq!(told(&understood(&wire.server_ends(FIN))), expected(&[("/", 200)]));
}

#[test]
fn one_pair_of_ends_may_have_several_connections() {
    let first = Wire::new().open().client(handshake("/1")).server(SWITCHING).server_ends(RST);
    let mut second = Wire::new().from(77, 99);
    second.at = first.at + 10;
    let second = second.open().client(get("/2")).server(answer(200, ""));
    // The third begins while the second was not seen to end.
    let mut third = Wire::new().from(500_000, 900_000);
    third.at = second.at + 10;
    let third = third.open().client(get("/3")).server(answer(404, "")).client_ends(FIN);
    let segments = [first.segments, second.segments, third.segments].concat();
    let (exchanges, summary) = read_segments(&segments);
    assert_eq!(told(&exchanges), expected(&[("/1", 101), ("/2", 200), ("/3", 404)]));
    assert_eq!((summary.connections, undecoded(&summary)), (3, vec![]));
}

#[test]
fn what_is_no_http_is_named() {
    let talks = [
        (true, "\x16\x03\x01\x02\x00\x01", Undecoded::Tls),
        (true, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Undecoded::Http2),
        (true, "\x00\x01\x02", Undecoded::NotHttp),
        (true, "EHLO example.com\r\n", Undecoded::NotHttp),
        (true, "GET /\r\n", Undecoded::NotHttp),
        (false, "SSH-2.0-OpenSSH_9.9\r\n", Undecoded::NotHttp),
        (false, "HTTP/1.1 408 Timeout\r\n\r\n", Undecoded::AnswerWithoutRequest),
        (true, "GET / HTTP/1.1\r\nHost: a", Undecoded::IncompleteRequest),
    ];
    for (is_client, text, what) in talks {
        let mut wire = Wire::new().open();
        wire.segment(is_client, ACK, text.as_bytes());
        let (exchanges, summary) = read_wire(&wire);
        assert_eq!((exchanges.len(), undecoded(&summary)), (0, vec![(what, 1)]), "{text:?}");
    }
}

#[test]
fn an_answer_that_is_none_is_no_missing_answer() {
    for (text, what) in [
        ("garbage\r\n\r\n", Undecoded::MalformedMessage),
        ("HTTP/1.1 abc\r\n\r\n", Undecoded::MalformedMessage),
        ("HTTP/1.1 200 OK\r\nServ", Undecoded::IncompleteAnswer),
    ] {
        let (exchanges, summary) = read_wire(&Wire::new().open().client(get("/")).server(text));
        assert_eq!(told(&exchanges), expected(&[("/", 0)]));
        assert!(exchanges[0].answer_lost);
        assert_eq!(undecoded(&summary), [(what, 1)]);
    }
}

#[test]
fn a_message_whose_length_cannot_be_told_is_the_last() {
    for length in
        ["Content-Length: 1\r\nContent-Length: 2", "Content-Length: x", "Content-Length: -1"]
    {
        let post = format!("POST /1 HTTP/1.1\r\n{length}\r\n\r\n");
        let (exchanges, summary) = read_wire(&Wire::new().open().client(post + &get("/2")));
        assert_eq!(told(&exchanges), expected(&[("/1", 0)]));
        assert_eq!(undecoded(&summary), [(Undecoded::MalformedMessage, 1)]);
    }
}

#[test]
fn a_head_has_a_largest_size() {
    let long = format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(MAX_HEAD));
    let mut wire = Wire::new().open();
    for part in long.as_bytes().chunks(1400) {
        wire = wire.client(part);
    }
    let (exchanges, summary) = read_wire(&wire.client(get("/next")));
    assert_eq!(exchanges, []);
    assert_eq!(undecoded(&summary), [(Undecoded::MalformedMessage, 1)]);
}

#[test]
fn a_connection_whose_beginning_is_missing() {
    let frames = Wire::new().client("\x01\x02abc").server("\x03GET / HTTP/1.1\r\n\r\n");
    let (exchanges, summary) = read_wire(&frames);
    assert_eq!((exchanges.len(), undecoded(&summary)), (0, vec![(Undecoded::MidStream, 1)]));

    let wire = Wire::new().server("end of a body").client(handshake("/ws")).server(SWITCHING);
    let (exchanges, summary) = read_wire(&wire);
    assert_eq!(told(&exchanges), expected(&[("/ws", 101)]));
    assert_eq!(undecoded(&summary), [(Undecoded::MidStream, 1)]);

    let late = Wire::new().server(answer(200, "")).client(get("/2")).server(answer(404, ""));
    let (exchanges, summary) = read_wire(&late);
    assert_eq!(told(&exchanges), expected(&[("/2", 404)]));
    let counts = [(Undecoded::MidStream, 1), (Undecoded::AnswerWithoutRequest, 1)];
    assert_eq!(undecoded(&summary), counts);
}

#[test]
fn a_connection_of_which_one_direction_was_captured() {
    let whole = Wire::new().open().client(get("/1")).server(answer(200, "")).client(get("/2"));
    let seen_from = |address| {
        let mut wire = whole.clone();
        wire.segments.retain(|segment| segment.from == address);
        read_wire(&wire)
    };
    let (exchanges, summary) = seen_from(whole.client);
    assert_eq!(told(&exchanges), expected(&[("/1", 0), ("/2", 0)]));
    assert!(exchanges.iter().all(|exchange| exchange.answer_lost));
    assert_eq!(undecoded(&summary), [(Undecoded::Gap, 1)]);
    let (exchanges, summary) = seen_from(whole.server);
    assert_eq!(exchanges, []);
    assert!(summary.undecoded.contains_key(&Undecoded::AnswerWithoutRequest));
}

#[test]
fn exchanges_come_in_the_order_of_their_requests() {
    let slow = Wire::new().open().client(handshake("/slow")).server(SWITCHING);
    let mut segments = slow.segments.clone();
    for number in 0..5 {
        let address = format!("192.0.2.1:{}", 50_000 + number);
        let mut fast = Wire::between(&address, "198.51.100.2:80");
        fast.at = slow.at + number;
        let fast = fast.open().client(get(&format!("/{number}"))).server(answer(200, ""));
        segments.extend(fast.segments);
    }
    let mut end = slow;
    end.segments.clear();
    segments.extend(end.wait(1000).client_ends(FIN).server_ends(FIN).segments);
    let (exchanges, _) = read_segments(&segments);
    assert_eq!(told(&exchanges)[0], ("/slow".to_owned(), 101));
    assert!(exchanges.is_sorted_by_key(|exchange| exchange.byte));
    assert_eq!(exchanges.len(), 6);
}

#[test]
fn a_syn_that_is_sent_again_begins_nothing_new() {
    let mut wire = Wire::new();
    wire.segment(true, SYN, b"");
    let again = wire.segments[0].clone();
    wire.segments.push(again.clone());
    wire.segment(false, SYN | ACK, b"");
    let mut wire = wire.client(get("/"));
    wire.segments.push(again);
    let (exchanges, summary) = read_wire(&wire.server(answer(200, "")));
    assert_eq!(told(&exchanges), expected(&[("/", 200)]));
    assert_eq!((summary.connections, undecoded(&summary)), (1, vec![]));
}

#[test]
fn data_after_the_end_is_counted() {
    let wire = Wire::new().open().client(get("/")).server_ends(RST).client("more");
    assert_eq!(undecoded(&read_wire(&wire).1), [(Undecoded::AfterEnd, 1)]);
    // A connection whose SYN was not captured is known by the server's.
    let mut next = Wire::new().from(70, 90);
    next.at = wire.at;
    let mut next = next.open().client(get("/next")).server(answer(200, "")).segments;
    next.remove(0);
    let (exchanges, _) = read_segments(&[wire.segments, next].concat());
    assert_eq!(told(&exchanges), expected(&[("/", 0), ("/next", 200)]));
}
