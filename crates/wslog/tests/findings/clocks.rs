//! Clocks that differ.

use std::io::Cursor;

use wslog::{Analysis, Analyzer, Options};

/// Handshakes at the edge, and behind it where the clock is ahead by so much, in ms.
#[derive(Clone, Copy)]
struct Pair {
    count: i64,
    ahead: fn(i64) -> i64,
    status: u16,
    lasted: i64,
    /// How much longer each lasts than the one before.
    longer: i64,
    /// Whether the edge names the inner one.
    is_linked: bool,
    format: &'static str,
}

const TUNNELS: Pair = Pair {
    count: 5,
    ahead: |_| 0,
    status: 101,
    lasted: 5_000,
    longer: 900,
    is_linked: false,
    format: "$server_addr $remote_addr $msec [$time_local] \"$request\" $status $request_time \
             $upstream_addr $http_sec_websocket_key",
};

/// The same without milliseconds.
const WHOLE_SECONDS: &str = "$server_addr $remote_addr [$time_local] \"$request\" $status $request_time \
                             $upstream_addr $http_sec_websocket_key";

fn log(pair: Pair, is_inner: bool) -> String {
    let Pair { count, ahead, status, lasted, longer, is_linked, format } = pair;
    let line = |number: i64| {
        let at = 1_520_614_800_000 + number * 60_000 + if is_inner { ahead(number) } else { 0 };
        let lasted = if is_inner { lasted } else { lasted + 1 };
        let lasted = lasted + number * longer;
        let time = chrono::DateTime::from_timestamp_millis(at).unwrap();
        let [address, client, upstream] = match (is_inner, is_linked) {
            (true, _) => ["10.0.0.2", "10.0.0.1", "10.0.0.3:80"],
            (false, true) => ["10.0.0.1", "192.0.2.1", "10.0.0.2:80"],
            (false, false) => ["10.0.0.1", "192.0.2.1", "inner"],
        };
        let seconds = |millis: i64| format!("{}.{:03}", millis / 1000, millis % 1000);
        format
            .replace("$server_addr", address)
            .replace("$remote_addr", client)
            .replace("$msec", &seconds(at))
            .replace("$time_local", &time.format("%d/%b/%Y:%H:%M:%S +0000").to_string())
            .replace("$request_time", &seconds(lasted))
            .replace("$request", "GET /ws/ HTTP/1.1")
            .replace("$status", &status.to_string())
            .replace("$upstream_addr", upstream)
            .replace("$http_sec_websocket_key", &format!("{number:021}A=="))
            + "\n"
    };
    (0..count).map(line).collect()
}

fn analyze(pair: Pair) -> Analysis {
    let format = wslog::parse::LogFormat::compile(pair.format).unwrap();
    Analyzer::new(Options { format: Some(format), ..Options::default() })
        .reader("edge.log", Cursor::new(log(pair, false)))
        .reader("inner.log", Cursor::new(log(pair, true)))
        .run()
        .unwrap()
}

/// The explanation's first line, and the severity.
fn told(pair: Pair) -> Option<String> {
    let findings = analyze(pair).findings;
    let skew = findings.iter().find(|finding| finding.id == "clock-skew")?;
    let first = skew.explanation.lines().next().unwrap();
    Some(format!("{:?} {first}", skew.severity))
}

#[test]
fn ok_hours_apart_and_the_same_for_all() {
    assert_eq!(
        told(Pair { ahead: |number| 3_600_000 + number, ..TUNNELS }).unwrap(),
        "Warning The clock of 10.0.0.2 is ahead of that of 10.0.0.1 by 3600.001 to 3600.005 s: 5 handshakes \
         that both logged with the same answer."
    );
    assert_eq!(
        told(Pair { ahead: |_| -4_000, format: WHOLE_SECONDS, ..TUNNELS }).unwrap(),
        "Warning The clock of 10.0.0.1 is ahead of that of 10.0.0.2 by 3.999 s: 5 handshakes that both logged \
         with the same answer."
    );
}

#[test]
fn ok_what_is_behind_starts_before_what_is_in_front() {
    let behind = Pair { ahead: |_| -120, lasted: 200, longer: 0, status: 400, ..TUNNELS };
    assert_eq!(
        told(Pair { is_linked: true, ..behind }).unwrap(),
        "Info The clock of 10.0.0.1 is ahead of that of 10.0.0.2 by 0.119 s: 5 handshakes that both logged with \
         the same answer."
    );
    let whole = Pair { is_linked: true, format: WHOLE_SECONDS, ..behind };
    assert_eq!(told(whole), None);
    assert_eq!(told(Pair { ahead: |_| 2, is_linked: true, ..behind }), None);
    assert_eq!(told(Pair { ahead: |_| -8, is_linked: true, ..behind }), None);
}

#[test]
fn ok_what_may_be_otherwise_is_not_told() {
    let hour = Pair { ahead: |_| 3_600_000, ..TUNNELS };
    // Too few; answers that are tried again for; others that were used again; short ones that were.
    assert_eq!(told(Pair { count: 2, ..hour }), None);
    assert_eq!(told(Pair { status: 502, ..hour }), None);
    assert_eq!(told(Pair { ahead: |number| 3_600_000 * number, ..hour }), None);
    assert_eq!(told(Pair { lasted: 10, longer: 0, status: 400, ..hour }), None);
    assert_eq!(told(TUNNELS), None);
    // Devices that keep their keys, and that an idle timer sent to another place.
    let moved = Pair { ahead: |_| 65_101, lasted: 60_000, longer: 0, ..TUNNELS };
    assert_eq!(told(moved), None);
    assert!(told(Pair { longer: 900, ..moved }).is_some());
}
