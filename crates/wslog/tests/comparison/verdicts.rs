//! Fixed, better, unchanged, worse.

use wslog::Verdict::{Better, Fixed, Unchanged, Worse};
use wslog::{LimitId, Trend};

use crate::log::{
    AFTER, Alike, BEFORE, DOWNGRADED, ESTABLISHED, Format, compare_logs, compared, finding, log,
    of, verdicts,
};

#[test]
fn ok_what_is_gone_by_more_than_chance_is_fixed() {
    let before = of(&[(70, ESTABLISHED), (30, DOWNGRADED)]);
    let comparison = compared(&before, &of(&[(100, ESTABLISHED)]));
    assert_eq!(verdicts(&comparison), [("http10-downgrade", Fixed)]);
    let limits: Vec<_> = comparison.limits.iter().map(|limit| limit.id).collect();
    assert_eq!(limits, [LimitId::Independence]);
    assert_eq!(comparison.failures.trend, Trend::Fell);
    assert!(!comparison.is_worse());
    let trends: Vec<_> = comparison.outcomes.iter().map(|row| row.trend).collect();
    assert_eq!(trends, [Trend::Fell, Trend::Rose]);
}

#[test]
fn ok_what_is_less_and_still_there_is_better() {
    let before = of(&[(70, ESTABLISHED), (30, DOWNGRADED)]);
    let comparison = compared(&before, &of(&[(98, ESTABLISHED), (2, DOWNGRADED)]));
    assert_eq!(verdicts(&comparison), [("http10-downgrade", Better)]);
}

#[test]
fn ok_a_remedy_may_end_the_failures_alone() {
    let before = of(&[(70, ESTABLISHED), (30, DOWNGRADED)]);
    let opened = Alike { status: 101, ..DOWNGRADED };
    let comparison = compared(&before, &of(&[(70, ESTABLISHED), (30, opened)]));
    assert_eq!(verdicts(&comparison), [("http10-downgrade", Better)]);
}

#[test]
fn ok_what_may_be_chance_is_unchanged() {
    let before = of(&[(70, ESTABLISHED), (30, DOWNGRADED)]);
    let comparison = compared(&before, &of(&[(78, ESTABLISHED), (22, DOWNGRADED)]));
    assert_eq!(verdicts(&comparison), [("http10-downgrade", Unchanged)]);
    assert!(comparison.outcomes.iter().all(|row| row.trend == Trend::Steady));
    assert!(!comparison.is_worse());
    assert!(comparison.limits.is_empty(), "{:?}", comparison.limits);
}

#[test]
fn ok_what_nobody_reaches_any_more_is_not_fixed() {
    let hung = (0..30).map(|later| Alike { status: 504, age: 60_000 + later % 9, ..ESTABLISHED });
    let before = [hung.collect(), of(&[(70, ESTABLISHED)])].concat();
    let down = Alike { status: 502, ..ESTABLISHED };
    let comparison = compared(&before, &of(&[(100, down)]));
    assert_eq!(finding(&comparison, "timer-in-nginx").verdict, Better);
    assert_eq!(finding(&comparison, "upstream-down").verdict, Worse);
}

#[test]
fn ok_too_few_to_tell_are_not_fixed_and_it_is_said_how_many_would_do() {
    let before = of(&[(70, ESTABLISHED), (30, DOWNGRADED)]);
    let few = compared(&before, &of(&[(8, ESTABLISHED)]));
    let seen = finding(&few, "http10-downgrade");
    assert_eq!(seen.verdict, Unchanged);
    let needed = seen.needed.unwrap();
    let would_do = format!("too few to call fixed; about {needed} without it would do.");
    assert!(seen.reasons.last().unwrap().ends_with(&would_do), "{:?}", seen.reasons);
    // That many do, and one fewer does not.
    let needed = usize::try_from(needed).unwrap();
    let with = |count| compared(&before, &of(&[(count, ESTABLISHED)]));
    assert_eq!(verdicts(&with(needed)), [("http10-downgrade", Fixed)]);
    assert_eq!(verdicts(&with(needed - 1)), [("http10-downgrade", Unchanged)]);
}

#[test]
fn ok_what_is_new_is_worse_unless_that_may_be_chance() {
    let comparison =
        compared(&of(&[(100, ESTABLISHED)]), &of(&[(70, ESTABLISHED), (30, DOWNGRADED)]));
    assert_eq!(verdicts(&comparison), [("http10-downgrade", Worse)]);
    assert!(comparison.is_worse());
    let comparison =
        compared(&of(&[(100, ESTABLISHED)]), &of(&[(99, ESTABLISHED), (1, DOWNGRADED)]));
    assert_eq!(verdicts(&comparison), [("http10-downgrade", Unchanged)]);
    let reasons = &finding(&comparison, "http10-downgrade").reasons;
    assert!(reasons.last().unwrap().starts_with("New, but that may be chance"), "{reasons:?}");
}

#[test]
fn ok_a_timer_that_is_longer_now_is_not_fixed() {
    let timed = |age| {
        (0..40_u64).map(move |later| Alike { status: 504, age: age + later % 9, ..ESTABLISHED })
    };
    let with = |age| [timed(age).collect(), of(&[(40, ESTABLISHED)])].concat();
    let comparison = compared(&with(60_000), &with(300_000));
    let seen = finding(&comparison, "timer-in-nginx");
    assert_eq!(seen.verdict, Unchanged);
    let moved = |reason: &String| reason.starts_with("The age moved from 60.000 s to 300.000 s");
    assert!(seen.reasons.iter().any(moved), "{:?}", seen.reasons);
    let gone = compared(&with(60_000), &of(&[(80, ESTABLISHED)]));
    assert_eq!(finding(&gone, "timer-in-nginx").verdict, Fixed);
    // Too few for a cluster, and yet the timer's.
    let left = [timed(60_000).take(3).collect(), of(&[(80, ESTABLISHED)])].concat();
    assert_eq!(finding(&compared(&with(60_000), &left), "timer-in-nginx").verdict, Better);
}

#[test]
fn ok_tunnels_that_no_timer_ends_any_more_are_fixed() {
    let lives = |first: u64, apart: u64| -> Vec<Alike> {
        let age = |number| first + number % 9 + number * apart;
        (0..100).map(|number| Alike { age: age(number), ..ESTABLISHED }).collect()
    };
    let cut = lives(60_000, 0);
    assert_eq!(verdicts(&compared(&cut, &lives(62_000, 6_007))), [("idle-tunnels-closed", Fixed)]);
    // One at that age is there without any timer, and a few that are no more than 9 ms apart are not.
    let one_left = compared(&cut, &lives(60_000, 6_007));
    assert_eq!(verdicts(&one_left), [("idle-tunnels-closed", Fixed)]);
    let few_left = [lives(60_000, 0)[..4].to_vec(), lives(62_000, 6_007)].concat();
    assert_eq!(verdicts(&compared(&cut, &few_left)), [("idle-tunnels-closed", Better)]);
}

#[test]
fn ok_a_node_that_is_repaired_or_taken_out_is_fixed() {
    let refused = |client, count| Alike { client, count, status: 403, ..ESTABLISHED };
    let opened = |client, count| Alike { client, count, ..ESTABLISHED };
    let before = [
        opened("192.0.2.1", 60),
        refused("192.0.2.1", 2),
        opened("192.0.2.2", 30),
        refused("192.0.2.2", 30),
        opened("192.0.2.3", 60),
    ];
    let repaired = [
        opened("192.0.2.1", 60),
        refused("192.0.2.1", 2),
        opened("192.0.2.2", 58),
        refused("192.0.2.2", 2),
        opened("192.0.2.3", 60),
    ];
    assert_eq!(verdicts(&compared(&before, &repaired)), [("one-bad-node", Fixed)]);
    let taken_out = [opened("192.0.2.1", 90), refused("192.0.2.1", 3), opened("192.0.2.3", 90)];
    assert_eq!(verdicts(&compared(&before, &taken_out)), [("one-bad-node", Fixed)]);
    assert_eq!(verdicts(&compared(&repaired, &before)), [("one-bad-node", Worse)]);
}

#[test]
fn ok_a_log_that_shows_more_has_no_blind_spots_any_more() {
    let all = of(&[(50, ESTABLISHED)]);
    let mut before = log(&all, BEFORE, Format::Combined);
    let mut after = log(&all, AFTER, Format::WebSocket);
    let comparison = compare_logs(before.clone(), after.clone(), 1);
    assert_eq!(verdicts(&comparison), [("blind-spots", Fixed)]);
    std::mem::swap(&mut before, &mut after);
    assert_eq!(verdicts(&compare_logs(before, after, 1))[0], ("blind-spots", Worse));
}
