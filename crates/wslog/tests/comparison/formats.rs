//! A format that shows another part of the same makes no verdict.

use wslog::Verdict::{Fixed, Unchanged, Worse};
use wslog::{LimitId, Trend};

use crate::log::{
    AFTER, Alike, BEFORE, ESTABLISHED, Format, Headers, compare_logs, finding, log, of,
};

/// Of a hundred handshakes forty arrive without their Upgrade.
fn lost() -> Vec<Alike> {
    let lost = Alike { status: 400, headers: Headers::KeyAlone, ..ESTABLISHED };
    of(&[(40, lost), (60, ESTABLISHED)])
}

#[test]
fn ok_a_lost_upgrade_that_a_format_does_not_show_is_neither_mended_nor_new() {
    let [full, keyed, combined] = [Format::WebSocket, Format::Keyed, Format::Combined]
        .map(|format| [BEFORE, AFTER].map(|begin| log(&lost(), begin, format)));
    for poor in [keyed, combined] {
        let [rich, poor] = [full.clone(), poor];
        let less = compare_logs(rich[0].clone(), poor[1].clone(), 1);
        assert_eq!(finding(&less, "upgrade-missing").verdict, Unchanged);
        let more = compare_logs(poor[0].clone(), rich[1].clone(), 1);
        assert_eq!(finding(&more, "upgrade-missing").verdict, Unchanged);
    }
    // In a format that shows it, it is told.
    let mended = log(&of(&[(100, ESTABLISHED)]), AFTER, Format::WebSocket);
    let comparison = compare_logs(full[0].clone(), mended, 1);
    assert_eq!(finding(&comparison, "upgrade-missing").verdict, Fixed);
}

/// Health checks at the path of the handshakes: by their path they are some, and by their headers none.
#[test]
fn ok_what_is_told_by_path_is_held_against_nothing_that_is_told_by_headers() {
    let check = Alike { status: 400, protocol: "HTTP/1.0", headers: Headers::None, ..ESTABLISHED };
    let all = of(&[(200, ESTABLISHED), (60, check)]);
    let at = |begin, format| log(&all, begin, format);
    for (before, after) in
        [(Format::Combined, Format::WebSocket), (Format::WebSocket, Format::Combined)]
    {
        let comparison = compare_logs(at(BEFORE, before), at(AFTER, after), 1);
        assert!(comparison.limits.iter().any(|limit| limit.id == LimitId::Inferred));
        let seen = finding(&comparison, "http10-downgrade");
        assert_eq!((seen.verdict, seen.measures[0].trend), (Unchanged, Trend::Unknown));
        assert!(seen.reasons.last().unwrap().starts_with("Nothing can be told"));
        assert_eq!(comparison.failures.trend, Trend::Unknown);
        assert!(comparison.outcomes.iter().all(|outcome| outcome.trend == Trend::Unknown));
        let worse = comparison.findings.iter().filter(|it| it.verdict == Worse);
        assert!(worse.map(|it| it.id).all(|id| id == "blind-spots"));
    }
    // Where both are told by path, they count the same.
    let comparison = compare_logs(
        at(BEFORE, Format::Combined),
        log(&of(&[(260, ESTABLISHED)]), AFTER, Format::Combined),
        1,
    );
    assert_eq!(finding(&comparison, "http10-downgrade").verdict, Fixed);
    assert_eq!(comparison.failures.trend, Trend::Fell);
}
