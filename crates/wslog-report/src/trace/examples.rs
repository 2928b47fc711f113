//! Traces as they may look, and what every form of them must hold to.

use textwrap::core::display_width;
use wslog::parse::{Millis, Protocol, Status, Timestamp, Upgrade, WebSocketKey};
use wslog::{Loss, LossKind, Outcome, Trace, TracedSighting};

use super::TraceFormat;

fn sighting(vantage: &str, protocol: Protocol, status: &str, after: u64) -> TracedSighting {
    let status = Status::parse(status.as_bytes()).unwrap();
    let started_at = Timestamp::new(1_520_586_367_538, 480);
    let ended = started_at.unix_millis() + i64::try_from(after).unwrap();
    TracedSighting {
        request: 1,
        is_behind: true,
        is_retry: false,
        source: format!("{vantage}.log"),
        line: 4,
        byte: 1390,
        vantage: vantage.to_owned(),
        remote_addr: "100.97.88.252".to_owned(),
        upstream_addr: "127.0.0.1:8087".to_owned(),
        protocol,
        upgrade: Upgrade::NotLogged,
        status,
        outcome: Outcome::of(status),
        started_at: Some(started_at),
        logged_at: Some(Timestamp::new(ended, 480)),
        request_time: Some(Millis(after)),
    }
}

fn trace(sightings: Vec<TracedSighting>) -> Trace {
    Trace {
        key: WebSocketKey::parse(b"8+qDYeKJGFTWKB2ov4p5TA==").unwrap(),
        requests: sightings.last().map_or(0, |last| last.request),
        sightings,
        downgrade: None,
        upgrade_lost: None,
        changes: Vec::new(),
    }
}

/// A capture at the client, and the log line of the case.
pub(super) fn two() -> Trace {
    let client = TracedSighting {
        remote_addr: "-".into(),
        upstream_addr: String::new(),
        line: 0,
        started_at: None,
        logged_at: None,
        request_time: None,
        ..sighting("capture:case.txt", Protocol::HTTP_11, "504", 0)
    };
    let loss = Loss {
        kind: LossKind::Proven,
        after: Some("capture:case.txt".into()),
        before: "10.0.21.11".into(),
    };
    Trace {
        downgrade: Some(loss),
        changes: vec!["HTTP/1.1 at capture:case.txt became HTTP/1.0 at 10.0.21.11".into()],
        ..trace(vec![client, sighting("10.0.21.11", Protocol::HTTP_10, "499", 59_999)])
    }
}

/// Three hops, of which the last is tried twice.
pub(super) fn three() -> Trace {
    let retry = TracedSighting {
        is_retry: true,
        is_behind: false,
        line: 5,
        ..sighting("app", Protocol::HTTP_11, "101", 24_388_248)
    };
    trace(vec![
        sighting("edge", Protocol::HTTP_11, "101", 24_388_260),
        sighting("inner", Protocol::HTTP_10, "101", 24_388_255),
        sighting("app", Protocol::HTTP_11, "502", 3),
        retry,
    ])
}

/// Five vantage points, one of which nobody can place, one that had no Upgrade, one without answer.
pub(super) fn five() -> Trace {
    let mut sightings: Vec<_> = ["phone.pcap", "edge", "waf", "inner", "app"]
        .map(|name| sighting(name, Protocol::HTTP_11, "504", 60_001))
        .into();
    sightings[2].is_behind = false;
    sightings[3].upgrade = Upgrade::Absent;
    sightings[4].status = Status::NO_ANSWER;
    sightings[4].outcome = Outcome::of(Status::NO_ANSWER);
    trace(sightings)
}

/// The same key an hour later.
fn reused() -> Trace {
    let again = TracedSighting { request: 2, ..sighting("edge", Protocol::HTTP_11, "101", 7) };
    trace(vec![sighting("edge", Protocol::HTTP_11, "101", 100), again])
}

/// Names that would break out of every form.
fn hostile() -> Trace {
    let long = "a-name-of-sixty-characters-".repeat(3);
    let names = [
        &long,
        "\u{1b}[2J\n```\n# |<b>",
        "東京東京東京東京東京東京東京東京東京東京東京東京東京東京",
    ];
    let mut hostile = trace(
        names.map(|name| sighting(name, Protocol::HTTP_10, "499", 60_000)).into_iter().collect(),
    );
    hostile.changes = names.map(str::to_owned).into();
    hostile.downgrade =
        Some(Loss { kind: LossKind::Suspected, after: None, before: names[1].into() });
    for sighting in &mut hostile.sightings {
        sighting.remote_addr = "2001:db8:85a3:8d3:1319:8a2e:370:7348".into();
    }
    hostile
}

fn all() -> Vec<Trace> {
    vec![two(), three(), five(), reused(), hostile()]
}

fn rendered(format: TraceFormat, traces: &[Trace]) -> String {
    let mut bytes = Vec::new();
    format.render(traces, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// What a terminal shows of it.
fn plain(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    first + &parts.map(|part| part.split_once('m').unwrap().1).collect::<String>()
}

#[test]
fn ok_text_fits_a_terminal_and_holds_no_control_character() {
    let text = plain(&rendered(TraceFormat::Text, &all()));
    if let Some(path) = std::env::var_os("TRACE_EXAMPLES") {
        std::fs::write(path, text.clone() + &rendered(TraceFormat::Markdown, &all())).unwrap();
    }
    for line in text.lines() {
        assert!(display_width(line) <= 80, "{} columns: {line}", display_width(line));
        assert!(!line.contains(char::is_control), "{line:?}");
    }
}

#[test]
fn ok_no_name_pushes_a_lifeline_aside() {
    for trace in [two(), three(), hostile()] {
        let text = plain(&rendered(TraceFormat::Text, std::slice::from_ref(&trace)));
        let lifelines = |line: &str| -> Vec<usize> {
            let bars = line.match_indices('|').map(|(at, _)| display_width(&line[..at]));
            bars.collect()
        };
        let drawn: Vec<_> = text.lines().filter(|line| line.starts_with("         |")).collect();
        assert!(drawn.len() > 8, "{text}");
        let first = lifelines(drawn[0]);
        assert!(drawn.iter().all(|line| lifelines(line) == first), "{text}");
    }
}

#[test]
fn ok_the_drawing_of_the_case() {
    let text = plain(&rendered(TraceFormat::Text, &[two()]));
    let drawing: Vec<_> = text.lines().skip(2).take_while(|line| !line.is_empty()).collect();
    let expected = "
      client                 capture:case.txt               10.0.21.11
         |                           |                           |
         |-------- HTTP/1.1 -------->|                           |
         |                           |                           |
         |                           |------ HTTP/1.0 (!) ------>|
         |                           |       17:06:07.538        |
         |                           |x------ 499 closed ------->|
         |                           |      after 59.999 s       |
         |                           |                           |
         |<---------- 504 -----------|                           |
         |                           |                           |
         |                           |                           |";
    assert_eq!(format!("\n{}", drawing.join("\n")), expected, "{text}");
    assert!(text.starts_with("8+qDYeKJGFTWKB2ov4p5TA==  HTTP/1.0 before 10.0.21.11: proven\n"));
}

#[test]
fn ok_what_is_special_is_said() {
    let text = |trace: Trace| plain(&rendered(TraceFormat::Text, &[trace]));
    let three = text(three());
    assert!(three.contains("HTTP/1.1, retry") && three.contains("101 tunnel"), "{three}");
    assert!(three.contains("not downgraded") && !three.contains("Dotted"), "{three}");
    let five = text(five());
    for told in ["..>|", "Dotted: whether the request passed edge before waf", "no Upgrade", "000"]
    {
        assert!(five.contains(told), "{told}: {five}");
    }
    let reused = text(reused());
    assert!(reused.contains("2 requests used this key"), "{reused}");
    assert!(reused.contains("Request 2 of 2"), "{reused}");
}

#[test]
fn ok_people_are_not_shown_thousands_and_programs_are() {
    let mut many = three();
    many.sightings = vec![many.sightings[0].clone(); 5000];
    let text = rendered(TraceFormat::Text, std::slice::from_ref(&many));
    assert!(text.lines().count() < 300 && text.contains("And 4980 more sightings"));
    let json: serde_json::Value =
        serde_json::from_str(&rendered(TraceFormat::Json, &[many])).unwrap();
    assert_eq!(json[0]["sightings"].as_array().unwrap().len(), 5000);
}

#[test]
fn ok_markdown_and_json_are_not_broken_out_of() {
    let markdown = rendered(TraceFormat::Markdown, &[hostile()]);
    assert!(!markdown.contains("\n# ") && !markdown.contains("<b>|"), "{markdown}");
    let json = rendered(TraceFormat::Json, &[hostile()]);
    assert!(!json.contains('\u{1b}'));
    let traces: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(traces[0]["downgrade"]["kind"], "suspected");
    assert_eq!(traces[0]["sightings"][1]["vantage"], "\u{1b}[2J\n```\n# |<b>");
    assert_eq!(rendered(TraceFormat::Json, &[]), "[]\n");
    assert_eq!(rendered(TraceFormat::Text, &[]), "");
}
