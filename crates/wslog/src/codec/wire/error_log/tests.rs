use super::*;
use crate::asked::Asked;
use crate::codec::wire::error_log::rivals::tests::rivals;

const TABLES: Tables<'_> = Tables { sources: 1, ways: 0, numbering: None };

fn event(second: i64) -> Event {
    Event {
        away: 0,
        is_before: false,
        second,
        client: u64::MAX,
        asked: Asked::UNKNOWN,
        target: 5,
        protocol: 11,
        upstream: Some(7),
        what: What { event: 0, activity: Some(3) },
        nginx: None,
        worker: 4,
        connection: Some(u64::MAX),
        source: 0,
        byte: 300,
        lines_before: 2,
        is_in_doubt: true,
    }
}

fn log() -> ErrorLog {
    let what = |event| What { event, activity: None };
    ErrorLog {
        counts: vec![(what(0), 2), (what(8), 1)],
        events: vec![event(-1), event(7)],
        lost: 1,
        lost_before: Some(-9),
        lost_after: None,
        rivals: rivals(),
        doubts: vec![(0, 1), (0, 3)],
        is_all_in_doubt: false,
    }
}

#[test]
fn ok_what_error_logs_say_is_what_it_was() {
    let back = log().into_log(TABLES).unwrap();
    assert_eq!(ErrorLog::from(&back), log());
}

#[test]
fn err_what_no_lines_can_have_left() {
    let forgeries: [fn(&mut ErrorLog); 19] = [
        |all| all.counts.swap(0, 1),
        |all| all.counts[0].1 = 0,
        |all| all.counts[0].1 = u64::MAX,
        |all| all.counts[0].0.event = 9,
        |all| all.counts[0].0.activity = Some(11),
        |all| all.events.swap(0, 1),
        |all| all.events = vec![event(0); MOST_EVENTS + 1],
        |all| all.events[1].second = i64::MAX,
        |all| all.events[1].protocol = 101,
        |all| all.events[1].source = 1,
        |all| all.events[1].byte = u64::MAX,
        |all| all.events[1].what.event = 9,
        |all| all.lost = u64::MAX,
        |all| all.lost_before = Some(i64::MIN),
        |all| all.lost_after = Some(i64::MAX),
        |all| all.doubts.swap(0, 1),
        |all| all.doubts[1].0 = 1,
        |all| all.doubts[1].1 = u64::MAX,
        |all| all.doubts[1] = all.doubts[0],
    ];
    for (number, forge) in forgeries.iter().enumerate() {
        let mut forged = log();
        forge(&mut forged);
        assert!(forged.into_log(TABLES).is_err(), "forgery {number}");
    }
}
