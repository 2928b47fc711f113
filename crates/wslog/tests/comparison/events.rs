//! Moments and ages: what is one event, and what is there without any.

use wslog::Verdict::{Better, Fixed, Unchanged};

use crate::log::{
    AFTER, Alike, BEFORE, ESTABLISHED, Format, compare_logs, compared, finding, log, of,
};

/// Tunnels of all ages.
const LIVES: Alike = Alike { age: 1_000, spread: 600_000, ..ESTABLISHED };

/// Forty tunnels that began a minute apart and ended at these times.
fn cut(at: &[u64]) -> String {
    let tunnel = |number: usize| Alike { age: 60_000 * (number as u64 % 40 + 1), ..ESTABLISHED };
    let each = at.iter().flat_map(|at| (0..40).map(move |number| (*at, number)));
    let lines = each.map(|(at, number)| tunnel(number).line(at, 1000 + number, Format::WebSocket));
    lines.collect()
}

#[test]
fn ok_one_moment_is_one_event_however_many_tunnels_it_ends() {
    let quiet = |begin| log(&of(&[(60, LIVES)]), begin, Format::WebSocket);
    let once = quiet(BEFORE) + &cut(&[BEFORE + 1500]);
    let comparison = compare_logs(once, quiet(AFTER), 1);
    let seen = finding(&comparison, "tunnels-cut-together");
    assert!(seen.before.is_some() && seen.after.is_none());
    assert_eq!(seen.verdict, Unchanged, "{:?}", seen.reasons);
    assert_eq!((seen.measures[0].before.count, seen.measures[0].before.of), (1, 5));
    let reason = seen.reasons.last().unwrap();
    assert!(
        reason.starts_with("Not seen again, which 5 ten-minute spells of the later"),
        "{reason}"
    );
    // A deploy ends them server by server.
    let rolling = quiet(BEFORE) + &cut(&[BEFORE + 1250, BEFORE + 1500, BEFORE + 1750]);
    let comparison = compare_logs(rolling, quiet(AFTER), 1);
    assert_eq!(finding(&comparison, "tunnels-cut-together").measures[0].before.count, 1);
}

#[test]
fn ok_what_is_normal_at_an_age_is_not_left_of_a_timer() {
    let idle = Alike { age: 60_000, spread: 9, ..ESTABLISHED };
    let busy = of(&[(1400, LIVES), (600, idle)]);
    let after = compared(&busy, &of(&[(2000, LIVES)]));
    let seen = finding(&after, "idle-tunnels-closed");
    assert!(seen.measures[0].after.count > 0);
    assert_eq!(seen.verdict, Fixed, "{:?}", seen.reasons);
    let some_left = of(&[(1980, LIVES), (20, idle)]);
    let comparison = compared(&busy, &some_left);
    assert_eq!(finding(&comparison, "idle-tunnels-closed").verdict, Better);

    let gave_up = Alike { status: 499, ..LIVES };
    let timed = Alike { status: 499, ..idle };
    let before = of(&[(2000, ESTABLISHED), (1000, gave_up), (600, timed)]);
    let comparison = compared(&before, &of(&[(2600, ESTABLISHED), (1000, gave_up)]));
    let seen = finding(&comparison, "timer-in-front");
    assert!(seen.measures[0].after.count > 0);
    assert_eq!(seen.verdict, Fixed, "{:?}", seen.reasons);
}
