//! Lines of error logs: what is read from them, and what is not guessed.

use proptest::prelude::*;
use wslog_parse::error_log::{Context, ErrorEntry, ErrorLineError, looks_like_error_log};

const CASES: &str = include_str!("error_log/cases.txt");
const REAL: &str = include_str!("error_log/real.txt");

fn values<'a>(context: &Context<'a>) -> Vec<(&'static str, &'a [u8])> {
    let always = [("client", context.client), ("server", context.server)];
    let some = [
        ("request", context.request),
        ("subrequest", context.subrequest),
        ("upstream", context.upstream),
        ("host", context.host),
        ("referrer", context.referrer),
    ];
    let some = some.into_iter().filter_map(|(name, value)| Some((name, value?)));
    always.into_iter().chain(some).collect()
}

/// What is read from a line, in the words of the cases.
fn told(line: &str) -> String {
    let entry = match ErrorEntry::parse(line.as_bytes()) {
        Ok(entry) => entry,
        Err(ErrorLineError::Malformed) => return "! malformed".into(),
        Err(ErrorLineError::Ambiguous) => return "! ambiguous".into(),
    };
    let mut told = format!("= {:?}", entry.event);
    told.extend(entry.activity.map(|activity| format!(" {activity:?}")));
    told.extend(entry.errno.map(|errno| format!(" errno={errno}")));
    for (name, value) in entry.context.iter().flat_map(values) {
        told += &format!(" {name}={}", String::from_utf8_lossy(value));
    }
    told
}

#[track_caller]
fn check(cases: &str) {
    let lines = cases.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let lines: Vec<&str> = lines.collect();
    assert!(!lines.is_empty() && lines.len().is_multiple_of(2));
    for case in lines.chunks(2) {
        assert_eq!(told(case[0]), case[1], "{}", case[0]);
    }
}

#[test]
fn ok_what_is_read_is_what_nginx_meant() {
    check(CASES);
}

#[test]
fn ok_what_nginx_wrote_is_read() {
    check(REAL);
}

#[test]
fn ok_a_head_is_decoded() {
    let entry = ErrorEntry::parse(b"2018/03/09 17:06:07 [warn] 12#34: *56 a").unwrap();
    assert_eq!((entry.pid, entry.tid, entry.connection), (12, 34, Some(56)));
    assert_eq!(entry.message, b"a");
    assert_eq!(entry.logged_at.0, 1_520_615_167);
    assert_eq!(entry.logged_at.at_offset(480).to_string(), "2018-03-09T17:06:07.000+08:00");
}

#[test]
fn ok_a_line_that_was_cut_says_so() {
    let head = "2018/03/09 17:06:07 [error] 1#1: *5 upstream timed out (110: x) while reading \
                response header from upstream, client: 192.0.2.1, server: a, request: \"GET /";
    let line = head.to_owned() + &"a".repeat(2047 - head.len());
    let entry = ErrorEntry::parse(line.as_bytes()).unwrap();
    assert!(entry.is_cut);
    assert_eq!(entry.context.unwrap().client, b"192.0.2.1");
    let shorter = &line[..2046];
    assert_eq!(ErrorEntry::parse(shorter.as_bytes()), Err(ErrorLineError::Ambiguous));
}

#[test]
fn ok_an_error_log_is_told_from_others() {
    let error = &b"2018/03/09 17:06:07 [notice] 1#1: a"[..];
    assert!(looks_like_error_log([error, b"", b"panic in a module", error]));
    assert!(looks_like_error_log([error, b"PHP message: a", b"Stack trace:", b"#0 b"]));
    assert!(looks_like_error_log([b"of a line", error]));
    assert!(!looks_like_error_log([b"a", b"b", error]));
    let access: &[u8] =
        b"192.0.2.1 - - [09/Mar/2018:17:06:07 +0800] \"GET / HTTP/1.1\" 200 1 \"-\" \"-\"";
    assert!(!looks_like_error_log([error, access]));
    assert!(!looks_like_error_log([]));
}

const WORDS: [&str; 12] = [
    "2018/03/09 17:06:07 [error] 1#1: *5 ",
    "recv() failed",
    " (110: x)",
    " while reading client request line",
    ", client: a",
    ", server: b",
    ", request: \"GET / HTTP/1.1\"",
    ", request: \"",
    "\", upstream: \"http://u/",
    "\", host: \"",
    ", referrer: \"r\"",
    "\"",
];

fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        proptest::sample::select(&WORDS[..]).prop_map(|word| word.as_bytes().to_vec()),
        proptest::collection::vec(any::<u8>(), 0..4),
    ];
    let head = prop_oneof![Just(""), Just(WORDS[0])];
    (head, proptest::collection::vec(word, 0..12))
        .prop_map(|(head, words)| [head.as_bytes(), &words.concat()].concat())
}

proptest! {
    #[test]
    fn ok_no_bytes_panic_and_fields_are_parts_of_the_line(line in hostile()) {
        if let Ok(entry) = ErrorEntry::parse(&line) {
            let bounds = line.as_ptr_range();
            let fields = entry.context.iter().flat_map(values).map(|(_, value)| value);
            for value in fields.chain([entry.message]) {
                let part = value.as_ptr_range();
                prop_assert!(bounds.start <= part.start && part.end <= bounds.end);
            }
        }
    }

    #[test]
    fn ok_a_served_request_forges_nothing(uri in "[ -~]{0,9}(, client: 6, server: b|\", upstream: \"y)?[!-~]{0,9}") {
        prop_assume!(!uri.contains(" HTTP/"));
        let line = format!("2018/03/09 17:06:07 [error] 1#1: *5 recv() failed (104: x) while \
            sending to client, client: a, server: b, request: \"GET /{uri} HTTP/1.1\", \
            upstream: \"http://u/\", host: \"h\"");
        let context = ErrorEntry::parse(line.as_bytes()).unwrap().context.unwrap();
        prop_assert_eq!((context.client, context.upstream, context.host),
            (&b"a"[..], Some(&b"http://u/"[..]), Some(&b"h"[..])));
    }
}
