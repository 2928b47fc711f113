//! Locations that nginx asks only for itself, by `auth_request` or `mirror`.

use std::collections::BTreeSet;

use crate::audit::location::path;
use crate::audit::route::Routes;
use crate::audit::tree::{LevelId, Tree, argument};

/// Those that are `internal`, and that nothing else leads to: where a `try_files`, an `error_page` or a
/// `rewrite` does, a handshake may come there.
pub(crate) fn locations(tree: &Tree<'_>) -> BTreeSet<LevelId> {
    let internal: BTreeSet<_> = tree.all("internal").map(|(id, _)| id).collect();
    if internal.is_empty() {
        return internal;
    }
    let routes = Routes::of(tree);
    let asked = ["auth_request", "mirror"].into_iter().flat_map(|name| tree.all(name));
    let asked: BTreeSet<_> =
        asked.flat_map(|(_, it)| routes.find(None, argument(it, 0).as_bytes())).collect();
    let led: Vec<String> = led(tree);
    let is_led = |id: &LevelId| {
        let path = path(tree, *id);
        led.iter().any(|to| match to.split_once('$') {
            // What stands in front of a variable is all that is known.
            Some((start, _)) => {
                start.len() > 1 && (path.starts_with(start) || start.starts_with(&path))
            }
            None => routes.find(None, to.as_bytes()).contains(id),
        })
    };
    internal.intersection(&asked).copied().filter(|id| !is_led(id)).collect()
}

/// Where requests are led to.
fn led(tree: &Tree<'_>) -> Vec<String> {
    let last = ["try_files", "error_page"].into_iter().flat_map(|name| tree.all(name));
    let last = last.filter_map(|(_, it)| it.arguments().last().map(|it| it.text()));
    let rewritten = tree.all("rewrite").map(|(_, it)| argument(it, 1));
    let paths = last.chain(rewritten).filter(|to| to.starts_with('/'));
    paths.map(|to| to.split('?').next().unwrap_or_default().to_owned()).collect()
}
