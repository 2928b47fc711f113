//! `connection-map`: the variable for `Connection` does not say "upgrade" when it should.

use wslog_parse::nginx_conf::{Body, Directive};

use crate::audit::edit::{Edit, Editor};
use crate::audit::keepalive::is_kept;
use crate::audit::location::Proxied;
use crate::audit::purpose::Hint;
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
        let (request, made) = not_upgrade(facts, &value)?;
        let whose = match request {
            Request::Firefox => {
                "a handshake of Firefox, whose Connection is \"keep-alive, Upgrade\""
            }
            _ => "a handshake",
        };
        let what = format!("{value} is \"{made}\" for {whose}, by a map from {}", argument(map, 0));
        let edits = mended(facts, map, is_kept(facts, it));
        let hit = hit(facts, index, it, &what);
        let severity = match request {
            // Others do open WebSockets.
            Request::Firefox => hit.severity.max(Severity::Warning),
            _ => hit.severity,
        };
        return Some(Hit { severity, place: map.place(), edits, ..hit });
    }
    if !is_undefined(facts, &value) {
        return None;
    }
    let what = format!("no map defines {value}, so nginx does not even start");
    let severity = Severity::Critical;
    let edits = headers::map_instead(facts, header, is_kept(facts, it));
    Some(Hit { place: header.place(), severity, edits, ..hit(facts, index, it, &what) })
}

/// The first handshake for which a value is not "upgrade", and what it is instead.
fn not_upgrade(facts: &Facts<'_>, value: &str) -> Option<(Request, String)> {
    Request::HANDSHAKES.into_iter().find_map(|request| {
        let made = facts.variables.value(value, request)?;
        (!lists(&made, "upgrade")).then_some((request, made))
    })
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

/// Lets the map go from `$http_upgrade`, its default be "upgrade", and what it is without an `Upgrade`
/// something else. One that includes a file is left alone: nginx refuses what stands in both.
fn mended(facts: &Facts<'_>, map: &Directive, is_kept: bool) -> Vec<Edit> {
    let entries = map.block().unwrap_or_default();
    if entries.iter().any(|it| matches!(it.body(), Body::Included(_))) {
        return Vec::new();
    }
    let source =
        map.arguments().first().filter(|it| !it.text().eq_ignore_ascii_case("$http_upgrade"));
    let source = source.map(|source| Editor::replace(map, source, "$http_upgrade"));
    let named = |name: &[u8]| entries.iter().find(|it| *it.name() == *name);
    let default = named(b"default");
    let wrong = default.filter(|default| !lists(&argument(default, 0), "upgrade"));
    let replaced = wrong.and_then(|default| Some((default, default.arguments().first()?)));
    let replaced = replaced.map(|(default, old)| Editor::replace(default, old, "upgrade"));
    let mut added = Vec::new();
    if default.is_none() {
        added.push("default upgrade;".to_owned());
    }
    if named(b"").is_none() {
        let plain = if is_kept { "''" } else { "close" };
        added.push(format!("'' {plain};"));
    }
    let anchor = default.or(entries.first()).filter(|_| !added.is_empty());
    let added = anchor.map(|anchor| facts.editor.behind(anchor, &added));
    source.into_iter().chain(replaced).chain(added).collect()
}
