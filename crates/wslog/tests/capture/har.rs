//! HTTP archives as browsers export them, and as they should not be.

use serde_json::{Value, json};
use wslog::capture::{Accept, CaptureErrorKind, Exchange, Kind, MAX_HEADERS, Summary, Undecoded};
use wslog::parse::{Protocol, Timestamp};

use crate::{KEY, read, read_as, undecoded};

fn archive(entries: &[Value]) -> Vec<u8> {
    let creator = json!({ "name": "a test", "version": "1" });
    let log = json!({ "version": "1.2", "creator": creator, "pages": [], "entries": entries });
    serde_json::to_vec_pretty(&json!({ "log": log, "more": [null] })).unwrap()
}

/// A handshake as Chromium writes it.
fn handshake() -> Value {
    json!({
        "_connectionId": "7",
        "_initiator": { "type": "script" },
        "_resourceType": "websocket",
        "_webSocketMessages": [
            { "type": "send", "time": 1_520_579_100.25, "opcode": 1, "data": "hello" },
            { "type": "receive", "time": 1_520_579_090.0, "opcode": 1, "data": "\u{1f600}" },
        ],
        "startedDateTime": "2018-03-09T15:03:40.129+08:00",
        "time": 11_069.4,
        "timings": { "blocked": 1.5, "dns": -1, "ssl": -1, "connect": 2.5, "send": 0.0,
                     "wait": 16.0, "receive": 11_049.4 },
        "serverIPAddress": "[2001:db8::2]",
        "connection": "443",
        "request": {
            "method": "GET", "url": "wss://user@example.com:8443/ws/?a=b#c", "httpVersion": "HTTP/1.1",
            "headers": [ { "name": "upgrade", "value": " websocket" },
                         { "name": "Sec-WebSocket-Key", "value": KEY } ],
            "headersSize": -1,
        },
        "response": {
            "status": 101, "statusText": "Switching Protocols", "httpVersion": "http/1.1",
            "headers": [ { "name": "Sec-WebSocket-Accept", "value": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" } ],
        },
    })
}

/// The handshake with something else in a place of it.
fn with(place: &str, value: Value) -> Value {
    let mut entry = handshake();
    *entry.pointer_mut(place).unwrap() = value;
    entry
}

fn read_one(entry: Value) -> Exchange {
    let (mut exchanges, summary) = read(&archive(&[entry]));
    assert_eq!((exchanges.len(), undecoded(&summary)), (1, vec![]));
    assert!(summary.error.is_none());
    exchanges.remove(0)
}

fn at(unix_millis: i64) -> Option<Timestamp> {
    Some(Timestamp::new(unix_millis, 480))
}

#[test]
fn a_handshake_of_chromiums() {
    let exchange = read_one(handshake());
    assert_eq!(exchange.request.method, b"GET");
    assert_eq!(exchange.request.target, b"/ws/?a=b");
    assert_eq!(exchange.request.protocol, Protocol::HTTP_11);
    assert!(exchange.asks_for_websocket());
    assert_eq!(exchange.accept(), Some(Accept::Verified));
    let answer = exchange.answer.as_ref().unwrap();
    assert_eq!(
        (answer.protocol, answer.reason.as_slice()),
        (Protocol::HTTP_11, &b"Switching Protocols"[..])
    );
    let start = 1_520_579_020_129;
    let times = [exchange.started_at, exchange.answered_at, exchange.ended_at];
    assert_eq!(times, [at(start), at(start + 20), at(1_520_579_100_250)]);
    assert_eq!(exchange.server, Some("[2001:db8::2]:8443".parse().unwrap()));
    assert_eq!(exchange.client, None);
}

#[test]
fn the_time_of_a_101_may_be_its_tunnels_life() {
    let mut entry = with("/timings", json!({ "send": 0, "wait": -1, "receive": -1 }));
    entry.as_object_mut().unwrap().remove("_webSocketMessages");
    let exchange = read_one(entry.clone());
    assert_eq!((exchange.answered_at, exchange.ended_at), (None, at(1_520_579_031_198)));
    *entry.pointer_mut("/response/status").unwrap() = json!(403);
    assert_eq!(read_one(entry).answered_at, at(1_520_579_031_198));
}

#[test]
fn no_answer_is_a_status_of_0() {
    let exchange = read_one(with("/response/status", json!(0)));
    assert_eq!((exchange.answer.as_ref(), exchange.answered_at), (None, None));
    assert!(exchange.ended_at.is_some());
    let unexpected = "Error during WebSocket handshake: Unexpected response code: 504";
    let response = json!({ "status": 0, "_error": unexpected });
    let exchange = read_one(with("/response", response));
    assert_eq!(exchange.answer.unwrap().status.code(), 504);
    let response = json!({ "status": 0, "_error": "net::ERR_CONNECTION_REFUSED" });
    assert_eq!(read_one(with("/response", response)).answer, None);
}

#[test]
fn a_handshake_over_http_2() {
    let fields = json!([ { "name": ":method", "value": "CONNECT" },
                         { "name": ":protocol", "value": "websocket" },
                         { "name": "sec-websocket-version", "value": "13" } ]);
    let over_2 = |status| {
        let mut entry = with("/request/headers", fields.clone());
        *entry.pointer_mut("/request/url").unwrap() = json!("https://example.com/ws");
        *entry.pointer_mut("/request/httpVersion").unwrap() = json!("");
        *entry.pointer_mut("/response/status").unwrap() = json!(status);
        read_one(entry)
    };
    let exchange = over_2(200);
    assert!(exchange.asks_for_websocket() && exchange.is_established());
    assert_eq!(exchange.request.protocol, Protocol::parse(b"HTTP/2.0").unwrap());
    assert!(!over_2(404).is_established());
}

#[test]
fn a_url_of_websockets_is_asked_for_with_a_handshake() {
    for (url, is_asked) in [
        ("ws://example.com/ws", true),
        ("WSS://example.com/ws", true),
        ("https://example.com/ws", false),
        ("wssx://example.com/", false),
    ] {
        for (status, is_established) in [(101, true), (0, false), (200, false)] {
            let mut entry = with("/request/headers", json!([]));
            *entry.pointer_mut("/request/url").unwrap() = json!(url);
            *entry.pointer_mut("/response/status").unwrap() = json!(status);
            let exchange = read_one(entry);
            assert_eq!(exchange.asks_for_websocket(), is_asked, "{url}");
            assert_eq!(exchange.is_established(), is_established, "{url} {status}");
        }
    }
}

#[test]
fn every_way_to_write_a_protocol() {
    let parse = |text: &str| Protocol::parse(text.as_bytes()).unwrap();
    for (version, protocol) in [
        (json!("HTTP/1.0"), Protocol::HTTP_10),
        (json!("http/1.1"), Protocol::HTTP_11),
        (json!("HTTP/2.0"), parse("HTTP/2.0")),
        (json!("h2"), parse("HTTP/2.0")),
        (json!("HTTP/2"), parse("HTTP/2.0")),
        (json!("h3"), parse("HTTP/3.0")),
        (json!("h3-29"), parse("HTTP/3.0")),
        (json!(""), Protocol::UNKNOWN),
        (json!("unknown"), Protocol::UNKNOWN),
        (json!(1.1), Protocol::UNKNOWN),
        (json!(null), Protocol::UNKNOWN),
    ] {
        let exchange = read_one(with("/request/httpVersion", version.clone()));
        assert_eq!(exchange.request.protocol, protocol, "{version}");
    }
}

#[test]
fn every_kind_of_url() {
    for (url, target, server) in [
        ("http://example.com", "/", "[2001:db8::2]:80"),
        ("https://example.com?a", "/?a", "[2001:db8::2]:443"),
        ("ws://[2001:db8::9]/a/b", "/a/b", "[2001:db8::2]:80"),
        ("wss://[2001:db8::9]:444/#x", "/", "[2001:db8::2]:444"),
    ] {
        let exchange = read_one(with("/request/url", json!(url)));
        assert_eq!(exchange.request.target, target.as_bytes(), "{url}");
        assert_eq!(exchange.server, Some(server.parse().unwrap()), "{url}");
    }
    assert_eq!(read_one(with("/serverIPAddress", json!(""))).server, None);
}

#[test]
fn values_of_a_wrong_type_are_missing_ones() {
    let wrong = [json!(null), json!(true), json!(-1), json!([1, { "a": [] }]), json!({ "x": {} })];
    for place in [
        "/startedDateTime",
        "/time",
        "/timings",
        "/serverIPAddress",
        "/connection",
        "/_webSocketMessages",
        "/_webSocketMessages/0",
        "/request/headers",
        "/request/headers/0",
        "/request/headers/0/name",
        "/request/httpVersion",
        "/response",
        "/response/status",
        "/response/statusText",
        "/response/headers",
    ] {
        for value in &wrong {
            let (exchanges, summary) = read(&archive(&[with(place, value.clone())]));
            assert_eq!(exchanges[0].request.method, b"GET", "{place} {value}");
            let is_list = place.ends_with("/headers") && value.is_array();
            let is_nameless = is_list || place.starts_with("/request/headers/");
            let counts = is_nameless.then_some((Undecoded::MalformedHeader, 1));
            assert_eq!(undecoded(&summary), Vec::from_iter(counts), "{place} {value}");
        }
    }
    assert_eq!(read_one(with("/time", json!("nonsense"))).started_at, at(1_520_579_020_129));
    assert_eq!(read_one(with("/startedDateTime", json!("yesterday"))).ended_at, None);
}

#[test]
fn an_entry_without_method_or_url_is_counted_and_the_others_are_read() {
    let entries = [
        handshake(),
        json!(null),
        json!({}),
        with("/request", json!("GET")),
        with("/request/url", json!(null)),
        with("/request/method", json!("")),
        handshake(),
    ];
    let (exchanges, summary) = read(&archive(&entries));
    let places: Vec<_> = exchanges.iter().map(|exchange| exchange.byte).collect();
    assert_eq!((places, summary.packets), (vec![0, 6], 7));
    assert_eq!(undecoded(&summary), [(Undecoded::MalformedEntry, 5)]);
}

#[test]
fn a_byte_order_mark_is_no_damage() {
    let text = [&b"\xef\xbb\xbf"[..], &archive(&[handshake()])].concat();
    let (exchanges, summary) = read(&text);
    assert_eq!((exchanges.len(), summary.bytes), (1, text.len() as u64));
}

#[test]
fn bodies_of_any_size_are_passed_over() {
    let body = "\\\"\u{1f600}\u{7}é".repeat(200_000);
    let mut entry = handshake();
    entry["response"]["content"] = json!({ "text": body, "size": 1 });
    entry["request"]["postData"] = json!({ "text": "x".repeat(1 << 20) });
    assert_eq!(read_one(entry).request, read_one(handshake()).request);
    let many: Vec<_> = (0..2 * MAX_HEADERS).map(|_| json!({ "name": "a", "value": "b" })).collect();
    let (exchanges, summary) = read(&archive(&[with("/request/headers", json!(many))]));
    assert_eq!(exchanges[0].request.headers.0.len(), MAX_HEADERS);
    assert_eq!(undecoded(&summary), [(Undecoded::MalformedHeader, 1)]);
    let long = "y".repeat(1 << 20);
    let (exchanges, summary) = read(&archive(&[with("/request/headers/0/value", json!(long))]));
    assert!(exchanges[0].request.headers.0[0].value.len() < 1 << 17);
    assert_eq!(undecoded(&summary), [(Undecoded::MalformedHeader, 1)]);
}

#[test]
fn surrogates_at_the_place_where_a_string_is_cut() {
    for before in 65_500..65_540 {
        let body = format!("{}{}", "x".repeat(before), "\\ud83d\\ude00".repeat(5));
        let text = String::from_utf8(archive(&[handshake()])).unwrap();
        let text = text.replace("Switching Protocols", &body);
        let (exchanges, summary) = read(text.as_bytes());
        assert!(summary.error.is_none(), "{before}");
        assert_eq!(exchanges.len(), 1);
    }
}

fn damaged(text: &[u8]) -> (usize, Summary) {
    let (exchanges, summary) = read_as(Kind::Har, text);
    (exchanges.len(), summary)
}

#[test]
fn damage_does_not_hide_what_stands_before_it() {
    let whole = archive(&[handshake(), handshake(), handshake()]);
    let third = whole.windows(15).rposition(|it| it == b"startedDateTime").unwrap();
    let (count, summary) = damaged(&whole[..third]);
    assert_eq!(count, 2);
    assert!(matches!(summary.error.unwrap().kind, CaptureErrorKind::CutOff));
    let mut text = whole.clone();
    text[third - 1] = b'}';
    let (count, summary) = damaged(&text);
    assert_eq!(count, 2);
    assert!(matches!(summary.error.unwrap().kind, CaptureErrorKind::Damaged(_)));
    let deep = [&br#"{"log":{"x":"#[..], &[b'['; 100_000]].concat();
    assert!(damaged(&deep).1.error.is_some());
    assert!(damaged(b"").1.error.is_some());
}

#[test]
fn half_a_surrogate_pair_does_not_end_the_reading() {
    let text = String::from_utf8(archive(&[handshake(), handshake()])).unwrap();
    let places =
        ["hello", "example.com:8443/ws/", " websocket", "Switching Protocols", "_initiator"];
    for place in places {
        for half in [r"\ud83d", r"\uDE00", r"\\\udBFF", r"\ud83d\ude00", r"\uD83Dd83d"] {
            let text = text.replace(place, &format!("{place}{half}"));
            let (exchanges, summary) = read(text.as_bytes());
            assert!(summary.error.is_none(), "{place}{half}: {:?}", summary.error);
            assert_eq!(exchanges.len(), 2);
            assert_eq!(exchanges[1].accept(), Some(Accept::Verified), "{place}{half}");
        }
    }
    // What is none stays what it is.
    let text = text.replace("?a=b", r"?a=\ud7a3\\ud83d");
    let (exchanges, _) = read(text.as_bytes());
    assert!(exchanges[0].request.target.ends_with("?a=\u{d7a3}\\ud83d".as_bytes()));
}
