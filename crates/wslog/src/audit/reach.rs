//! Whether a handshake comes to a `proxy_pass` at all.

use std::collections::BTreeSet;

use wslog_parse::nginx_conf::Directive;

use crate::audit::tree::{Kind, Level, LevelId, Tree, argument};

/// Where none does.
#[derive(Debug)]
pub(crate) struct Reach {
    /// Levels that answer every request by a `return` of their own, whatever else they say.
    answered: BTreeSet<LevelId>,
    /// A `limit_except` that is not for GET.
    for_others: BTreeSet<LevelId>,
    /// Locations from which a `limit_except` takes GET elsewhere.
    left: BTreeSet<LevelId>,
}

impl Reach {
    pub(crate) fn of(tree: &Tree<'_>) -> Reach {
        let mut reach =
            Reach { answered: BTreeSet::new(), for_others: BTreeSet::new(), left: BTreeSet::new() };
        let mut skipping = BTreeSet::new();
        for id in tree.ids() {
            let Some(level) = tree.get(id) else { continue };
            if level.own("return").next().is_some() {
                reach.answered.insert(id);
            }
            if skips(level) {
                skipping.insert(id);
                // What an `if` skips is what is left of the level around it.
                skipping.extend(level.parent.filter(|_| level.kind == Kind::Branch));
            }
            let Some(limit) = level.block.filter(|it| *it.name() == *b"limit_except") else {
                continue;
            };
            match names_get(limit) {
                true => reach.for_others.extend([id]),
                false => reach
                    .left
                    .extend(level.parent.filter(|_| level.own("proxy_pass").next().is_some())),
            }
        }
        reach.answered.retain(|id| !skipping.contains(id));
        reach
    }

    /// Whether a handshake may come to the `proxy_pass` of this level. A location in another one does
    /// not inherit its `return`.
    pub(crate) fn has(&self, tree: &Tree<'_>, id: LevelId) -> bool {
        let is_location = |id| tree.get(id).is_some_and(|level| level.kind == Kind::Location);
        let mut is_inner = true;
        let mut passed = tree.up(id).filter(|(id, level)| {
            let is_asked = is_inner || matches!(level.kind, Kind::Server | Kind::Main);
            is_inner &= !is_location(*id);
            is_asked
        });
        !self.left.contains(&id)
            && passed.all(|(id, _)| !self.answered.contains(&id) && !self.for_others.contains(&id))
    }
}

/// Whether it may go on with the request without the rest of its `rewrite`, `set`, `if` and `return`, which
/// nginx goes through in their order.
pub(crate) fn skips(level: &Level<'_>) -> bool {
    let is_last = |it: &Directive| matches!(&*argument(it, 2), "last" | "break");
    level.own("break").next().is_some() || level.own("rewrite").any(is_last)
}

/// GET is among the methods that a `limit_except` is not for.
fn names_get(limit: &Directive) -> bool {
    limit.arguments().iter().any(|it| it.value().eq_ignore_ascii_case(b"GET"))
}
