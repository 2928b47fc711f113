//! `connection-map`: the variable for `Connection` does not say "upgrade" when it should.

use wslog_parse::nginx_conf::Directive;

use crate::audit::edit::{Edit, Editor};
use crate::audit::location::Proxied;
use crate::audit::purpose::{Hint, asks_connection};
use crate::audit::request::{Request, lists, name_of};
use crate::audit::rule::{Rule, hit};
use crate::audit::tree::argument;
use crate::audit::{Facts, Hit, headers};
use crate::diagnosis::Severity;

pub(super) const RULE: Rule = Rule {
    id: "connection-map",
    title: "The variable for Connection does not become \"upgrade\" for a handshake",
    text: include_str!("connection_map.md"),
    hits,
    explanation: |_| {
        "The map was worked out for Upgrade: websocket and for no Upgrade. What comes out for a handshake \
         has to be \"upgrade\", or upstream servers ignore the Upgrade header."
            .to_owned()
    },
    remedy: "Let the map go from $http_upgrade, with \"default upgrade;\" and \"'' close;\", and use its \
             variable under the very name it is defined with.",
};

fn hits(facts: &Facts<'_>) -> Vec<Hit> {
    facts.located().filter_map(|it| wrong(facts, it)).collect()
}

fn wrong(facts: &Facts<'_>, (index, it, _): (usize, &Proxied<'_>, &[Hint])) -> Option<Hit> {
    let header = it.header("Connection")?;
    let value = argument(header, 1);
    if let Some(map) = facts.variables.map(&value) {
        if asks_connection(&facts.variables, it) {
            return None;
        }
        let made = facts.variables.value(&value, Request::Handshake)?;
        let what =
            format!("{value} is \"{made}\" for a handshake, by a map from {}", argument(map, 0));
        let edits = mended(facts, map);
        return Some(Hit { place: map.place(), edits, ..hit(facts, index, it, &what) });
    }
    if !is_undefined(facts, &value) {
        return None;
    }
    let what = format!("no map defines {value}, so nginx does not even start");
    let severity = Severity::Critical;
    let edits = headers::map_instead(facts, header);
    Some(Hit { place: header.place(), severity, edits, ..hit(facts, index, it, &what) })
}

/// Whether nothing defines this variable, of a name that only a map of this kind has.
fn is_undefined(facts: &Facts<'_>, value: &str) -> bool {
    let name = name_of(value);
    let is_built_in = ["http_", "sent_http_", "upstream_http_", "arg_", "cookie_"];
    let is_known = name == "connection"
        || name.starts_with("connection_requests")
        || name.starts_with("connection_time")
        || is_built_in.iter().any(|prefix| name.starts_with(prefix));
    value.starts_with('$')
        && (name.contains("upgrade") || name.contains("connection"))
        && !is_known
        && facts.tree.http().is_some()
        && facts.logging.problems.is_empty()
        && !facts.variables.defines(&name)
}

/// Lets the map go from `$http_upgrade`, and its default be "upgrade".
fn mended(facts: &Facts<'_>, map: &Directive) -> Vec<Edit> {
    let source =
        map.arguments().first().filter(|it| !it.text().eq_ignore_ascii_case("$http_upgrade"));
    let source = source.map(|source| Editor::replace(map, source, "$http_upgrade"));
    let entries = map.block().unwrap_or_default();
    let default = entries.iter().find(|it| *it.name() == *b"default");
    let default = match (default, entries.first()) {
        (Some(default), _) if lists(&argument(default, 0), "upgrade") => None,
        (Some(default), _) => {
            default.arguments().first().map(|old| Editor::replace(default, old, "upgrade"))
        }
        (None, Some(first)) => Some(facts.editor.behind(first, &["default upgrade;".to_owned()])),
        (None, None) => None,
    };
    source.into_iter().chain(default).collect()
}
