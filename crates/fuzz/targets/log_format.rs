//! Any text is a format or an error with a place; a format reads what nginx would log by it.
#![no_main]

#[path = "../../wslog-parse/tests/nginx/mod.rs"]
#[expect(dead_code, reason = "other tests draw formats, this one is given them")]
mod nginx;

use libfuzzer_sys::fuzz_target;
use wslog_parse::{Escape, FormatError, Formats, LogFormat};

use crate::nginx::case::Case;
use crate::nginx::format::Format;

/// What nginx logs by these formats: a plain request, and one that was refused at once.
const REQUESTS: &[&[u8]] = &[&[], &[5, 0, 0, 0, 1, 9, 9, 9, 9, 0, 0, 0, 0, 0, 1, 1, 1, 1]];

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    has_a_place(text, LogFormat::from_config(text));
    let escapes = [Escape::Default, Escape::Json, Escape::None];
    let formats = escapes.map(|escape| LogFormat::compile_escaped(text, escape));
    assert!(formats.iter().all(|format| format.is_ok() == formats[0].is_ok()));
    // One escape and one request for each text: the next text is a byte away.
    let (escape, request) = (text.len() % 3, text.len() / 3 % 2);
    for (index, format) in formats.into_iter().enumerate() {
        match format {
            Ok(format) if index == escape => reads_its_line(text, format, REQUESTS[request]),
            format => has_a_place(text, format),
        }
    }
});

fn has_a_place(text: &str, compiled: Result<LogFormat, FormatError>) {
    if let Err(error) = compiled {
        assert!((1..=text.len() + 1).contains(&error.column()), "{error}");
    }
}

fn reads_its_line(text: &str, compiled: LogFormat, request: &[u8]) {
    let format = Format::parse(text, compiled.escape());
    assert!(compiled.variables().eq(format.fields.iter().map(|field| field.name.as_str())));
    let case = Case::draw(request, |_| format);
    if let Err(why) = case.is_never_wrong(&Formats::from(compiled)) {
        panic!("{why}");
    }
}
