//! Which ways requests took: all of them, and as their traces tell them.

use std::collections::BTreeMap;

use proptest::prelude::*;
use wslog::{Loss, PathRow, Trace, Wanted};

use crate::log::{Log, gather, key};

/// By vantage points in their order, and where HTTP/1.1 was lost: how many requests.
type Paths = BTreeMap<(Vec<String>, Option<Loss>), u64>;

/// The same, one request after the other.
fn of_traces(traces: &[Trace]) -> Paths {
    let mut paths = Paths::new();
    for trace in traces {
        let of_one =
            |one: &wslog::TracedSighting, next: &wslog::TracedSighting| one.request == next.request;
        let mut requests = trace.sightings.chunk_by(of_one);
        let (Some(request), None) = (requests.next(), requests.next()) else { continue };
        let mut vantages: Vec<String> = Vec::new();
        for sighting in request {
            if !vantages.contains(&sighting.vantage) {
                vantages.push(sighting.vantage.clone());
            }
        }
        vantages.sort();
        *paths.entry((vantages, trace.downgrade.clone())).or_default() += 1;
    }
    paths
}

fn of_rows(rows: &[PathRow]) -> Paths {
    let mut paths = Paths::new();
    for row in rows {
        let mut vantages = row.vantages.clone();
        vantages.sort();
        let lost: u64 = row.downgrades.iter().map(|loss| loss.count).sum();
        let kept = (None, row.count - lost);
        let losses = row.downgrades.iter().map(|it| (Some(it.loss.clone()), it.count));
        for (loss, count) in losses.chain([kept]).filter(|(_, count)| *count > 0) {
            *paths.entry((vantages.clone(), loss)).or_default() += count;
        }
    }
    paths
}

/// When a request of a key started and ended at a vantage point, and whether as HTTP/1.0.
type Request = (u8, u8, i64, i64, bool);

fn logs(requests: &[Request]) -> Vec<Log> {
    let mut logs = vec![
        Log::new("w.log", "10.0.0.1", "10.0.0.2:80"),
        Log::new("x.log", "10.0.0.2", "10.0.0.3:80"),
        Log::new("y.log", "10.0.0.3", "127.0.0.1:9000"),
        Log::new("z.log", "10.0.0.4", "127.0.0.1:9000"),
    ];
    for &(place, key, start, time, is_http10) in requests {
        let protocol = if is_http10 { "1.0" } else { "1.1" };
        let log = &mut logs[usize::from(place)];
        *log = log.clone().request(key, (start, start + time), (protocol, 499));
    }
    logs
}

proptest! {
    #[test]
    fn ok_rows_are_what_traces_add_up_to(
        requests in prop::collection::vec(
            (0..4_u8, 0..6_u8, 0..40_i64, 0..40_i64, any::<bool>()), 0..24),
    ) {
        let keys = Wanted::Keys((0..6).map(key).collect());
        let traces = gather(logs(&requests)).trace(&keys).traces;
        let analysis = gather(logs(&requests)).analysis();
        let paths = &analysis.handshakes.paths;
        let counted: u64 = paths.iter().map(|path| path.count).sum();
        prop_assert_eq!(counted, traces.iter().map(|trace| trace.requests).sum::<u64>());
        let seen: u64 = traces.iter().map(|trace| trace.sightings.len() as u64).sum();
        prop_assert_eq!(seen, requests.len() as u64);
        // Of a key that came again, its trace tells one loss.
        if traces.iter().all(|trace| trace.requests == 1) {
            prop_assert_eq!(of_rows(paths), of_traces(&traces));
        }
        let mut backwards = logs(&requests);
        backwards.reverse();
        prop_assert_eq!(&gather(backwards).analysis().handshakes.paths, paths);
    }
}

#[test]
fn ok_each_way_is_a_row() {
    let requests = [
        // Three through both, of which one is downgraded between them; one that reached only the second.
        (0, 0, 0, 50, false),
        (1, 0, 0, 50, true),
        (0, 1, 0, 50, false),
        (1, 1, 0, 50, false),
        (0, 2, 0, 50, false),
        (1, 2, 0, 50, false),
        (1, 3, 0, 50, true),
    ];
    let analysis = gather(logs(&requests)).analysis();
    let row = |row: &PathRow| {
        let losses = row.downgrades.iter().map(|it| (it.loss.after.as_deref(), it.count));
        (
            row.vantages.join(" "),
            row.ordered,
            row.count,
            format!("{:?}", losses.collect::<Vec<_>>()),
        )
    };
    let rows: Vec<_> = analysis.handshakes.paths.iter().map(row).collect();
    let expected = [
        ("10.0.0.1 10.0.0.2", true, 3, "[(Some(\"10.0.0.1\"), 1)]"),
        ("10.0.0.2", true, 1, "[(None, 1)]"),
    ];
    assert_eq!(rows.len(), expected.len());
    for ((way, ordered, count, losses), expected) in rows.iter().zip(expected) {
        assert_eq!((way.as_str(), *ordered, *count, losses.as_str()), expected);
    }
}
