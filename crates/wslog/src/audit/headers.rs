//! The headers a location should pass, as edits.

use std::collections::BTreeSet;
use std::sync::Arc;

use wslog_parse::nginx_conf::{Body, Directive};

use crate::audit::Facts;
use crate::audit::edit::{Edit, Editor};
use crate::audit::keepalive::is_kept;
use crate::audit::location::{Proxied, is_header};
use crate::audit::purpose::{Hint, asks_connection, passes_upgrade};
use crate::audit::request::{KEPT, Request, lists};
use crate::audit::tree::{Kind, Tree, argument};

/// A variable for `Connection`, and what defines it if nothing does yet.
struct Connection {
    value: String,
    definition: Option<Edit>,
}

/// Passes `Upgrade` and `Connection` as a WebSocket needs them, and whatever is passed now. The same
/// edits come out whichever of the two was asked for: a location that inherits its headers loses them
/// all with its first own one, so they are set together.
pub(crate) fn fix(facts: &Facts<'_>, it: &Proxied<'_>) -> Vec<Edit> {
    let connection = connection(facts, is_kept(facts, it));
    let is_own = it.headers.as_ref().is_none_or(|(id, _)| *id == it.home);
    let mut lines = Vec::new();
    let mut edits = Vec::new();
    if shared(facts, it).is_some() {
        return edits;
    }
    if let (false, Some((_, headers))) = (is_own, &it.headers) {
        lines.extend(copied(facts, headers));
    }
    let wanted = [
        ("Upgrade", "$http_upgrade", upgrade_is_right(facts, it)),
        ("Connection", &connection.value, connection_is_right(facts, it)),
    ];
    let mut is_defined = false;
    for (name, value, is_right) in wanted {
        match it.header(name) {
            Some(_) if is_right && is_own => {}
            // Beside a map a text is what `connection-always-upgrade` is about.
            Some(header) if is_right && name == "Connection" && !is_text(header) => {
                // Their lists add up.
                lines.extend(it.named(name).map(|header| facts.editor.written(header)));
            }
            Some(header) if is_right && name == "Upgrade" => {
                lines.push(facts.editor.written(header));
            }
            Some(header) if is_own && !is_shared(facts, it, header) => {
                is_defined |= name == "Connection";
                edits.extend(Editor::replace_value(header, value));
            }
            _ => {
                is_defined |= name == "Connection";
                lines.push(format!("proxy_set_header {name} {value};"));
            }
        }
    }
    if !lines.is_empty() {
        edits.push(facts.editor.behind(anchor(&facts.tree, it), &lines));
    }
    edits.extend(connection.definition.filter(|_| is_defined));
    edits
}

/// The others of the headers that a location inherits, which it would lose; but for a key and a version that
/// are not the client's, since nginx passes those by itself.
fn copied(facts: &Facts<'_>, headers: &[&Directive]) -> Vec<String> {
    let mut kept = BTreeSet::new();
    let others = headers.iter().filter(|header| {
        let is_set_anew = is_header(header, "Upgrade") || is_header(header, "Connection");
        let made = || facts.variables.value(&argument(header, 1), Request::Handshake);
        let of_handshake = KEPT.iter().find(|(name, ..)| is_header(header, name));
        let is_right = |(name, _, sent): &(&'static str, &str, &str)| {
            made().is_none_or(|made| made == *sent) && kept.insert(*name)
        };
        !is_set_anew && of_handshake.is_none_or(is_right)
    });
    others.map(|it| facts.editor.written(it)).collect()
}

/// What keeps a location from being mended: one of the two is wrong in a file that locations without
/// WebSockets include as well, and beside it another cannot be set.
pub(crate) fn shared(facts: &Facts<'_>, it: &Proxied<'_>) -> Option<String> {
    let rights =
        [("Upgrade", upgrade_is_right(facts, it)), ("Connection", connection_is_right(facts, it))];
    let wrong = rights.iter().filter(|(_, is_right)| !is_right);
    let mut headers = wrong.filter_map(|(name, _)| it.header(name));
    let is_own = it.headers.as_ref().is_some_and(|(id, _)| *id == it.home);
    // nginx sends none that is empty, so one may stand beside it.
    let header = headers
        .find(|header| is_own && is_shared(facts, it, header) && !argument(header, 1).is_empty())?;
    let file = header.place().file;
    let file = file.rsplit('/').next().unwrap_or_default();
    Some(format!("; other locations include {file} as well, so set both headers here instead"))
}

/// Whether a header of the location's own stands in a file that others include which are not looked at.
fn is_shared(facts: &Facts<'_>, it: &Proxied<'_>, header: &Directive) -> bool {
    let file = header.place().file;
    let block = facts.tree.get(it.home).and_then(|level| level.block);
    block.is_some_and(|block| block.place().file != file) && facts.files_of_others.contains(&file)
}

/// The files that levels have directives from which are not among these.
pub(crate) fn files_of_others(
    tree: &Tree<'_>,
    locations: &[(Proxied<'_>, Vec<Hint>)],
) -> BTreeSet<Arc<str>> {
    let homes: BTreeSet<_> = locations.iter().map(|(it, _)| it.home).collect();
    let others = tree.ids().filter(|id| !homes.contains(id)).filter_map(|id| tree.get(id));
    others.flat_map(|level| &level.own).map(|it| it.place().file).collect()
}

/// Puts the `map`'s variable in the place of a constant `Connection`, wherever that is set.
pub(crate) fn map_instead(facts: &Facts<'_>, header: &Directive, is_kept: bool) -> Vec<Edit> {
    let connection = connection(facts, is_kept);
    let is_variable = connection.value.starts_with('$');
    let replaced = Editor::replace_value(header, &connection.value).filter(|_| is_variable);
    replaced.into_iter().chain(connection.definition.filter(|_| is_variable)).collect()
}

fn is_text(header: &Directive) -> bool {
    !argument(header, 1).contains('$')
}

fn upgrade_is_right(facts: &Facts<'_>, it: &Proxied<'_>) -> bool {
    let plain =
        it.header("Upgrade").map(|it| facts.variables.value(&argument(it, 1), Request::Plain));
    let is_forced = plain.flatten().is_some_and(|value| lists(&value, "websocket"));
    passes_upgrade(&facts.variables, it) && !is_forced
}

fn connection_is_right(facts: &Facts<'_>, it: &Proxied<'_>) -> bool {
    it.header("Connection").is_some() && asks_connection(&facts.variables, it)
}

/// Behind which new headers go: the last one of the location itself, else its `proxy_pass`.
fn anchor<'c>(tree: &Tree<'c>, it: &Proxied<'c>) -> &'c Directive {
    let block = tree.get(it.home).and_then(|level| level.block).and_then(|it| it.block());
    let own = block.unwrap_or_default().iter();
    let is_header = |it: &&Directive| match it.body() {
        Body::Included(directives) => {
            directives.iter().any(|it| *it.name() == *b"proxy_set_header")
        }
        _ => *it.name() == *b"proxy_set_header",
    };
    let last = own.clone().rfind(is_header);
    let branch = || own.clone().find(|own| own.span().contains(&it.proxy_pass.span().start));
    match it.id == it.home {
        _ if last.is_some() => last.unwrap_or(it.proxy_pass),
        true => it.proxy_pass,
        // Such an `if` may not have them.
        false => branch().unwrap_or(it.proxy_pass),
    }
}

/// The variable of a map that tells handshakes from plain requests: one that there is, else a new one.
/// Without a server there is no place for a map.
fn connection(facts: &Facts<'_>, is_kept: bool) -> Connection {
    if let Some(name) = facts.variables.for_connection(is_kept) {
        return Connection { value: format!("${name}"), definition: None };
    }
    let (usual, other, plain) = match is_kept {
        false => ("connection_upgrade", "websocket_connection", "close"),
        true => ("connection_upgrade_keepalive", "websocket_connection_keepalive", "''"),
    };
    let name = if facts.variables.defines(usual) { other } else { usual };
    let head = format!("map $http_upgrade ${name} {{");
    let map = [head, "    default upgrade;".into(), format!("    '' {plain};"), "}".into()];
    match defined(facts, &map) {
        None => Connection { value: "upgrade".into(), definition: None },
        definition => Connection { value: format!("${name}"), definition },
    }
}

/// A map where one may stand: behind what says how large maps are, which nginx refuses behind a map, else
/// in front of the first server.
fn defined(facts: &Facts<'_>, map: &[String]) -> Option<Edit> {
    let (_, server) = facts.servers().next()?;
    let edit = match facts.map_size {
        Some(size) => facts.editor.behind(size, map),
        None => facts.editor.before(server, map),
    };
    Some(Edit { is_apart: true, ..edit })
}

/// The last directive that says how large maps are.
pub(crate) fn map_size<'c>(tree: &Tree<'c>) -> Option<&'c Directive> {
    let levels = tree.ids().filter_map(|id| tree.get(id));
    let around = levels.filter(|level| matches!(level.kind, Kind::Main | Kind::Http));
    let own = around.flat_map(|level| level.own.iter().copied());
    own.filter(|it| matches!(&*it.name(), b"map_hash_bucket_size" | b"map_hash_max_size")).last()
}
