//! Any bytes are a line of any format: an entry that lies in them, or an error with a place.
#![no_main]

use std::cell::RefCell;
use std::ops::Range;

use libfuzzer_sys::fuzz_target;
use wslog_parse::{
    Entry, Escape, Formats, LineError, LineParser, LogFormat, NamedFormat, Status, Variable,
    WebSocketKey,
};

/// Formats that no list of well-known ones has.
const CUSTOM: &[&str] = &[
    "$remote_addr $request $status $http_user_agent",
    "[$time_local] $msec $upstream_addr: $request $upstream_response_time $http_user_agent",
    "$body_bytes_sent$status|$request_time|$upstream_status $http_sec_websocket_key",
    "$time_iso8601\t$host\t$request\t$status\t$upstream_addr\t$upstream_header_time",
    "{\"s\":$status,\"r\":\"$request\",\"u\":\"$http_user_agent\",\"t\":$upstream_response_time}",
    "$remote_user - $server_name to: $upstream_addr, $upstream_status : $args $uri",
];

/// A format with a parser that lives on from line to line, as a log's does.
struct Subject {
    formats: Formats,
    parser: LineParser,
}

/// Those who read by one format each, and behind them the family of the first two.
struct Subjects {
    single: Vec<Subject>,
    family: Subject,
}

thread_local! {
    static SUBJECTS: RefCell<Subjects> = RefCell::new(subjects());
}

fuzz_target!(|data: &[u8]| {
    let Some((&choice, line)) = data.split_first() else { return };
    SUBJECTS.with_borrow_mut(|subjects| {
        let Subjects { single, family } = subjects;
        match usize::from(choice) % (single.len() + 2) {
            index if index < single.len() => drop(read(&mut single[index], line)),
            _ => check_family(family, single, line),
        }
    });
});

fn subjects() -> Subjects {
    let named = |named: &NamedFormat| named.compile().expect("a named format compiles");
    let escapes = [Escape::Default, Escape::Json, Escape::None];
    let custom = CUSTOM.iter().flat_map(|text| {
        escapes.map(|escape| LogFormat::compile_escaped(text, escape).expect("it compiles"))
    });
    let formats: Vec<_> = NamedFormat::ALL.iter().map(named).chain(custom).collect();
    assert_eq!((formats[0].name(), formats[1].name()), ("upstreamlog_key", "upstreamlog"));
    let family = Formats::family(formats[0].clone(), formats[1].clone());
    let subject = |formats: Formats| Subject { parser: formats.parser(), formats };
    let single = formats.into_iter().map(|format| subject(format.into())).collect();
    Subjects { single, family: subject(family) }
}

/// What a line was read as: the place of each value in it, or how it was refused.
#[derive(Clone, Debug, PartialEq)]
enum Reading {
    Entry { name: String, values: Vec<Option<Range<usize>>>, status: Option<Status> },
    Malformed(usize),
    Ambiguous,
}

/// Reads a line twice: with the parser that has read others, and with a new one that takes no
/// shortcuts.
fn read(subject: &mut Subject, line: &[u8]) -> Reading {
    let first = reading(subject.parser.parse(line), line);
    let second = reading(subject.formats.parser().without_shortcuts().parse(line), line);
    assert_eq!(first, second, "{}", line.escape_ascii());
    first
}

fn reading(parsed: Result<Entry<'_>, LineError<'_>>, line: &[u8]) -> Reading {
    match parsed {
        Ok(entry) => {
            assert_eq!(entry.line(), line);
            ask_everything(&entry);
            let values = entry.format().variables().map(|name| place(&entry, name)).collect();
            let name = entry.format().name().to_owned();
            Reading::Entry { name, values, status: entry.status() }
        }
        Err(LineError::Ambiguous(ambiguity)) => {
            assert!(ambiguity.readings == 0 || ambiguity.readings >= 2);
            assert_ne!(ambiguity.plausible, 1);
            Reading::Ambiguous
        }
        Err(error @ LineError::Malformed(_)) => {
            let (column, expected, found) = error.place();
            assert!((1..=line.len() + 1).contains(&column));
            assert!(!expected.is_empty() && !found.is_empty());
            assert!(found.bytes().all(|byte| matches!(byte, b' '..=b'~')));
            Reading::Malformed(column)
        }
    }
}

/// Where a value stands in its line.
fn place(entry: &Entry<'_>, name: &str) -> Option<Range<usize>> {
    let value = entry.get_named(name)?;
    let start = (value.as_ptr() as usize).checked_sub(entry.line().as_ptr() as usize);
    let start = start.expect("a value lies in its line");
    assert!(start + value.len() <= entry.line().len(), "{name}");
    Some(start..start + value.len())
}

/// Every question an entry answers, and what must be true of the answers.
fn ask_everything(entry: &Entry<'_>) {
    for &variable in Variable::ALL {
        assert!(entry.get(variable).is_none() || entry.logs(variable));
        assert_eq!(entry.unescaped(variable).is_some(), entry.get(variable).is_some());
        entry.upstream_times(variable).into_iter().flatten().for_each(drop);
    }
    assert!(
        entry.status().is_some()
            || !entry.logs(Variable::Status)
            || entry.get(Variable::Status).is_none()
    );
    assert!(entry.started_at() <= entry.logged_at());
    assert!(entry.msec().is_none() || entry.msec() == entry.logged_at());
    assert!(entry.upstream_addr().into_iter().flatten().count() <= entry.line().len() + 1);
    entry.upstream_status().into_iter().flatten().for_each(drop);
    let target = [entry.path(), entry.query()].map(|part| part.unwrap_or_default().len());
    assert!(target[0] + target[1] <= entry.request_uri().unwrap_or_default().len());
    let key = entry.websocket_key();
    assert!(
        key.is_none_or(|key| key.is_err() || entry.get(Variable::HttpSecWebsocketKey).is_some())
    );
    let _ = (entry.method(), entry.protocol(), entry.upgrade(), entry.is_contested());
}

/// A line of a family is read like a line of one of its formats: of the keyed one only when it
/// ends in a key or `-`.
fn check_family(family: &mut Subject, single: &mut [Subject], line: &[u8]) {
    let [keyed, keyless, ..] = single else { return };
    let (keyed, keyless) = (read(keyed, line), read(keyless, line));
    let last = line.rsplit(|&byte| byte == b' ').next().unwrap_or_default();
    let ends_in_key = last == b"-" || WebSocketKey::parse(last).is_ok();
    match read(family, line) {
        found if !ends_in_key => assert_eq!(found, keyless),
        Reading::Malformed(_) => {
            assert!(matches!((keyed, keyless), (Reading::Malformed(_), Reading::Malformed(_))));
        }
        Reading::Ambiguous => {}
        found => assert!(found == keyed || found == keyless),
    }
}
