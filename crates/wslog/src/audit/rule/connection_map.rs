//! `connection-map`: the variable for `Connection` does not say "upgrade" when it should.

use wslog_parse::nginx_conf::{Body, Directive};

use crate::audit::edit::{Edit, Editor};
use crate::audit::entries::entry_for;
use crate::audit::keepalive::is_kept;
use crate::audit::location::Proxied;
use crate::audit::purpose::{Hint, ignored};
use crate::audit::request::{Request, is_misspelt, name_of};
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
    let variables = &facts.variables;
    let mut named = it.named("Connection");
    let map =
        named.clone().find_map(|it| Some((argument(it, 1), variables.map(&argument(it, 1))?)));
    if let (Some((value, map)), Some(request)) = (map, ignored(variables, it)) {
        return Some(not_upgrade(facts, (index, it), (&value, map), request));
    }
    let header = named.find(|it| variables.is_undefined(&argument(it, 1)))?;
    let what = format!("no map defines {}, so nginx does not even start", argument(header, 1));
    let severity = Severity::Critical;
    let edits = headers::map_instead(facts, header, is_kept(facts, it));
    Some(Hit { place: header.place(), severity, edits, ..hit(facts, index, it, &what) })
}

/// A map that does not make "upgrade" of this handshake.
fn not_upgrade(
    facts: &Facts<'_>,
    (index, it): (usize, &Proxied<'_>),
    (value, map): (&str, &Directive),
    request: Request,
) -> Hit {
    let whose = match request {
        Request::Firefox => "a handshake of Firefox, whose Connection is \"keep-alive, Upgrade\"",
        _ => "a handshake",
    };
    let made = facts.variables.values(value, request).unwrap_or_default();
    let made: Vec<_> = made.iter().map(|it| format!("\"{it}\"")).collect();
    let source = argument(map, 0);
    let why = match is_misspelt(&name_of(&source)) {
        true => ", a header that nobody sends",
        false => "",
    };
    let made = made.join(" or ");
    let what = format!("{value} is {made} for {whose}, by a map from {source}{why}");
    let edits = mended(facts, map, is_kept(facts, it));
    let hit = hit(facts, index, it, &what);
    let severity = match request {
        // Others do open WebSockets.
        Request::Firefox => hit.severity.max(Severity::Warning),
        _ => hit.severity,
    };
    Hit { severity, place: map.place(), edits, ..hit }
}

/// Lets the map go from `$http_upgrade`, the line that a handshake comes to be "upgrade", and what it is
/// without an `Upgrade` something else. One that includes a file is left alone: nginx refuses what stands in
/// both; and so is one with a pattern that cannot be read here.
fn mended(facts: &Facts<'_>, map: &Directive, is_kept: bool) -> Vec<Edit> {
    let entries = map.block().unwrap_or_default();
    if entries.iter().any(|it| matches!(it.body(), Body::Included(_))) {
        return Vec::new();
    }
    let source =
        map.arguments().first().filter(|it| !it.text().eq_ignore_ascii_case("$http_upgrade"));
    let source = source.map(|source| Editor::replace(map, source, "$http_upgrade"));
    let named = |name: &[u8]| entries.iter().find(|it| *it.name() == *name);
    let chosen = entry_for(map, "websocket");
    let is_default = chosen.is_some_and(|it| *it.name() == *b"default");
    let is_wrong = |it: &&Directive| {
        let says = facts.variables.says(&argument(it, 0), "upgrade", Request::Handshake);
        // What goes from another header now is not what it was judged for.
        says != Some(true) || argument(it, 0).contains('$')
    };
    let wrong = chosen.filter(is_wrong).and_then(|it| Some((it, it.arguments().first()?)));
    let replaced = wrong.map(|(entry, old)| Editor::replace(entry, old, "upgrade"));
    let mut added = Vec::new();
    if chosen.is_none() {
        added.push("default upgrade;".to_owned());
    }
    if named(b"").is_none() {
        let plain = if is_kept { "''" } else { "close" };
        added.push(format!("'' {plain};"));
    }
    let default = chosen.filter(|_| is_default).or(named(b"default"));
    let anchor = default.or(entries.first()).filter(|_| !added.is_empty());
    if chosen.is_none() && (named(b"default").is_some() || anchor.is_none()) {
        return Vec::new();
    }
    let added = anchor.map(|anchor| facts.editor.behind(anchor, &added));
    source.into_iter().chain(replaced).chain(added).collect()
}
