//! What looks gone or less, and is not.

use wslog::Verdict::{Better, Fixed, Unchanged, Worse};

use crate::log::{Alike, DOWNGRADED, ESTABLISHED, compared, finding, of, verdicts};

/// So many that a timer in front of nginx ended at a minute, and so many that opened.
fn timed(timed: usize, opened: usize) -> Vec<Alike> {
    let given_up = Alike { status: 499, age: 60_000, spread: 9, ..ESTABLISHED };
    of(&[(timed, given_up), (opened, ESTABLISHED)])
}

/// So many that opened at a server, and so many that found none behind it.
fn down_at(server: &'static str, opened: usize, down: usize) -> Vec<Alike> {
    let down = (down, Alike { server, status: 502, ..ESTABLISHED });
    of(&[(opened, Alike { server, ..ESTABLISHED }), down])
}

fn last_reason<'c>(comparison: &'c wslog::Comparison, id: &str) -> &'c str {
    finding(comparison, id).reasons.last().map_or("", String::as_str)
}

#[test]
fn ok_one_that_opened_does_not_mend_the_others() {
    let refused = |count| (count, Alike { status: 426, ..ESTABLISHED });
    let none = of(&[refused(200)]);
    let one = of(&[refused(199), (1, ESTABLISHED)]);
    let opened = compared(&none, &one);
    assert_eq!(verdicts(&opened), [("upgrade-missing", Unchanged)]);
    let counted = finding(&opened, "upgrade-missing").measures[0].after;
    assert_eq!((counted.count, counted.of), (199, 200));
    assert_eq!(verdicts(&compared(&one, &none)), [("upgrade-missing", Unchanged)]);
    // A few at a wrong path are there where all is well.
    let mended = of(&[(197, ESTABLISHED), (3, Alike { status: 404, ..ESTABLISHED })]);
    assert_eq!(verdicts(&compared(&none, &mended)), [("upgrade-missing", Fixed)]);
}

/// A server that switches on one path, and not on another: one `location` of several lacks the headers.
#[test]
fn ok_one_that_opened_on_a_path_does_not_mend_the_path() {
    let chat = Alike { path: "/chat/", ..ESTABLISHED };
    let on_chat = |refused: usize| {
        of(&[(60, ESTABLISHED), (refused, Alike { status: 426, ..chat }), (40 - refused, chat)])
    };
    let before = on_chat(40);
    assert_eq!(verdicts(&compared(&before, &on_chat(39))), [("upgrade-missing", Unchanged)]);
    assert_eq!(verdicts(&compared(&on_chat(39), &before)), [("upgrade-missing", Unchanged)]);
    assert_eq!(verdicts(&compared(&before, &on_chat(0))), [("upgrade-missing", Fixed)]);
}

#[test]
fn ok_failures_that_end_in_another_way_now_are_not_fixed() {
    let timed_out = timed(40, 60);
    let down = of(&[(40, Alike { status: 502, ..ESTABLISHED }), (60, ESTABLISHED)]);
    let comparison = compared(&timed_out, &down);
    assert_eq!(finding(&comparison, "timer-in-front").verdict, Better);
    assert!(last_reason(&comparison, "timer-in-front").starts_with("Not called fixed: failures"));
    assert_eq!(finding(&comparison, "upstream-down").verdict, Worse);
    // The protocol shows however a handshake fails.
    let downgraded = of(&[(40, DOWNGRADED), (60, ESTABLISHED)]);
    assert_eq!(finding(&compared(&downgraded, &down), "http10-downgrade").verdict, Fixed);
    // Others that fail, and did before, hold nothing against it.
    let refused = (30, Alike { status: 403, ..ESTABLISHED });
    let before = [timed(40, 30), of(&[refused])].concat();
    let after = of(&[refused, (70, ESTABLISHED)]);
    assert_eq!(finding(&compared(&before, &after), "timer-in-front").verdict, Fixed);
}

#[test]
fn ok_what_is_graver_than_before_is_not_better() {
    let hung = Alike { status: 504, age: 60_000, spread: 9, ..ESTABLISHED };
    let comparison = compared(&timed(60, 40), &of(&[(20, hung), (80, ESTABLISHED)]));
    let seen = finding(&comparison, "timer-in-nginx");
    assert_eq!((seen.verdict, seen.before.is_none()), (Unchanged, true));
    assert!(seen.reasons.last().unwrap().ends_with("the finding is new."), "{:?}", seen.reasons);
    for id in ["timer-in-front", "timer-in-nginx"] {
        let measure = &finding(&comparison, id).measures[0];
        assert!(measure.what.contains("499 or 504"), "{}", measure.what);
        assert_eq!((measure.before.count, measure.after.count), (60, 20));
    }
}

/// Less at a vantage point that both periods have, and most of a new one.
#[test]
fn ok_what_fell_at_one_place_and_is_most_of_another_is_not_better() {
    let before = down_at("edge-1", 60, 40);
    let after = |down| [down_at("edge-1", 95, 5), down_at("edge-2", 8 - down, down)].concat();
    let graver = compared(&before, &after(5));
    assert_eq!(verdicts(&graver), [("upstream-down", Unchanged)]);
    assert!(last_reason(&graver, "upstream-down").ends_with("but it is graver."));
    assert_eq!(verdicts(&compared(&before, &after(0))), [("upstream-down", Better)]);
}

#[test]
fn ok_the_place_that_had_most_of_it_has_to_be_seen_again() {
    let before = [down_at("edge-1", 80, 20), down_at("edge-2", 50, 50)].concat();
    for (again, verdict) in [(0, Better), (3, Better), (100, Fixed)] {
        let after = [down_at("edge-1", 100, 0), down_at("edge-2", again, 0)].concat();
        let comparison = compared(&before, &after);
        assert_eq!(verdicts(&comparison), [("upstream-down", verdict)], "{again}");
        let is_told = last_reason(&comparison, "upstream-down").contains("was at edge-2, where");
        assert_eq!(is_told, verdict == Better, "{again}");
    }
    // One that had next to none of it may be gone.
    let before = [down_at("edge-1", 80, 20), down_at("edge-2", 99, 1)].concat();
    assert_eq!(
        verdicts(&compared(&before, &down_at("edge-1", 100, 0))),
        [("upstream-down", Fixed)]
    );
}

#[test]
fn ok_a_node_that_only_stands_out_no_more_is_told_as_that() {
    let node = |client, failed| {
        let refused = Alike { client, status: 403, ..ESTABLISHED };
        of(&[(100 - failed, Alike { client, ..ESTABLISHED }), (failed, refused)])
    };
    let before = [node("192.0.2.1", 0), node("192.0.2.2", 50), node("192.0.2.3", 0)].concat();
    let after = ["192.0.2.1", "192.0.2.2", "192.0.2.3"].map(|client| node(client, 50)).concat();
    let comparison = compared(&before, &after);
    assert_eq!(verdicts(&comparison), [("one-bad-node", Unchanged)]);
    assert_eq!(finding(&comparison, "one-bad-node").needed, None);
    let reason = last_reason(&comparison, "one-bad-node");
    assert!(reason.contains("there as before"), "{reason}");
}
