//! Where on the way requests become HTTP/1.0, as far as it can be known.
use std::collections::BTreeMap;
use std::io::Cursor;

use wslog::parse::{LogFormat, WebSocketKey};
use wslog::{Analyzer, Downgrades, Options, VantageName, Wanted};

use crate::log::{Log, gather, key, key_of};

fn downgrades(logs: Vec<Log>) -> Downgrades {
    let analysis = gather(logs).analysis();
    assert_eq!(analysis.input.parsed, analysis.input.lines);
    analysis.downgrades
}

/// How many are proven, and at which hops: the last vantage point that had it, the next one.
fn located(logs: Vec<Log>) -> (u64, Vec<(String, String)>) {
    let downgrades = downgrades(logs);
    let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "?".into());
    let hops = downgrades.located.iter().map(|row| (name(&row.after), name(&row.before)));
    (downgrades.proven, hops.collect())
}

fn hop(after: &str, before: &str) -> Vec<(String, String)> {
    vec![(after.to_owned(), before.to_owned())]
}

/// A handshake's key by number, when it started and ended at two vantage points, and its status.
type Twice = (u8, (i64, i64), (i64, i64), u16);

/// Two logs whose addresses do not tell which is in front.
fn by_times(handshakes: &[Twice]) -> (u64, Vec<(String, String)>) {
    let (mut front, mut back) =
        (Log::new("one", "front", "app:80"), Log::new("two", "back", "app:80"));
    for &(key, at_front, at_back, status) in handshakes {
        front = front.request(key, at_front, ("1.1", status));
        back = back.request(key, at_back, ("1.0", status));
    }
    located(vec![front, back])
}

#[test]
fn ok_addresses_tell_the_order() {
    let (balancer, edge, inner) = ("10.0.0.1", "10.0.0.2", "10.0.0.3");
    let logs = || {
        let request = |log: Log, protocol| log.request(0, (0, 60_000), (protocol, 499));
        vec![
            request(Log::new("c", balancer, "10.0.0.2:80"), "1.1"),
            request(Log::new("a", edge, "10.0.0.3:80"), "1.0"),
            request(Log::new("b", inner, "127.0.0.1:9000"), "1.1"),
        ]
    };
    let expected = (1, hop(balancer, edge));
    assert_eq!(located(logs()), expected);
    assert_eq!(located(logs().into_iter().rev().collect()), expected);
    // What the balancer had is not known then.
    assert_eq!(located(logs().into_iter().skip(1).collect()), (0, vec![]));
}

#[test]
fn ok_a_downgrade_that_goes_on_is_one_hop() {
    let request = |log: Log, protocol| log.request(0, (0, 60_000), (protocol, 499));
    let logs = vec![
        request(Log::new("a", "10.0.0.1", "10.0.0.2:80"), "1.1"),
        request(Log::new("b", "10.0.0.2", "10.0.0.3:80"), "1.0"),
        request(Log::new("c", "10.0.0.3", "[::1]:80"), "1.0"),
    ];
    assert_eq!(located(logs), (2, hop("10.0.0.1", "10.0.0.2")));
}

#[test]
fn ok_times_tell_the_order_if_enough_agree() {
    let nested = |key| (key, (0, 5001), (2, 5000), 426);
    let proven = hop("front", "back");
    assert_eq!(by_times(&[nested(0), nested(1), nested(2)]), (3, proven.clone()));
    assert_eq!(by_times(&[nested(0), nested(1)]), (0, vec![]));
    // Two milliseconds are what rounding does at both.
    let early = |by: i64| (3, (10, 5001), (10 - by, 5000), 426);
    assert_eq!(by_times(&[nested(0), nested(1), nested(2), early(3)]), (4, proven));
    assert_eq!(by_times(&[nested(0), nested(1), nested(2), early(4)]), (0, vec![]));
}

#[test]
fn ok_only_the_last_word_of_an_answer_tells_the_order() {
    // A proxy tries elsewhere after some, a timer makes others, and either side closes a tunnel: with
    // clocks that differ two nginx side by side look as if one were behind the other.
    for (status, proven) in [(400, 3), (426, 3), (101, 0), (499, 0), (502, 0), (504, 0), (429, 0)] {
        let nested = |key| (key, (0, 100), (40, 90), status);
        assert_eq!(by_times(&[nested(0), nested(1), nested(2)]).0, proven, "{status}");
    }
}

#[test]
fn ok_a_clock_that_drifts_turns_no_order_round() {
    // Answered in one hour; in the next the clock of the first is 6 ms ahead.
    let answered = |key| (key, (0, 100), (0, 100), 426);
    let later = |key| (key, (3_600_006, 3_700_006), (3_600_000, 3_700_000), 101);
    let all = [answered(0), answered(1), answered(2), later(3), later(4), later(5)];
    assert_eq!(by_times(&all), (0, vec![]));
    let turned = all.map(|(key, front, back, status)| (key, back, front, status));
    assert_eq!(by_times(&turned), (0, vec![]));
}

#[test]
fn ok_who_may_lie_between_keeps_the_hop_unknown() {
    let (mut front, mut back) =
        (Log::new("one", "front", "app:80"), Log::new("two", "back", "app:80"));
    for key in 0..3 {
        front = front.request(key, (0, 5001), ("1.1", 426));
        back = back.request(key, (2, 5000), ("1.0", 426));
    }
    let middle = Log::new("three", "middle", "app:80").request(0, (1, 5001), ("1.1", 426));
    let downgrades = downgrades(vec![front, middle, back]);
    assert_eq!(downgrades.proven, 3);
    let rows = downgrades.located.iter().map(|row| (row.after.as_deref(), row.count));
    assert_eq!(rows.collect::<Vec<_>>(), [(None, 1), (Some("front"), 2)]);
}

#[test]
fn ok_a_try_that_a_clock_moved_away_may_lie_between() {
    // The middle one saw it, though by the clock of the last one not then.
    let logs = vec![
        Log::new("a", "10.0.0.1", "10.0.0.2:80").request(0, (0, 100), ("1.1", 101)).request(
            1,
            (0, 20_000),
            ("1.1", 101),
        ),
        Log::new("b", "10.0.0.2", "10.0.0.3:80").request(0, (1, 16), ("1.1", 502)).request(
            1,
            (0, 20_000),
            ("1.1", 101),
        ),
        Log::new("c", "10.0.0.3", "app:80").request(0, (18, 32), ("1.0", 502)).request(
            1,
            (0, 20_000),
            ("1.1", 101),
        ),
    ];
    let downgrades = downgrades(logs);
    assert_eq!((downgrades.proven, downgrades.located[0].after.as_deref()), (1, None));
}

#[test]
fn ok_a_try_that_was_over_sent_nothing_on() {
    // The first of two that a balancer tried; it sends others on to the second.
    let logs = |sent_to: &'static str, (start, end): (i64, i64), status| {
        vec![
            Log::new("a", "10.0.0.1", sent_to).request(0, (start, end), ("1.1", status)),
            Log::new("a2", "10.0.0.1", "10.0.0.2:80").request(1, (0, 20_000), ("1.1", 101)),
            Log::new("b", "10.0.0.2", "app:80").request(0, (1, 60_000), ("1.0", 499)).request(
                1,
                (0, 20_000),
                ("1.1", 101),
            ),
        ]
    };
    for over in [0, 1, 2, 20_000] {
        assert_eq!(located(logs("app:80", (0, over), 503)).0, 0, "{over}");
    }
    assert_eq!(located(logs("app:80", (0, 60_000), 504)).0, 1);
    // Its own line shows that it sent it to nobody.
    assert_eq!(located(logs("-", (0, 60_000), 504)).0, 0);
}

#[test]
fn ok_a_tunnel_that_is_seen_for_a_while_is_of_one_request() {
    let logs = |statuses: [u16; 2]| {
        vec![
            Log::new("a", "10.0.0.1", "10.0.0.2:80").request(0, (0, 100), ("1.1", statuses[0])),
            Log::new("b", "10.0.0.2", "app:80").request(0, (1, 60_000), ("1.0", statuses[1])),
        ]
    };
    assert_eq!(located(logs([101, 101])).0, 1);
    assert_eq!(located(logs([502, 101])).0, 0);
}

#[test]
fn ok_one_that_was_left_may_have_sent_what_goes_on_for_long() {
    let logs = |sent_to: &'static str, status| {
        vec![
            Log::new("a", "10.0.0.1", sent_to).request(0, (0, 10_000), ("1.1", status)),
            Log::new("a2", "10.0.0.1", "10.0.0.2:80").request(1, (0, 20_000), ("1.1", 101)),
            Log::new("b", "10.0.0.2", "app:80").request(0, (1, 60_000), ("1.0", 504)).request(
                1,
                (0, 20_000),
                ("1.1", 101),
            ),
        ]
    };
    let told = |sent_to, status| located(logs(sent_to, status)).0;
    assert_eq!([499, 504, 502].map(|status| told("10.0.0.2:80", status)), [1, 1, 0]);
    assert_eq!(told("app:80", 499), 0);
}

#[test]
fn ok_an_address_is_the_same_however_a_socket_shows_it() {
    let request = |log: Log, protocol| log.request(0, (0, 60_000), (protocol, 499));
    let logs = vec![
        request(Log::new("a", "10.0.0.1", "10.0.0.2:80"), "1.1"),
        request(Log::new("b", "::ffff:10.0.0.2", "app:80"), "1.0"),
    ];
    assert_eq!(located(logs).0, 1);
}

#[test]
fn ok_what_takes_no_time_is_of_one_request_if_its_line_says_so() {
    let logs = |sent_to: &'static str| {
        let request = |log: Log, protocol| log.request(0, (5, 5), (protocol, 502));
        vec![
            request(Log::new("a", "10.0.0.1", sent_to), "1.1"),
            Log::new("a2", "10.0.0.1", "10.0.0.2:80").request(1, (0, 20_000), ("1.1", 101)),
            request(Log::new("b", "10.0.0.2", "app:80"), "1.0").request(
                1,
                (0, 20_000),
                ("1.1", 101),
            ),
        ]
    };
    assert_eq!((located(logs("10.0.0.2:80")).0, located(logs("10.0.0.3:80")).0), (1, 0));
}

#[test]
fn ok_an_answer_that_is_passed_on_at_once_is_of_one_request_by_any_clock() {
    let logs = |later: i64, sent_to: &'static str, statuses: [u16; 2]| {
        vec![
            Log::new("a", "10.0.0.1", sent_to).request(0, (9_000, 9_002), ("1.1", statuses[0])),
            Log::new("b", "10.0.0.2", "app:80").request(
                0,
                (9_000 + later, 9_001 + later),
                ("1.0", statuses[1]),
            ),
        ]
    };
    let told = |later, sent_to, statuses| located(logs(later, sent_to, statuses)).0;
    for later in [-1_000, -40, 3, 40, 1_000] {
        assert_eq!(told(later, "10.0.0.2:80", [400, 400]), 1, "{later}");
        // Another server; a try elsewhere; another answer; too far away.
        assert_eq!(told(later, "10.0.0.3:80", [400, 400]), 0, "{later}");
        assert_eq!(told(later, "10.0.0.2:80", [502, 502]), 0, "{later}");
        assert_eq!(told(later, "10.0.0.2:80", [400, 426]), 0, "{later}");
    }
    assert_eq!(told(1_001, "10.0.0.2:80", [400, 400]), 0);
    // The second may have got it by another way.
    let mut twice = logs(40, "10.0.0.2:80", [400, 400]);
    twice.push(Log::new("b2", "10.0.0.2", "app:80").request(0, (9_900, 9_901), ("1.0", 400)));
    assert_eq!(located(twice).0, 0);
}

#[test]
fn ok_a_try_in_the_same_millisecond_makes_no_two_of_one_nginx() {
    let format = "$msec $request_time $hostname $server_addr \"$request\" $status \
                  $http_sec_websocket_key";
    let options =
        Options { format: Some(LogFormat::compile(format).unwrap()), ..Options::default() };
    let log = format!(
        "1767268860.100 0.100 vm 10.0.0.1 \"GET / HTTP/1.1\" 502 {0}\n\
         1767268860.300 0.200 vm 10.0.0.2 \"GET / HTTP/1.1\" 101 {0}\n",
        key_of(0)
    );
    let gathered = || {
        let analyzer = Analyzer::new(options.clone()).reader("a", Cursor::new(log.clone()));
        analyzer.gather().unwrap()
    };
    let trace = gathered().trace(&Wanted::Keys(vec![key(0)])).traces.remove(0);
    let told: Vec<_> =
        trace.sightings.iter().map(|it| (it.vantage.as_str(), it.is_retry)).collect();
    assert_eq!(told, [("vm", false), ("vm", true)]);
    assert_eq!(gathered().analysis().handshakes.retries, 1);
}

#[test]
fn ok_a_protocol_that_is_not_shown_proves_nothing() {
    let logs = |shown: &str| {
        let request = |log: Log, protocol| log.request(0, (0, 60_000), (protocol, 499));
        let mut front = request(Log::new("a", "10.0.0.1", "10.0.0.2:80"), "1.1");
        front.text = front.text.replace("GET /ws/ HTTP/1.1", shown);
        vec![front, request(Log::new("b", "10.0.0.2", "app:80"), "1.0")]
    };
    assert_eq!(located(logs("GET /ws/ HTTP/1.1")), (1, hop("10.0.0.1", "10.0.0.2")));
    assert_eq!(located(logs("GET /ws/ HTTP/2.0")).0, 1);
    for unknown in ["GET /ws/", "\\x16\\x03\\x01", "GET /ws/ HTTP/1.0"] {
        assert_eq!(located(logs(unknown)), (0, vec![]), "{unknown}");
    }
}

#[test]
fn ok_who_does_not_show_it_may_be_who_lost_it() {
    let request = |log: Log, protocol| log.request(0, (0, 60_000), (protocol, 499));
    let mut middle = request(Log::new("b", "10.0.0.2", "10.0.0.3:80"), "1.1");
    middle.text = middle.text.replace("GET /ws/ HTTP/1.1", "GET /ws/");
    let logs = vec![
        request(Log::new("a", "10.0.0.1", "10.0.0.2:80"), "1.1"),
        middle,
        request(Log::new("c", "10.0.0.3", "app:80"), "1.0"),
    ];
    assert_eq!(located(logs), (1, hop("?", "?")));
}

#[test]
fn ok_an_address_of_every_machine_links_no_two() {
    let logs = |address| {
        let request = |log: Log, protocol| log.request(0, (0, 60_000), (protocol, 499));
        let sent_to = format!("{address}:80");
        vec![
            request(Log::new("a", "10.0.0.1", "app:80").to(&sent_to), "1.1"),
            request(Log::new("b", address, "app:80"), "1.0"),
        ]
    };
    assert_eq!(located(logs("10.0.0.2")).0, 1);
    assert_eq!(located(logs("127.0.0.1")).0, 0);
    assert_eq!(located(logs("172.17.0.2")).0, 0);
}

#[test]
fn ok_a_link_that_a_client_contradicts_is_none() {
    // The application behind the second runs on the machine of the first.
    let logs = |client| {
        let request = |log: Log, protocol| log.request(0, (0, 60_000), (protocol, 499));
        let mut second = request(Log::new("b", "10.0.0.2", "10.0.0.1:9000"), "1.1");
        second.text = second.text.replace("10.9.9.9", client);
        vec![request(Log::new("a", "10.0.0.1", "10.5.0.1:80"), "1.0"), second]
    };
    assert_eq!((located(logs("10.9.9.9")).0, located(logs("10.0.0.1")).0), (1, 0));
}

#[test]
fn ok_a_link_that_the_times_contradict_is_none() {
    let logs = |early: i64| {
        let (mut inner, mut edge) =
            (Log::new("a", "10.0.0.9", "172.18.0.3:80"), Log::new("b", "172.18.0.3", "app:80"));
        for key in 0..3 {
            inner = inner.request(key, (4, 60_000 - early), ("1.1", 504));
            edge = edge.request(key, (4 - early, 60_000), ("1.0", 504));
        }
        located(vec![inner, edge]).0
    };
    assert_eq!((logs(0), logs(4)), (3, 0));
}

#[test]
fn ok_a_nonce_that_documentation_shows_proves_nothing() {
    let mut logs = vec![
        Log::new("a", "10.0.0.1", "10.0.0.2:80").request(0, (0, 60_000), ("1.1", 101)),
        Log::new("b", "10.0.0.2", "app:80").request(0, (9_000, 9_010), ("1.0", 400)),
    ];
    assert_eq!(located(logs.clone()).0, 1);
    for log in &mut logs {
        log.text = log.text.replace(&key_of(0), "dGhlIHNhbXBsZSBub25jZQ==");
    }
    assert_eq!(located(logs), (0, vec![]));
}

#[test]
fn ok_clocks_that_differ_tell_nothing() {
    // What answered ended sooner at the one that started sooner: its clock is behind.
    let shifted = |key| (key, (0, 5001), (40, 5041), 504);
    assert_eq!(by_times(&[shifted(0), shifted(1), shifted(2), shifted(3)]), (0, vec![]));
}

#[test]
fn ok_a_retry_at_another_server_is_no_hop() {
    let retried = |key| (key, (0, 5001), (5001, 9001), 504);
    assert_eq!(by_times(&[retried(0), retried(1), retried(2), retried(3)]), (0, vec![]));
}

#[test]
fn ok_a_key_used_again_proves_nothing() {
    let front = Log::new("a", "10.0.0.1", "10.0.0.2:80").request(0, (0, 5000), ("1.1", 101));
    let back = Log::new("b", "10.0.0.2", "app:80").request(0, (3_600_000, 3_605_000), ("1.0", 499));
    assert_eq!(located(vec![front, back]), (0, vec![]));
}

#[test]
fn ok_a_key_that_is_sent_for_ever_proves_nothing() {
    let logs = |times: i64| {
        let front = Log::new("a", "10.0.0.1", "10.0.0.2:80").request(0, (0, 60_000), ("1.1", 499));
        let back = Log::new("b", "10.0.0.2", "app:80");
        let back = (0..times).fold(back, |back, _| back.request(0, (0, 60_000), ("1.0", 499)));
        vec![front, back]
    };
    assert_eq!(located(logs(63)), (63, hop("10.0.0.1", "10.0.0.2")));
    assert_eq!(located(logs(64)), (0, vec![]));
}

/// A key that an edge saw as HTTP/1.1 and an inner nginx as HTTP/1.0, in one log or in two.
fn edge_and_inner(hostnames: [&str; 2], files: [&str; 2], options: Options) -> Downgrades {
    let format = "$msec $request_time $hostname $server_addr $upstream_addr \"$request\" $status \
                  $http_sec_websocket_key";
    let options = Options { format: Some(LogFormat::compile(format).unwrap()), ..options };
    let hops = [("10.0.0.1", "10.0.0.2:80", "1.1"), ("10.0.0.2", "127.0.0.1:80", "1.0")];
    let mut texts: BTreeMap<&str, String> = BTreeMap::new();
    for (((address, upstream, protocol), hostname), file) in hops.iter().zip(hostnames).zip(files) {
        *texts.entry(file).or_default() += &format!(
            "1767268860.001 60.000 {hostname} {address} {upstream} \"GET / HTTP/{protocol}\" 499 {}\n",
            key_of(0)
        );
    }
    let read = |analyzer: Analyzer<'static>, (file, text): (&str, String)| {
        analyzer.reader(file, Cursor::new(text))
    };
    texts.into_iter().fold(Analyzer::new(options), read).run().unwrap().downgrades
}

#[test]
fn ok_an_address_links_whatever_its_nginx_is_called() {
    let row = |downgrades: Downgrades| match &downgrades.located[..] {
        [row] => (row.after.clone().unwrap(), row.before.clone().unwrap()),
        rows => panic!("{rows:?}"),
    };
    let pair = |after: &str, before: &str| (after.to_owned(), before.to_owned());
    let options = Options::default;
    let told = edge_and_inner(["one", "two"], ["a", "b"], options());
    assert_eq!(row(told), pair("one", "two"));
    let one_log = edge_and_inner(["one", "two"], ["a", "a"], options());
    assert_eq!(row(one_log), pair("one", "two"));
    // Two nginx of one machine.
    let one_machine = edge_and_inner(["vm", "vm"], ["a", "a"], options());
    assert_eq!(row(one_machine), pair("vm@10.0.0.1", "vm@10.0.0.2"));
    let vantages = ["edge=a", "inner=b"].map(|text| VantageName::parse(text).unwrap());
    let named = Options { vantages: vantages.to_vec(), ..options() };
    assert_eq!(row(edge_and_inner(["vm", "vm"], ["a", "b"], named)), pair("edge", "inner"));
}

/// Hops in a row, of which each two neighbours saw one request.
fn chain(hops: u32) -> u64 {
    let line = |hop: u32, key: u32, protocol: &str| {
        let bytes = [&key.to_be_bytes()[..], &[0; 12]].concat();
        let key = WebSocketKey::from_bytes(bytes.try_into().unwrap());
        format!(
            "1767268860.001 60.000 hop{hop} hop{}:80 \"GET / HTTP/{protocol}\" 499 {key}\n",
            hop + 1
        )
    };
    let text = (0..hops).flat_map(|hop| [line(hop, hop, "1.1"), line(hop + 1, hop, "1.0")]);
    let format = "$msec $request_time $hostname $upstream_addr \"$request\" $status \
                  $http_sec_websocket_key";
    let options =
        Options { format: Some(LogFormat::compile(format).unwrap()), ..Options::default() };
    let log = Cursor::new(text.collect::<String>());
    Analyzer::new(options).reader("a", log).run().unwrap().downgrades.proven
}

#[test]
fn ok_of_more_hops_than_can_be_in_a_row_nothing_is_known() {
    assert_eq!(chain(1_000), 1_000);
    assert_eq!(chain(20_000), 0);
}

#[cfg(feature = "capture")]
mod pasted {
    use super::{hop, located};
    use crate::log::{Log, key_of};

    fn pasted(key: &str) -> Log {
        let mut log = Log::new("pasted.txt", "", "");
        log.text = format!(
            "GET /ws/ HTTP/1.1\nUpgrade: websocket\nSec-WebSocket-Key: {key}\n\n\
             HTTP/1.1 504 Gateway Time-out\nDate: Fri, 09 Mar 2018 03:34:54 GMT\n"
        );
        log
    }

    fn edge(number: u8) -> Log {
        Log::new("a", "10.0.0.2", "app:80").request(number, (0, 60_000), ("1.0", 499))
    }

    #[test]
    fn ok_what_was_pasted_is_what_the_client_sent() {
        let proven = (1, hop("capture:pasted.txt", "10.0.0.2"));
        assert_eq!(located(vec![edge(0), pasted(&key_of(0))]), proven);
        assert_eq!(located(vec![edge(0), pasted(&key_of(1))]), (0, vec![]));
    }

    #[test]
    fn ok_of_two_requests_with_one_key_it_is_not_known_which_was_pasted() {
        let twice = edge(0).request(0, (3_600_000, 3_660_000), ("1.0", 499));
        assert_eq!(located(vec![twice, pasted(&key_of(0))]), (0, vec![]));
    }

    #[test]
    fn ok_a_nonce_that_many_send_proves_nothing() {
        let sample = "dGhlIHNhbXBsZSBub25jZQ==";
        let mut edge = edge(0);
        edge.text = edge.text.replace(&key_of(0), sample);
        assert_eq!(located(vec![edge, pasted(sample)]), (0, vec![]));
    }
}

#[test]
fn ok_who_was_asked_twice_at_one_time_lost_it_itself_perhaps() {
    let edge = Log::new("e", "10.0.0.1", "10.0.0.2:80").request(0, (0, 60_003), ("1.1", 101));
    let inner = Log::new("i", "10.0.0.2", "10.0.0.9:80").from("10.0.0.1");
    let inner = inner.request(0, (1, 60_002), ("1.1", 101));
    // It sent the request to itself; or somebody else has the same key.
    for (client, span) in [("10.0.0.2", (2, 60_001)), ("10.0.77.7", (10_000, 70_000))] {
        let twice = inner.clone().from(client).request(0, span, ("1.0", 101));
        assert_eq!(located(vec![edge.clone(), twice]), (0, vec![]), "{client}");
    }
    // Tried again after the first was over.
    let failed = Log::new("i", "10.0.0.2", "10.0.0.9:80").from("10.0.0.1");
    let again =
        failed.request(0, (1, 20_000), ("1.1", 502)).request(0, (20_001, 60_002), ("1.0", 101));
    assert_eq!(located(vec![edge, again]).0, 1);
}

#[test]
fn ok_what_came_from_its_own_machine_passed_something_there() {
    let edge = Log::new("e", "10.0.0.1", "10.0.0.2:443").request(0, (0, 60_003), ("1.1", 101));
    // It sends on by a socket, which names nobody.
    let tls = Log::new("t", "tls", "unix:/run/a.sock").from("10.0.0.1");
    let tls = tls.request(0, (1, 60_002), ("1.1", 101));
    let inner = Log::new("i", "10.0.0.2", "10.0.0.9:80").from("10.0.0.2");
    let inner = inner.request(0, (2, 60_001), ("1.0", 101));
    assert_eq!(located(vec![edge.clone(), inner.clone()]), (1, hop("10.0.0.1", "10.0.0.2")));
    let unknown = vec![("?".to_owned(), "?".to_owned())];
    assert_eq!(located(vec![edge, tls, inner]), (1, unknown));
}

#[test]
fn ok_copies_of_one_client_are_side_by_side() {
    let requests = |log: Log, protocol, span: (i64, i64)| {
        (0..5).fold(log, |log, key| {
            let later = 1000 * i64::from(key);
            log.request(key, (span.0 + later, span.1 + later), (protocol, 400))
        })
    };
    let main = Log::new("a", "10.0.0.5", "10.0.9.9:80").from("10.0.0.1");
    let shadow = Log::new("b", "10.0.0.2", "10.0.9.9:80").from("10.0.0.1");
    let logs = vec![requests(main, "1.1", (0, 40)), requests(shadow, "1.0", (5, 30))];
    assert_eq!(located(logs), (0, vec![]));
}
