//! How finely a log tells the time.

use std::io::Cursor;

use wslog::{Analyzer, Gathered, LossKind, Options, Wanted};

use crate::log::key;

/// A line of a key: when it was written, and how long the request took.
type Line<'a> = (&'a str, &'a str);

/// Two nginx that each logged keys 0, 1 and so on, the first at HTTP/1.1, the second at HTTP/1.0.
fn gathered(keys: u8, front: Line<'_>, back: Line<'_>) -> Gathered {
    let log = |address: &str, protocol: &str, (time, took): Line<'_>| {
        let line = |number| {
            format!(
                "{{{time},\"server_addr\":\"{address}\",\"request\":\"GET /ws/ HTTP/{protocol}\",\
                 \"status\":\"426\",\"request_time\":\"{took}\",\"http_sec_websocket_key\":\"{}\"}}\n",
                key(number)
            )
        };
        (0..keys).map(line).collect::<String>()
    };
    let analyzer = Analyzer::new(Options::default())
        .reader("front.log", Cursor::new(log("front", "1.1", front)))
        .reader("back.log", Cursor::new(log("back", "1.0", back)));
    analyzer.gather().unwrap()
}

const SECOND: &str = r#""time_iso8601":"2026-01-01T12:00:05+00:00""#;

fn millisecond(thousandths: &str) -> String {
    format!("{SECOND},\"msec\":\"1767268805.{thousandths}\"")
}

#[test]
fn ok_a_time_is_a_whole_second_by_its_format_and_not_by_its_digits() {
    let trace = |front, back| {
        let tracing = gathered(1, front, back).trace(&Wanted::Keys(vec![key(0)]));
        let trace = tracing.traces.into_iter().next().unwrap();
        (trace.requests, trace.downgrade.unwrap().kind)
    };
    // The one was over 0.5 s before the other began.
    let (over, begun) = (millisecond("000"), millisecond("600"));
    assert_eq!(trace((&over, "0.100"), (&begun, "0.100")), (2, LossKind::Suspected));
    assert_eq!(trace((SECOND, "0.100"), (SECOND, "0.100")).0, 1);
}

#[test]
fn ok_whole_seconds_do_not_tell_what_came_first() {
    let hops = |front, back| {
        let downgrades = gathered(3, front, back).analysis().downgrades;
        let rows = downgrades.located.into_iter();
        (downgrades.proven, rows.map(|row| (row.after, row.before)).collect::<Vec<_>>())
    };
    assert_eq!(hops((SECOND, "4.000"), (SECOND, "3.990")), (0, vec![]));
    let exact = millisecond("000");
    let hop = ["front", "back"].map(|name| Some(name.to_owned())).into();
    assert_eq!(hops((&exact, "4.000"), (&exact, "3.990")), (3, vec![hop]));
}
