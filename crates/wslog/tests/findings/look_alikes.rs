//! What looks like a failure and is none.

use std::io::Cursor;

use wslog::{Analyzer, Options};

use crate::log::{Alike, ESTABLISHED, REFUSED, found};

#[test]
fn ok_clients_are_no_nodes() {
    // One of many gives up often.
    let clients: Vec<&'static str> =
        (1..=40).map(|number| &*format!("198.51.100.{number}").leak()).collect();
    let mut all: Vec<Alike> =
        clients.iter().map(|client| Alike { client, count: 9, ..ESTABLISHED }).collect();
    all.push(Alike { client: clients[7], count: 30, ..REFUSED });
    assert!(found(&all).is_empty());
}

#[test]
fn ok_traffic_without_websockets_has_no_finding() {
    let line = |number: u32| {
        let (protocol, status) =
            [("HTTP/1.0", 504), ("HTTP/1.1", 502), ("HTTP/2.0", 499), ("HTTP/1.0", 200)]
                [number as usize % 4];
        format!(
            "192.0.2.{} - - [09/Mar/2018:17:00:00 +0000] \"GET /project/api/{number} {protocol}\" {status} 0 \
             \"-\" \"-\" \"-\" 1520614800.000 60.264 \"edge\" \"-\" \"-\" \"10.0.0.9:80\" \"{status}\" \"-\" \
             \"60.264\"\n",
            number % 9
        )
    };
    let log: String = (0..1000).map(line).collect();
    let analysis =
        Analyzer::new(Options::default()).reader("access.log", Cursor::new(log)).run().unwrap();
    assert_eq!((analysis.sightings.total, analysis.findings.len()), (0, 0));
}
