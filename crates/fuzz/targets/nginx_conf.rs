//! Any bytes are a configuration, or an error with a place in them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wslog_parse::nginx_conf::{self, Body, ConfError, Configuration, Directive, File, Place};

const NAME: &str = "fuzz.conf";

fuzz_target!(|data: &[u8]| match parse(data) {
    Ok(configuration) => {
        configuration.unread().iter().for_each(|error| lies_in(data, error.place()));
        is_in_order(configuration.directives(), &mut None);
        tells_its_logging(data, &configuration);
        means_the_same_in_quotes(&configuration);
    }
    Err(error) => lies_in(data, error.place()),
});

fn parse(text: &[u8]) -> Result<Configuration, ConfError> {
    nginx_conf::parse(NAME, text, |_| Err::<Vec<File>, _>("there are no other files"))
}

/// Whether there is such a place. Files of a dump are shorter than the dump.
fn lies_in(text: &[u8], place: &Place) {
    let mut lines = text.split(|&byte| byte == b'\n');
    assert!(place.line >= 1 && place.column >= 1);
    let line = lines.nth(place.line - 1).expect("there is such a line");
    assert!(*place.file != *NAME || place.column <= line.len() + 1, "{place}");
}

/// Whether the directives of a file stand behind one another.
fn is_in_order(directives: &[Directive], last: &mut Option<Place>) {
    for directive in directives {
        let place = directive.place();
        if let Some(last) = last.as_ref().filter(|last| last.file == place.file) {
            assert!(*last < place, "{last} {place}");
        }
        let mut arguments = directive.arguments().iter().map(|it| directive.place_of(it));
        assert!(arguments.try_fold(place.clone(), |a, b| (a < b).then_some(b)).is_some());
        *last = Some(place);
        match directive.body() {
            Body::Simple | Body::Lua(_) => {}
            Body::Block(block) => is_in_order(block, last),
            Body::Included(included) => is_in_order(included, &mut None),
        }
    }
}

fn tells_its_logging(text: &[u8], configuration: &Configuration) {
    let logging = configuration.logging();
    assert!(logging.format("combined").is_some_and(|format| format.is_predefined()));
    logging.problems.iter().for_each(|problem| lies_in(text, problem.place()));
    logging.access_logs.iter().for_each(|log| lies_in(text, &log.place));
    for format in &logging.formats {
        if let Err(error) = &format.format {
            assert!(logging.problems.contains(error));
        }
    }
}

fn means_the_same_in_quotes(configuration: &Configuration) {
    let text = written(configuration.directives());
    let again = parse(&text).unwrap_or_else(|error| panic!("{}\n{error}", text.escape_ascii()));
    assert_eq!(written(again.directives()).escape_ascii().to_string(), text.escape_ascii().to_string());
}

/// The tree as text, every word in quotes and every include replaced by what it includes.
fn written(directives: &[Directive]) -> Vec<u8> {
    let mut text = Vec::new();
    for directive in directives {
        if let Body::Included(included) = directive.body() {
            text.extend(written(included));
            continue;
        }
        text.extend(quoted(&directive.name()));
        directive.arguments().iter().for_each(|argument| text.extend(quoted(&argument.value())));
        match directive.body() {
            Body::Block(block) => text.extend([&b"{\n"[..], &written(block), b"}\n"].concat()),
            Body::Lua(program) => text.extend([b"{", &program[..], b"}\n"].concat()),
            _ => text.extend(b";\n"),
        }
    }
    text
}

fn quoted(value: &[u8]) -> Vec<u8> {
    let mut text = b"\"".to_vec();
    for &byte in value {
        text.extend((matches!(byte, b'"' | b'\\')).then_some(b'\\'));
        text.push(byte);
    }
    text.extend(b"\" ");
    text
}
