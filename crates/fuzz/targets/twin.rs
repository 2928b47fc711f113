//! What nginx logs is read back, value by value, or the parser says that it cannot know.
#![no_main]

#[path = "../../wslog-parse/tests/nginx/mod.rs"]
#[expect(dead_code, reason = "what is asked once for each format is asked by other tests")]
mod nginx;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use wslog_parse::{Formats, LogFormat};

use crate::nginx::case::{Case, Checked, Named, family};
use crate::nginx::choices::Choices;
use crate::nginx::format::Format;

struct Known {
    quoted: [Named; 4],
    unquoted: [Named; 2],
    ingress: Named,
    family: Formats,
    json: Formats,
}

static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    let named = |name| Named::find(name).expect("it is a name");
    Known {
        quoted: ["combined", "main", "main_ws", "websocket"].map(named),
        unquoted: ["upstreamlog", "upstreamlog_key"].map(named),
        ingress: named("ingress"),
        family: family().expect("both are names"),
        json: LogFormat::json_objects().into(),
    }
});

fuzz_target!(|data: &[u8]| {
    let Some((&kind, bytes)) = data.split_first() else { return };
    if let Err(why) = check(kind, bytes) {
        panic!("{why}");
    }
});

fn check(kind: u8, bytes: &[u8]) -> Checked {
    let Known { quoted, unquoted, ingress, family, json } = &*KNOWN;
    let which = usize::from(kind / 16);
    match kind % 16 {
        0..6 => {
            let case = Case::draw(bytes, Format::any);
            case.compiled().map_or(Ok(()), |formats| case.is_never_wrong(&formats))
        }
        6..8 => is_always_read(bytes, Format::quoted, None),
        8 => is_always_read(bytes, Format::json_object, Some(json)),
        9 | 10 => {
            let named = &quoted[which % 4];
            named.draw(bytes).is_always_right(&named.formats)
        }
        11 => ingress.draw(bytes).is_never_wrong(&ingress.formats),
        12 => {
            let named = &unquoted[which % 2];
            named.draw(bytes).is_never_wrong(&named.formats)
        }
        13 => {
            let named = &unquoted[which % 2];
            named.honest(bytes).is_always_right(&named.formats)
        }
        _ => unquoted[which % 2].draw(bytes).is_right_in_family(family),
    }
}

fn is_always_read(
    bytes: &[u8],
    format: fn(&mut Choices<'_>) -> Format,
    also_by: Option<&Formats>,
) -> Checked {
    let case = Case::draw(bytes, format);
    case.is_always_right(&case.compiled().ok_or("such a format compiles")?)?;
    also_by.map_or(Ok(()), |formats| case.is_always_right(formats))
}
