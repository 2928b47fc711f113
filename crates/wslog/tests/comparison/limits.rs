//! What may not be called fixed, and what is said of it.

use std::io::Cursor;
use std::time::SystemTime;

use wslog::Verdict::{Better, Unchanged};
use wslog::{Analyzer, Comparison, LimitId, Moment, Options, Period, Trend, compare};

use crate::log::{
    AFTER, Alike, BEFORE, DOWNGRADED, ESTABLISHED, Format, compare_logs, compared, finding, log,
    of, verdicts,
};

fn broken() -> Vec<Alike> {
    of(&[(70, ESTABLISHED), (30, DOWNGRADED)])
}

fn limits(comparison: &Comparison) -> Vec<LimitId> {
    comparison.limits.iter().map(|limit| limit.id).collect()
}

#[test]
fn ok_nothing_is_fixed_where_there_is_nothing() {
    let before = log(&broken(), BEFORE, Format::WebSocket);
    let comparison = compare_logs(before.clone(), String::new(), 1);
    assert_eq!(limits(&comparison)[0], LimitId::NoHandshakes);
    assert_eq!(verdicts(&comparison), [("http10-downgrade", Unchanged)]);
    let comparison = compare_logs(String::new(), before, 1);
    assert_eq!(verdicts(&comparison), [("http10-downgrade", Unchanged)]);
    assert_eq!(limits(&compare_logs(String::new(), String::new(), 1)), [LimitId::NoHandshakes]);
}

#[test]
fn ok_periods_that_overlap_or_are_swapped_or_short_fix_nothing() {
    let good = of(&[(100, ESTABLISHED)]);
    let at = |before, after| {
        let log = |all: &[Alike], begin| log(all, begin, Format::WebSocket);
        compare_logs(log(&broken(), before), log(&good, after), 1)
    };
    let overlapping = at(BEFORE, BEFORE + 1000);
    assert_eq!(limits(&overlapping), [LimitId::Overlap, LimitId::Independence]);
    assert_eq!(verdicts(&overlapping), [("http10-downgrade", Better)]);
    let reasons = &finding(&overlapping, "http10-downgrade").reasons;
    assert!(reasons.last().unwrap().starts_with("Not called fixed: The two periods overlap"));
    let swapped = at(AFTER, BEFORE);
    assert_eq!(limits(&swapped), [LimitId::Order, LimitId::Independence]);
    assert_eq!(verdicts(&swapped), [("http10-downgrade", Better)]);
    let first_lines = |log: String| log.lines().take(20).map(|line| format!("{line}\n")).collect();
    let many = log(&of(&[(1000, ESTABLISHED)]), AFTER, Format::WebSocket);
    let short = compare_logs(log(&broken(), BEFORE, Format::WebSocket), first_lines(many), 1);
    assert_eq!(limits(&short)[0], LimitId::Short);
}

#[test]
fn ok_what_the_later_log_cannot_show_is_not_gone() {
    let before = log(&broken(), BEFORE, Format::WebSocket);
    let timed: Vec<Alike> =
        (60_000..60_030).map(|age| Alike { status: 504, age, ..ESTABLISHED }).collect();
    let before = before + &log(&timed, BEFORE, Format::WebSocket);
    let after = log(&of(&[(300, ESTABLISHED)]), AFTER, Format::Combined);
    let comparison = compare_logs(before, after, 1);
    assert!(limits(&comparison).contains(&LimitId::ShowsLess), "{:?}", comparison.limits);
    let seen = finding(&comparison, "timer-in-nginx");
    assert_eq!(seen.verdict, Unchanged);
    assert_eq!(
        seen.reasons.last().unwrap(),
        "The later period's lines cannot show it: nothing can be told."
    );
}

/// The same where one log is parted by a moment: only the lines of a period say what it shows.
#[test]
fn ok_what_a_period_shows_its_own_lines_say() {
    let timed: Vec<Alike> =
        (60_000..60_030).map(|age| Alike { status: 504, age, ..ESTABLISHED }).collect();
    let before = log(&timed, BEFORE, Format::WebSocket);
    let after = log(&of(&[(300, ESTABLISHED)]), AFTER, Format::Combined);
    let at = Moment::parse("2018-03-09T18:00:00Z", SystemTime::now()).unwrap();
    let analysis = |period| {
        let options = Options { period, ..Options::default() };
        let analyzer = Analyzer::new(options).reader("before.log", Cursor::new(before.clone()));
        analyzer.reader("after.log", Cursor::new(after.clone())).run().unwrap()
    };
    let comparison = compare(
        &analysis(Period { since: None, until: Some(at) }),
        &analysis(Period { since: Some(at), until: None }),
    );
    let seen = finding(&comparison, "timer-in-nginx");
    assert_eq!(seen.verdict, Unchanged);
    let reason = seen.reasons.last().unwrap();
    assert!(reason.starts_with("The later period's lines cannot show it"), "{reason}");
}

/// In a format without key and Upgrade a failed GET is known for a handshake by its path alone, and a time in
/// which every one failed shows no path.
#[test]
fn ok_a_time_without_any_101_does_not_look_healthy() {
    let refused = of(&[(40, Alike { status: 504, ..ESTABLISHED })]);
    let before = log(&refused, BEFORE, Format::Combined);
    let after = log(&of(&[(40, ESTABLISHED)]), AFTER, Format::Combined);
    let comparison = compare_logs(before, after, 1);
    assert_eq!((comparison.before.sightings, comparison.before.failed), (40, 40));
    assert_eq!(comparison.failures.trend, Trend::Fell);
}

#[test]
fn ok_rates_are_compared_within_vantage_points() {
    let at = |server, opened, failed| {
        of(&[
            (opened, Alike { server, ..ESTABLISHED }),
            (failed, Alike { server, status: 403, ..ESTABLISHED }),
        ])
    };
    // Of each the rate is the same; the second has most of the traffic afterwards.
    let before = [at("a", 990, 10), at("b", 50, 50)].concat();
    let after = [at("a", 99, 1), at("b", 500, 500)].concat();
    let comparison = compared(&before, &after);
    assert_eq!(comparison.failures.trend, Trend::Steady);
    assert_eq!(limits(&comparison), [LimitId::Mix]);
    let elsewhere = compared(&at("a", 50, 50), &at("b", 100, 0));
    assert_eq!(limits(&elsewhere), [LimitId::VantagePoints, LimitId::Independence]);
    assert_eq!(elsewhere.failures.trend, Trend::Fell);
}
