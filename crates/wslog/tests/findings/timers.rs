//! Timers found in the ages of what ended.

use std::io::Cursor;

use wslog::parse::LogFormat;
use wslog::{Analyzer, Options};

use crate::log::{Alike, ESTABLISHED, analyze, found};

/// One of each age.
fn aged(status: u16, ages: impl IntoIterator<Item = u64>) -> Vec<Alike> {
    ages.into_iter().map(|age| Alike { status, age, ..ESTABLISHED }).collect()
}

/// Ages spread as people's are.
fn spread(count: u64) -> impl Iterator<Item = u64> {
    (0..count).map(|number| 1000 + number * 7919 % 119_000)
}

#[test]
fn ok_a_timer_in_front_is_told_with_its_age() {
    let mut all = aged(499, [60_000, 60_001, 60_004, 60_003, 60_012, 60_000]);
    all.extend(aged(499, spread(20)));
    assert_eq!(found(&all), ["Critical timer-in-front"]);
    let finding = &analyze(&all).findings[0];
    assert_eq!(
        finding.title,
        "Opening handshakes are given up in front of nginx at an age of 60.000 s: a timer"
    );
    let lines: Vec<_> = finding.explanation.lines().collect();
    assert_eq!(
        lines[0],
        "At edge 6 of 26 (23.1%) of a second or more that ended in 499 or 504 were from 60.000 to 60.015 s old: \
         6 ended in 499, 0 in 504."
    );
    assert!(
        lines[1].starts_with("60 s is the default of nginx's proxy_read_timeout"),
        "{}",
        lines[1]
    );
    // Of many handshakes these are few.
    all.push(Alike { count: 2000, ..ESTABLISHED });
    assert_eq!(found(&all), ["Warning timer-in-front"]);
}

/// Few clients who try again and again, at whatever age: were one age of each second of theirs counted, the
/// youngest, these would lie together.
#[test]
fn ok_few_clients_who_try_again_are_no_timer() {
    const CLIENTS: [&str; 8] = [
        "192.0.2.1",
        "192.0.2.2",
        "192.0.2.3",
        "192.0.2.4",
        "192.0.2.5",
        "192.0.2.6",
        "192.0.2.7",
        "192.0.2.8",
    ];
    let of = |(number, age): (usize, u64)| Alike {
        status: 499,
        age: 2000 + age * 7919 % 18_000,
        forwarded: Some(CLIENTS[number % 8]),
        ..ESTABLISHED
    };
    let tries: Vec<Alike> = (0..3200).map(of_number).map(of).collect();
    assert_eq!(found(&tries), [""; 0]);
    // And where a timer ends them, it shows.
    let timed = |forwarded| Alike {
        status: 499,
        age: 9000,
        forwarded: Some(forwarded),
        count: 40,
        ..ESTABLISHED
    };
    let all: Vec<Alike> = tries[..16].iter().copied().chain(CLIENTS.map(timed)).collect();
    assert_eq!(found(&all), ["Critical timer-in-front"]);
}

fn of_number(number: usize) -> (usize, u64) {
    (number, number as u64)
}

#[test]
fn ok_a_race_is_one_timer() {
    let mut all = aged(499, [60_000, 60_001, 60_004]);
    all.extend(aged(504, [60_000, 60_002, 60_009]));
    let finding = &analyze(&all).findings[0];
    assert_eq!((finding.id, analyze(&all).findings.len()), ("timer-in-front", 1));
    assert!(finding.explanation.contains("3 ended in 499, 3 in 504"), "{}", finding.explanation);
    assert!(finding.explanation.contains("whichever fires first decides"));
}

#[test]
fn ok_504_alone_is_a_timer_towards_the_upstream() {
    assert_eq!(found(&aged(504, (0..9).map(|later| 3000 + later))), ["Critical timer-in-nginx"]);
    // A stray that was given up in the same moment.
    let mut all = aged(504, (0..90).map(|later| 3000 + later % 9));
    all.extend(aged(499, [3005]));
    assert_eq!(found(&all), ["Critical timer-in-nginx"]);
}

#[test]
fn ok_it_is_told_whose_timer_it_was() {
    let title = |header_times: &[&'static str]| {
        let of = |header_time: &&'static str| {
            let alike = move |it| Alike { header_time, ..it };
            aged(504, (0..9).map(|later| 3000 + later)).into_iter().map(alike).collect::<Vec<_>>()
        };
        let all: Vec<Alike> = header_times.iter().flat_map(of).collect();
        let findings = analyze(&all).findings;
        assert_eq!(findings.iter().map(|it| it.id).collect::<Vec<_>>(), ["timer-in-nginx"]);
        let whose: Vec<_> = findings[0].explanation.lines().skip(1).map(str::to_owned).collect();
        (findings[0].title.rsplit(": ").next().unwrap().to_owned(), whose)
    };
    let own =
        "9 handshakes were given up by edge itself: no server had sent the header of an answer.";
    for header_time in ["-", "-, -", "0.001, -"] {
        assert_eq!(title(&[header_time]).0, "nginx's own timer", "{header_time}");
        assert_eq!(title(&[header_time]).1[0], own, "{header_time}");
    }
    for header_time in ["3.000", "-, 3.000"] {
        assert_eq!(title(&[header_time]).0, "a timer further in", "{header_time}");
    }
    let (title, whose) = title(&["-", "3.000"]);
    assert_eq!(title, "a timer towards the upstream");
    assert_eq!(whose[0], own);
    assert!(whose[1].starts_with("9 handshakes were answered 504 by an upstream server, and edge"));
}

#[test]
fn ok_tunnels_that_end_at_one_age_are_told() {
    let mut all = aged(101, (0..12).map(|later| 300_000 + later));
    all.extend(aged(101, spread(40)));
    assert_eq!(found(&all), ["Warning idle-tunnels-closed"]);
    all.extend(aged(101, spread(400)));
    assert_eq!(found(&all), ["Info idle-tunnels-closed"]);
}

#[test]
fn ok_what_is_spread_is_no_timer() {
    for status in [101, 499, 504] {
        assert!(found(&aged(status, spread(500))).is_empty(), "{status}");
        assert!(found(&aged(status, [60_000, 60_001, 60_002, 60_003])).is_empty(), "{status}");
        // Answers, not timers.
        assert!(found(&aged(status, (0..500).map(|number| number % 90))).is_empty(), "{status}");
    }
    assert!(found(&aged(101, [24_388_248])).is_empty());
}

#[test]
fn ok_handshakes_known_by_their_path_have_ages_too() {
    let format = "log_format a '$remote_addr [$time_local] \"$request\" $status $request_time';";
    let line = |(status, age): (u16, u64)| {
        let age = format!("{}.{:03}", age / 1000, age % 1000);
        format!("192.0.2.1 [09/Mar/2018:17:00:00 +0000] \"GET /ws/ HTTP/1.1\" {status} {age}\n")
    };
    let failed = (0..6).map(|later| (499, 20_000 + later));
    let log: String = failed.chain([(101, 5000)]).map(line).collect();
    let options =
        Options { format: Some(LogFormat::from_config(format).unwrap()), ..Options::default() };
    let found = |log: String| {
        let analysis =
            Analyzer::new(options.clone()).reader("a.log", Cursor::new(log)).run().unwrap();
        let timers = analysis.findings.into_iter().filter(|it| it.id.starts_with("timer"));
        timers.map(|it| (it.id, it.examples.len())).collect::<Vec<_>>()
    };
    assert_eq!(found(log.clone()), [("timer-in-front", 1)]);
    // Without a tunnel nothing tells that these are handshakes.
    assert!(found(log.replace(" 101 ", " 200 ")).is_empty());
}

#[test]
fn ok_absurd_ages_harm_nobody() {
    let format = "log_format a '$remote_addr [$time_local] \"$request\" $status $request_time';";
    let options =
        Options { format: Some(LogFormat::from_config(format).unwrap()), ..Options::default() };
    for age in [
        "9223372036854775.807",
        "18446744073709551.615",
        "1099511627.775",
        "99999999999999999999.0",
    ] {
        let line = |status: u16| {
            format!("192.0.2.1 [09/Mar/2018:17:00:00 +0000] \"GET /ws/ HTTP/1.1\" {status} {age}\n")
        };
        let log = [499, 504, 101].map(|status| line(status).repeat(9)).concat();
        let reader = Cursor::new(log);
        let analysis = Analyzer::new(options.clone()).reader("a.log", reader).run().unwrap();
        assert_eq!(analysis.input.lines, 27, "{age}");
    }
}

#[cfg(feature = "capture")]
#[test]
fn ok_captures_tell_no_ages() {
    let entry = |later: u64| {
        format!(
            r#"{{"startedDateTime":"2018-03-09T17:00:00.000Z","time":{},"request":{{"method":"GET","url":"ws://a/ws/","httpVersion":"HTTP/1.1","headers":[{{"name":"Sec-WebSocket-Key","value":"BA{later:018}AA=="}}]}},"response":{{"status":504,"httpVersion":"HTTP/1.1","headers":[]}}}}"#,
            60_000 + later
        )
    };
    let entries: Vec<String> = (0..9).map(entry).collect();
    let har = format!(r#"{{"log":{{"version":"1.2","entries":[{}]}}}}"#, entries.join(","));
    let log = "192.0.2.1 - - [09/Mar/2018:17:00:00 +0000] \"GET /ws/ HTTP/1.1\" 101 0 \"-\" \"-\" \"-\" \
               1520614800.000 5.000 \"edge\" \"websocket\" \"AAAAAAAAAAAAAAAAAAAAAA==\" \"10.0.0.9:80\" \
               \"101\" \"0.001\" \"5.000\"\n";
    for names in [["a.har", "b.log"], ["b.har", "a.log"]] {
        let analysis = Analyzer::new(Options::default())
            .reader(names[0], Cursor::new(har.clone()))
            .reader(names[1], Cursor::new(log))
            .run()
            .unwrap();
        assert_eq!(analysis.sightings.total, 10);
        assert!(analysis.findings.iter().all(|it| !it.id.starts_with("timer")), "{names:?}");
    }
}
