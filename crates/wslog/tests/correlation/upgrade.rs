//! Where `Upgrade` is lost, in formats that show it.

use std::io::Cursor;

use wslog::parse::{LogFormat, Upgrade};
use wslog::{Analyzer, LossKind, Options, Wanted};

use crate::log::{key, key_of};

const FORMAT: &str = "$msec $request_time $server_addr $upstream_addr \"$request\" $status \
                      \"$http_upgrade\" $http_sec_websocket_key";

fn analyzer(lines: &[(&str, &str, &str, u16)]) -> Analyzer<'static> {
    let options =
        Options { format: Some(LogFormat::compile(FORMAT).unwrap()), ..Options::default() };
    lines.iter().fold(Analyzer::new(options), |analyzer, (address, upstream, upgrade, status)| {
        let line = format!(
            "1767268860.000 60.000 {address} {upstream} \"GET /ws HTTP/1.1\" {status} \
             \"{upgrade}\" {}\n",
            key_of(0)
        );
        analyzer.reader(&format!("{address}.log"), Cursor::new(line))
    })
}

#[test]
fn ok_it_was_there_at_one_and_gone_before_the_next() {
    let lines = [
        ("10.0.0.1", "10.0.0.2:80", "websocket", 400),
        ("10.0.0.2", "10.0.0.3:80", "-", 400),
        ("10.0.0.3", "127.0.0.1:80", "-", 400),
    ];
    let analysis = analyzer(&lines).run().unwrap();
    let [row] = &analysis.handshakes.upgrade_lost[..] else { panic!("{analysis:#?}") };
    assert_eq!((row.after.as_deref(), row.before.as_deref()), (Some("10.0.0.1"), Some("10.0.0.2")));
    // At the edge, and further in.
    assert_eq!((row.count, row.failed, analysis.downgrades.total), (2, 2, 0));

    let traces = analyzer(&lines).gather().unwrap().trace(&Wanted::Keys(vec![key(0)])).traces;
    let lost = traces[0].upgrade_lost.as_ref().unwrap();
    assert_eq!((lost.kind, lost.before.as_str()), (LossKind::Proven, "10.0.0.2"));
    assert_eq!(traces[0].sightings[1].upgrade, Upgrade::Absent);
    let is_said = |change: &String| change.contains("Upgrade: websocket at 10.0.0.1 was gone");
    assert!(traces[0].changes.iter().any(is_said), "{:?}", traces[0].changes);
}

#[test]
fn ok_nobody_is_known_to_have_had_it() {
    let lines = [("10.0.0.2", "10.0.0.3:80", "-", 400), ("10.0.0.3", "-", "-", 400)];
    assert!(analyzer(&lines).run().unwrap().handshakes.upgrade_lost.is_empty());
    let traces = analyzer(&lines).gather().unwrap().trace(&Wanted::Keys(vec![key(0)])).traces;
    let lost = traces[0].upgrade_lost.as_ref().unwrap();
    assert_eq!((lost.kind, lost.before.as_str()), (LossKind::Suspected, "10.0.0.2"));
}
