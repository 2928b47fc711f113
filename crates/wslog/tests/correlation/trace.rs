//! One key's whole way.

use wslog::{LossKind, Trace, Wanted};

use crate::log::{Log, gather, key};

fn trace(logs: Vec<Log>) -> Trace {
    let tracing = gather(logs).trace(&Wanted::Keys(vec![key(0)]));
    assert!(tracing.missing.is_empty());
    tracing.traces.into_iter().next().unwrap()
}

fn way(trace: &Trace) -> Vec<(&str, u64, Option<usize>, bool)> {
    let told = trace.sightings.iter();
    told.map(|it| (it.vantage.as_str(), it.request, it.behind, it.is_retry)).collect()
}

fn balancer() -> Log {
    Log::new("c.log", "10.0.0.1", "10.0.0.2:80")
}

fn edge() -> Log {
    Log::new("a.log", "10.0.0.2", "10.0.0.3:80")
}

fn inner() -> Log {
    Log::new("b.log", "10.0.0.3", "127.0.0.1:9000")
}

#[test]
fn ok_a_request_is_told_in_order_along_the_way() {
    let logs = vec![
        inner().request(0, (1, 60_000), ("1.1", 499)),
        edge().request(0, (0, 60_000), ("1.0", 499)),
        balancer().request(0, (0, 60_001), ("1.1", 504)),
    ];
    let trace = trace(logs);
    let expected = [
        ("10.0.0.1", 1, None, false),
        ("10.0.0.2", 1, Some(0), false),
        ("10.0.0.3", 1, Some(1), false),
    ];
    assert_eq!(way(&trace), expected);
    let lost = trace.downgrade.unwrap();
    assert_eq!((lost.kind, lost.after.as_deref()), (LossKind::Proven, Some("10.0.0.1")));
    assert_eq!(lost.before, "10.0.0.2");
    assert_eq!(
        trace.changes,
        [
            "It left 10.0.0.1 as HTTP/1.1 and reached 10.0.0.2 from 10.9.9.9 as HTTP/1.0 at 12:00:00.000.",
            "10.0.0.1 waited no longer, answered 504 and closed its connection, which 10.0.0.2 \
             logged as 499.",
            "It left 10.0.0.2 as HTTP/1.0 and reached 10.0.0.3 from 10.9.9.9 as HTTP/1.1 at 12:00:00.001.",
        ]
    );
    let edge = &trace.sightings[1];
    assert_eq!((edge.source.as_str(), edge.line, edge.byte), ("a.log", 1, 0));
}

#[test]
fn ok_two_nginx_side_by_side_are_no_chain() {
    let times = |log: Log| (0..4).fold(log, |log, key| log.request(key, (0, 60_000), ("1.1", 101)));
    let logs = vec![
        times(Log::new("one.log", "10.1.0.1", "127.0.0.1:1")).request(0, (0, 9), ("1.0", 502)),
        times(Log::new("two.log", "10.1.0.2", "127.0.0.1:2")),
    ];
    let trace = trace(logs);
    assert!(trace.sightings.iter().all(|sighting| sighting.behind.is_none()));
    let lost = trace.downgrade.unwrap();
    assert_eq!(
        (lost.kind, lost.after, lost.before.as_str()),
        (LossKind::Suspected, None, "10.1.0.1")
    );
}

#[test]
fn ok_a_proxy_tries_the_next_server() {
    let logs = |protocols: [&str; 2]| {
        let request = |log: Log, times, answer| log.request(0, times, answer);
        let front = Log::new("p.log", "10.0.0.1", "10.0.0.2:80, 10.0.0.3:80");
        vec![
            request(front, (0, 9_000), ("1.1", 101)),
            request(Log::new("q.log", "10.0.0.2", "app:80"), (1, 3_000), (protocols[0], 502)),
            request(Log::new("r.log", "10.0.0.3", "app:80"), (3_000, 9_000), (protocols[1], 101)),
        ]
    };
    let told = trace(logs(["1.0", "1.1"]));
    let expected = [
        ("10.0.0.1", 1, None, false),
        ("10.0.0.2", 1, Some(0), false),
        ("10.0.0.3", 1, Some(0), false),
    ];
    assert_eq!(way(&told), expected);
    assert_eq!(
        told.changes,
        [
            "It left 10.0.0.1 as HTTP/1.1 and reached 10.0.0.2 from 10.9.9.9 as HTTP/1.0 at 12:00:00.001.",
            "10.0.0.3 got it when 10.0.0.2 was done with it: tried at the next server.",
        ]
    );
    // The other one may have been in front of it by another clock; the line of the first names whom it
    // asked last.
    let lost = told.downgrade.unwrap();
    assert_eq!((lost.kind, lost.after, lost.before.as_str()), (LossKind::Proven, None, "10.0.0.2"));
    let lost = trace(logs(["1.1", "1.0"])).downgrade.unwrap();
    assert_eq!((lost.after.as_deref(), lost.before.as_str()), (Some("10.0.0.1"), "10.0.0.3"));
}

#[test]
fn ok_a_proxy_tries_the_same_server_again() {
    let logs = vec![
        balancer().request(0, (0, 9_000), ("1.1", 101)),
        edge().request(0, (1, 3_000), ("1.1", 502)).request(0, (3_001, 9_000), ("1.1", 101)),
    ];
    let trace = trace(logs);
    let expected = [
        ("10.0.0.1", 1, None, false),
        ("10.0.0.2", 1, Some(0), false),
        ("10.0.0.2", 1, Some(0), true),
    ];
    assert_eq!(way(&trace), expected);
    assert_eq!(trace.changes, ["10.0.0.2 saw it again: the proxy in front of it tried once more."]);
}

#[test]
fn ok_what_came_by_either_of_two_is_behind_the_one_it_can_have_come_by() {
    let (first, second, inner) = ("10.0.0.2", "10.0.0.3", "10.0.0.4");
    let from = |name, client: &str, times, answer| {
        let mut log = Log::new(name, inner, "127.0.0.1:80").request(0, times, answer);
        log.text = log.text.replace("10.9.9.9", client);
        log
    };
    let logs =
        |clients: [&str; 2]| {
            vec![
                Log::new("p.log", "10.0.0.1", "10.0.0.2:80").request(1, (0, 9_000), ("1.1", 101)),
                Log::new("p2.log", "10.0.0.1", "10.0.0.2:80, 10.0.0.3:80").request(
                    0,
                    (0, 9_000),
                    ("1.1", 101),
                ),
                Log::new("p3.log", "10.0.0.1", "10.0.0.3:80").request(2, (0, 9_000), ("1.1", 101)),
                Log::new("q.log", first, "10.0.0.4:80")
                    .request(0, (1, 3_000), ("1.1", 502))
                    .request(1, (0, 9_000), ("1.1", 101)),
                Log::new("r.log", second, "10.0.0.4:80")
                    .request(0, (3_004, 9_000), ("1.1", 101))
                    .request(2, (0, 9_000), ("1.1", 101)),
                from("s.log", clients[0], (2, 2_999), ("1.0", 502)),
                from("t.log", clients[1], (3_004, 9_000), ("1.1", 101)),
            ]
        };
    let told = trace(logs([first, second]));
    let expected = |behind: [usize; 2]| {
        [
            ("10.0.0.1", 1, None, false),
            (first, 1, Some(0), false),
            (second, 1, Some(0), false),
            (inner, 1, Some(behind[0]), false),
            (inner, 1, Some(behind[1]), true),
        ]
    };
    assert_eq!(way(&told), expected([1, 2]));
    assert_eq!(
        told.changes,
        [
            "10.0.0.3 got it when 10.0.0.2 was done with it: tried at the next server.",
            "It left 10.0.0.2 as HTTP/1.1 and reached 10.0.0.4 from 10.0.0.2 as HTTP/1.0 at 12:00:00.002.",
            "10.0.0.4 saw it again, as it came another way.",
        ]
    );
    // Where its line does not tell who sent it, a clock may be what speaks against one of them.
    assert_eq!(way(&trace(logs(["10.9.9.9"; 2]))), expected([0, 0]));
}

#[test]
fn ok_a_key_of_two_requests_is_told_by_request() {
    let logs = vec![
        balancer().request(0, (0, 100), ("1.1", 101)).request(0, (9_000, 9_100), ("1.1", 499)),
        edge().request(0, (0, 100), ("1.1", 101)).request(0, (9_000, 9_100), ("1.0", 499)),
    ];
    let trace = trace(logs);
    assert_eq!(trace.requests, 2);
    assert_eq!(trace.sightings.iter().map(|it| it.request).collect::<Vec<_>>(), [1, 1, 2, 2]);
    assert_eq!(trace.downgrade.unwrap().kind, LossKind::Proven);
    assert!(trace.changes[0].starts_with("2 requests used this key"));
}

#[test]
fn ok_a_key_that_is_sent_for_ever_is_told_whole() {
    let log = (0..100).fold(edge(), |log, _| log.request(0, (0, 60_000), ("1.0", 499)));
    let trace = trace(vec![log]);
    assert_eq!((trace.sightings.len(), trace.requests), (100, 100));
    let lost = trace.downgrade.unwrap();
    assert_eq!(
        (lost.kind, lost.after, lost.before.as_str()),
        (LossKind::Suspected, None, "10.0.0.2")
    );
}

#[test]
fn err_a_key_that_is_nowhere() {
    let logs = vec![edge().request(0, (0, 100), ("1.1", 101))];
    let tracing = gather(logs).trace(&Wanted::Keys(vec![key(1), key(0), key(1)]));
    assert_eq!((tracing.traces.len(), tracing.keyed), (1, 1));
    assert_eq!(tracing.missing, [key(1)]);
    assert_eq!(tracing.input.sources[0].path, "a.log");
}

#[test]
fn ok_the_worst_come_first() {
    let log = edge()
        .request(0, (0, 70_000), ("1.1", 499))
        .request(1, (0, 60_000), ("1.0", 499))
        .request(2, (0, 9_000), ("1.0", 101))
        .request(3, (0, 100), ("1.0", 400))
        .request(4, (0, 60_100), ("1.0", 499))
        // Of several sightings the worst counts.
        .request(3, (0, 80_000), ("1.0", 400))
        .request(5, (0, 90_000), ("1.0", 400));
    let worst = |count| {
        let tracing = gather(vec![log.clone()]).trace(&Wanted::Worst(count));
        tracing.traces.iter().map(|trace| trace.key).collect::<Vec<_>>()
    };
    let all = [4, 1, 5, 3, 0, 2].map(key);
    for count in 0..=6 {
        assert_eq!(worst(count), all[..count]);
    }
    assert_eq!(worst(9), all);
}
