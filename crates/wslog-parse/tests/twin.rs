//! The parser against a naive twin of nginx: what nginx logs is read back, value by value, or the
//! parser says that it cannot know. It never believes a client.

mod nginx;

use nginx::case::{Case, Named, family};
use nginx::choices::Choices;
use nginx::format::Format;
use nginx::log::escaped;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use wslog_parse::{Escape, Formats, LogFormat, NamedFormat};

/// The bytes that a case is drawn from.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..400)
}

/// Where something is replaced, taken out or put in, and what.
fn edits() -> impl Strategy<Value = Vec<(u16, u8, u8)>> {
    let byte =
        prop_oneof![prop::sample::select(b" -:,.\"'[]{}\\0199_Hu\x1b\xff".to_vec()), any::<u8>(),];
    prop::collection::vec((any::<u16>(), any::<u8>(), byte), 0..4)
}

fn config() -> ProptestConfig {
    let failures = FileFailurePersistence::Direct("tests/twin.proptest-regressions");
    ProptestConfig {
        cases: 4000,
        failure_persistence: Some(Box::new(failures)),
        ..ProptestConfig::default()
    }
}

fn holds(checked: Result<(), String>) -> Result<(), TestCaseError> {
    checked.map_err(TestCaseError::fail)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn ok_no_format_is_read_wrong(bytes in bytes()) {
        let case = Case::draw(&bytes, Format::any);
        holds(case.compiled().map_or(Ok(()), |formats| case.is_never_wrong(&formats)))?;
    }

    #[test]
    fn ok_a_format_that_quotes_what_clients_write_is_always_read(bytes in bytes()) {
        let case = Case::draw(&bytes, Format::quoted);
        holds(case.is_always_right(&case.compiled().unwrap()))?;
    }

    #[test]
    fn ok_json_objects_are_read_in_order_and_by_their_keys(bytes in bytes()) {
        let case = Case::draw(&bytes, Format::json_object);
        holds(case.is_always_right(&case.compiled().unwrap()))?;
        holds(case.is_always_right(&LogFormat::json_objects().into()))?;
    }

    #[test]
    fn ok_quoted_named_formats_are_always_read(bytes in bytes()) {
        for name in ["combined", "main", "main_ws", "websocket"] {
            let named = Named::find(name).unwrap();
            holds(named.draw(&bytes).is_always_right(&named.formats))?;
        }
    }

    #[test]
    fn ok_unquoted_named_formats_are_never_read_wrong(bytes in bytes()) {
        for name in ["upstreamlog", "upstreamlog_key"] {
            let named = Named::find(name).unwrap();
            holds(named.draw(&bytes).is_never_wrong(&named.formats))?;
        }
    }

    #[test]
    fn ok_honest_lines_of_unquoted_named_formats_are_always_read(bytes in bytes()) {
        for name in ["upstreamlog", "upstreamlog_key", "ingress"] {
            let named = Named::find(name).unwrap();
            holds(named.honest(&bytes).is_always_right(&named.formats))?;
        }
    }

    #[test]
    fn ok_the_ingress_format_is_never_read_wrong(bytes in bytes()) {
        // Its last value is unquoted and a client's, and stands behind a list that it may imitate.
        let named = Named::find("ingress").unwrap();
        holds(named.draw(&bytes).is_never_wrong(&named.formats))?;
    }

    #[test]
    fn ok_a_family_is_never_read_wrong(bytes in bytes()) {
        for name in ["upstreamlog", "upstreamlog_key"] {
            let named = Named::find(name).unwrap();
            holds(named.draw(&bytes).is_right_in_family(&family().unwrap()))?;
        }
    }

    #[test]
    fn ok_shortcuts_lead_where_the_long_way_does(bytes in bytes(), edits in edits()) {
        let any = Case::draw(&bytes, Format::any);
        holds(any.compiled().map_or(Ok(()), |formats| any.is_read_alike(&formats, &edits)))?;
        let json = Case::draw(&bytes, Format::json_object);
        holds(json.is_read_alike(&LogFormat::json_objects().into(), &edits))?;
        for named in NamedFormat::ALL {
            let named = Named::find(named.name).unwrap();
            holds(named.draw(&bytes).is_read_alike(&named.formats, &edits))?;
            holds(named.honest(&bytes).is_read_alike(&named.formats, &edits))?;
            holds(named.honest(&bytes).is_read_alike(&Formats::named(), &edits))?;
        }
    }

    #[test]
    fn ok_a_directive_means_its_format(bytes in bytes()) {
        let format = Format::any(&mut Choices::new(&bytes));
        let compiled = LogFormat::compile_escaped(&format.text(), format.escape);
        let Ok(compiled) = compiled else { return Ok(()) };
        let read = LogFormat::from_config(&format.directive());
        prop_assert!(read.is_ok(), "{}\n{read:?}", format.directive());
        let read = read.unwrap();
        prop_assert_eq!(read.name(), "twin");
        prop_assert_eq!(read.escape(), compiled.escape());
        prop_assert!(read.variables().eq(compiled.variables()));
    }

    #[test]
    fn ok_undoing_an_escape_gives_back_any_bytes(bytes in bytes()) {
        for escape in [Escape::Default, Escape::Json, Escape::None] {
            let logged = escaped(escape, &bytes);
            let undone = escape.undo(&logged);
            prop_assert_eq!(&*undone, &bytes[..]);
        }
    }

    #[test]
    fn ok_any_bytes_are_a_line_of_any_named_format(bytes in bytes()) {
        for named in NamedFormat::ALL {
            let mut parser = Formats::from(named.compile().unwrap()).parser();
            match parser.parse(&bytes) {
                Ok(entry) => prop_assert_eq!(entry.line(), &bytes[..]),
                Err(error) => prop_assert!(error.place().0 <= bytes.len() + 1),
            }
        }
    }

    #[test]
    fn ok_any_text_is_a_format_or_an_error_with_a_place(text in "(\\PC|[${}a_'\"\\\\;#\t ]|log_format |escape=){0,60}") {
        for escape in [Escape::Default, Escape::Json, Escape::None] {
            if let Err(error) = LogFormat::compile_escaped(&text, escape) {
                prop_assert!((1..=text.len() + 1).contains(&error.column()), "{error}");
            }
        }
        if let Err(error) = LogFormat::from_config(&text) {
            prop_assert!((1..=text.len() + 1).contains(&error.column()), "{error}");
        }
    }
}
