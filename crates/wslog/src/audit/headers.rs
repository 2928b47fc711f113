//! The headers a location should pass, as edits.

use wslog_parse::nginx_conf::{Body, Directive};

use crate::audit::Facts;
use crate::audit::edit::{Edit, Editor};
use crate::audit::keepalive::is_kept;
use crate::audit::location::{Proxied, is_header};
use crate::audit::purpose::{asks_connection, passes_upgrade};
use crate::audit::request::{Request, lists};
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
    if let (false, Some((_, headers))) = (is_own, &it.headers) {
        let others =
            headers.iter().filter(|it| !is_header(it, "Upgrade") && !is_header(it, "Connection"));
        lines.extend(others.map(|it| facts.editor.written(it)));
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
            Some(header) if is_right && !(name == "Connection" && is_text(header)) => {
                lines.push(facts.editor.written(header));
            }
            Some(header) if is_own => {
                is_defined |= name == "Connection";
                edits.extend(
                    header.arguments().get(1).map(|old| Editor::replace(header, old, value)),
                );
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

/// Puts the `map`'s variable in the place of a constant `Connection`, wherever that is set.
pub(crate) fn map_instead(facts: &Facts<'_>, header: &Directive, is_kept: bool) -> Vec<Edit> {
    let connection = connection(facts, is_kept);
    let is_variable = connection.value.starts_with('$');
    let old = header.arguments().get(1).filter(|_| is_variable);
    let replaced = old.map(|old| Editor::replace(header, old, &connection.value));
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
