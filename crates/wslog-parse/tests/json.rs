//! JSON objects against a naive writer of them: what is written by RFC 8259, with any escape that
//! it allows and not only nginx's, is read back.

use proptest::prelude::*;
use wslog_parse::{Formats, LogFormat, Variable};

/// Keys whose values may be any text.
const KEYS: &[(&str, Variable)] = &[
    ("request", Variable::Request),
    ("http_user_agent", Variable::HttpUserAgent),
    ("referer", Variable::HttpReferer),
    ("x_forwarded_for", Variable::HttpXForwardedFor),
    ("ws_key", Variable::HttpSecWebsocketKey),
    ("url", Variable::RequestUri),
    ("http_host", Variable::HttpHost),
    ("Upgrade", Variable::HttpUpgrade),
];

/// How a character is written: as itself, with its short escape, or as `\uXXXX`.
#[derive(Clone, Copy, Debug)]
enum Spelling {
    Itself,
    Short,
    Lower,
    Upper,
}

#[derive(Clone, Debug)]
struct Text(Vec<(char, Spelling)>);

impl Text {
    fn plain(&self) -> String {
        self.0.iter().map(|(c, _)| c).collect()
    }

    fn json(&self) -> String {
        let spelled = self.0.iter().map(|&(c, spelling)| spell(c, spelling));
        format!("\"{}\"", spelled.collect::<String>())
    }
}

fn spell(c: char, spelling: Spelling) -> String {
    let short = match c {
        '"' | '\\' | '/' => Some(c),
        '\n' => Some('n'),
        '\r' => Some('r'),
        '\t' => Some('t'),
        '\x08' => Some('b'),
        '\x0c' => Some('f'),
        _ => None,
    };
    let must_be_escaped = matches!(c, '"' | '\\' | '\0'..='\x1f');
    let mut units = [0; 2];
    let units = c.encode_utf16(&mut units).iter();
    match (spelling, short) {
        (Spelling::Itself, _) if !must_be_escaped => c.to_string(),
        (Spelling::Itself | Spelling::Short, Some(short)) => format!("\\{short}"),
        (Spelling::Upper, _) => units.map(|unit| format!("\\u{unit:04X}")).collect(),
        _ => units.map(|unit| format!("\\u{unit:04x}")).collect(),
    }
}

fn text() -> impl Strategy<Value = Text> {
    let c = prop_oneof![any::<char>(), prop::sample::select(vec!['"', '\\', '/', 'u', 'é', '\n'])];
    let spelling = prop::sample::select(vec![
        Spelling::Itself,
        Spelling::Short,
        Spelling::Lower,
        Spelling::Upper,
    ]);
    prop::collection::vec((c, spelling), 1..12).prop_map(Text)
}

/// What may stand around a value without changing it.
fn junk() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "",
        "\"x\":null,",
        "\"n\": -1.5e3 ,",
        "\"b\":true,",
        "\"o\":{\"p\":{}},",
        " \"s\" : \"\\\"status\\\":101\" ,\t",
    ])
    .prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn ok_any_spelling_of_a_text_is_that_text(
        texts in prop::collection::vec(text(), KEYS.len()),
        junk in prop::collection::vec(junk(), KEYS.len()),
        status in 0_u32..1000,
    ) {
        let values = KEYS.iter().zip(&texts).zip(&junk);
        let members = values.map(|(((key, _), text), junk)| format!("{junk}\"{key}\":{},", text.json()));
        let line = format!("{{{}\"status\":\"{status:03}\"}}", members.collect::<String>());
        let mut parser = Formats::from(LogFormat::json_objects()).parser();
        let entry = parser.parse(line.as_bytes());
        prop_assert!(entry.is_ok(), "{line}\n{entry:?}");
        let entry = entry.unwrap();
        prop_assert_eq!(entry.status().map(|status| u32::from(status.code())), Some(status));
        for ((_, variable), text) in KEYS.iter().zip(&texts) {
            let found = entry.unescaped(*variable).unwrap_or_default();
            let plain = text.plain();
            // A `-` stands for a missing value, unless it is escaped.
            let is_missing = plain == "-" && found.is_empty();
            prop_assert!(is_missing || &*found == plain.as_bytes(), "{variable:?} in {line}");
        }
    }

    #[test]
    fn ok_whatever_looks_like_json_is_read_or_refused(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "{", "}", "\"", ":", ",", "[", "]", "\\", "\\u", "status", "\"status\":101", "null",
                "\"request\":\"GET / HTTP/1.1\"", "\"msec\":1.000", " ", "\t", "1", "\u{e9}", "{\"a\":",
            ]),
            0..40,
        ),
    ) {
        let line = pieces.concat();
        let mut parser = Formats::from(LogFormat::json_objects()).parser();
        if let Err(error) = parser.parse(line.as_bytes()) {
            prop_assert!(error.place().0 <= line.len() + 1, "{}", line);
        }
    }
}
