//! What chance alone does, and what the order of the two sides does.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use wslog::{Trend, Verdict, compare};

use crate::log::{
    AFTER, Alike, BEFORE, DOWNGRADED, ESTABLISHED, Format, analyses, compare_logs, compared, log,
    of,
};

/// Some of each of these kinds.
fn mixed(counts: &[usize]) -> Vec<Alike> {
    let kinds = [
        ESTABLISHED,
        DOWNGRADED,
        Alike { status: 502, ..ESTABLISHED },
        Alike { status: 504, age: 60_001, ..ESTABLISHED },
        Alike { server: "inner", ..ESTABLISHED },
        Alike { server: "inner", status: 403, client: "192.0.2.7", ..ESTABLISHED },
        Alike { age: 120_000, ..ESTABLISHED },
    ];
    let counted: Vec<_> = counts.iter().copied().zip(kinds).collect();
    of(&counted)
}

fn counts() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(0..60_usize, 7)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn ok_nothing_differs_from_itself(counts in counts()) {
        let text = log(&mixed(&counts), BEFORE, Format::WebSocket);
        let [one, other] = analyses(text.clone(), text, 1);
        let comparison = compare(&one, &other);
        prop_assert!(comparison.findings.iter().all(|it| it.verdict == Verdict::Unchanged));
        prop_assert!(comparison.outcomes.iter().all(|it| it.trend == Trend::Steady));
        prop_assert_eq!(comparison.failures.trend, Trend::Steady);
        prop_assert!(!comparison.is_worse());
    }

    #[test]
    fn ok_the_other_way_round_better_is_worse(before in counts(), after in counts()) {
        let (before, after) = (mixed(&before), mixed(&after));
        let there = compared(&before, &after);
        let back = compared(&after, &before);
        let opposite = |trend| match trend {
            Trend::Rose => Trend::Fell,
            Trend::Fell => Trend::Rose,
            same => same,
        };
        prop_assert_eq!(there.failures.trend, opposite(back.failures.trend));
        for (one, other) in there.outcomes.iter().zip(&back.outcomes) {
            prop_assert_eq!((one.trend, one.before), (opposite(other.trend), other.after));
        }
        for one in &there.findings {
            let other = back.findings.iter().find(|it| it.id == one.id).unwrap();
            for (one, other) in one.measures.iter().zip(&other.measures) {
                prop_assert_eq!((one.trend, one.p_value), (opposite(other.trend), other.p_value));
            }
            let is_gone = matches!(one.verdict, Verdict::Fixed | Verdict::Better);
            let fell_only = one.measures.iter().all(|it| it.trend != Trend::Rose);
            if is_gone && other.after.is_some() && fell_only {
                prop_assert_eq!(other.verdict, Verdict::Worse);
            }
        }
    }

    #[test]
    fn ok_threads_change_nothing(before in counts(), after in counts()) {
        let logs = || {
            let before = log(&mixed(&before), BEFORE, Format::WebSocket);
            (before, log(&mixed(&after), AFTER, Format::WebSocket))
        };
        let json = |threads| {
            let (before, after) = logs();
            serde_json::to_string(&compare_logs(before, after, threads)).unwrap()
        };
        prop_assert_eq!(json(1), json(4));
    }
}

/// Two hours of one random process hardly ever differ: in at most one of a hundred comparisons is a verdict
/// wrong, in at most one are the failures, in at most one is any outcome.
#[test]
fn ok_of_a_hundred_comparisons_at_most_one_is_wrong() {
    const SEEDS: usize = 1000;
    let mut runner = TestRunner::deterministic();
    let mut wrong = [0; 3];
    for seed in 0..SEEDS {
        let [before, after] =
            [0, 1].map(|_| random_hour(&mut runner, [20, 60, 200, 600][seed % 4]));
        let comparison = compared(&before, &after);
        let is_changed = comparison.findings.iter().any(|it| it.verdict != Verdict::Unchanged);
        wrong[0] += usize::from(is_changed);
        wrong[1] += usize::from(comparison.failures.trend != Trend::Steady);
        wrong[2] += usize::from(comparison.outcomes.iter().any(|it| it.trend != Trend::Steady));
    }
    println!("of {SEEDS}: {wrong:?} findings, failures, outcomes");
    assert!(wrong.iter().all(|wrong| wrong * 100 <= SEEDS), "{wrong:?}");
}

/// Handshakes that each come about by chance: a tenth at HTTP/1.0, of which nine in ten fail; some others fail
/// as well, at any age.
fn random_hour(runner: &mut TestRunner, count: usize) -> Vec<Alike> {
    let parts = prop::collection::vec((0..1000_u32, 1000..120_000_u64, any::<bool>()), count);
    let parts = parts.new_tree(runner).unwrap().current();
    let alike = |(part, age, is_other): (u32, u64, bool)| {
        let server = if is_other { "edge-1" } else { "edge-2" };
        match part {
            0..90 => Alike { server, age, ..DOWNGRADED },
            90..100 => Alike { server, status: 101, age, ..DOWNGRADED },
            100..130 => Alike { server, status: 502, ..ESTABLISHED },
            130..170 => Alike { server, status: 499, age, ..ESTABLISHED },
            170..200 => Alike { server, status: 504, age, ..ESTABLISHED },
            _ => Alike { server, age, ..ESTABLISHED },
        }
    };
    parts.into_iter().map(alike).collect()
}
