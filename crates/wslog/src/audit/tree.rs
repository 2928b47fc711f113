//! The levels of a configuration, and what holds on each: what it says itself, else what the one
//! around it does.

use std::collections::BTreeMap;

use wslog_parse::nginx_conf::{Body, Configuration, Directive};

/// A level of a configuration, as an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct LevelId(usize);

/// What a level is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Outside all blocks.
    Main,
    Http,
    Server,
    Location,
    /// An `if` or a `limit_except`.
    Branch,
}

/// A block whose directives hold for what is in it.
#[derive(Debug)]
pub(crate) struct Level<'c> {
    pub(crate) kind: Kind,
    /// The block; `None` outside of all.
    pub(crate) block: Option<&'c Directive>,
    pub(crate) parent: Option<LevelId>,
    /// What stands in it, with what it includes, in order; levels of their own are not among it.
    pub(crate) own: Vec<&'c Directive>,
}

/// All levels, each behind the one around it.
#[derive(Debug)]
pub(crate) struct Tree<'c> {
    levels: Vec<Level<'c>>,
    branches: BTreeMap<LevelId, Vec<LevelId>>,
}

impl<'c> Tree<'c> {
    pub(crate) fn of(configuration: &'c Configuration) -> Tree<'c> {
        let main = Level { kind: Kind::Main, block: None, parent: None, own: Vec::new() };
        let mut tree = Tree { levels: vec![main], branches: BTreeMap::new() };
        tree.walk(configuration.directives(), LevelId(0));
        tree
    }

    /// Calls itself for a block; the parser bounds how many stand in one another.
    fn walk(&mut self, directives: &'c [Directive], at: LevelId) {
        for directive in directives {
            if let Body::Included(directives) = directive.body() {
                self.walk(directives, at);
                continue;
            }
            match (self.within(at, directive), directive.block()) {
                (Some(kind), Some(block)) => {
                    let id = LevelId(self.levels.len());
                    let (block_of, parent) = (Some(directive), Some(at));
                    if kind == Kind::Branch {
                        self.branches.entry(at).or_default().push(id);
                    }
                    self.levels.push(Level { kind, block: block_of, parent, own: Vec::new() });
                    self.walk(block, id);
                }
                _ => {
                    if let Some(level) = self.levels.get_mut(at.0) {
                        level.own.push(directive);
                    }
                }
            }
        }
    }

    /// What level the block of this directive is; a file that is included elsewhere may be given alone.
    fn within(&self, at: LevelId, directive: &Directive) -> Option<Kind> {
        let around = self.levels.get(at.0)?.kind;
        Some(match (&*directive.name(), around) {
            (b"http", Kind::Main) => Kind::Http,
            (b"server", Kind::Main | Kind::Http) => Kind::Server,
            (b"location", Kind::Main | Kind::Server | Kind::Location) => Kind::Location,
            (b"if" | b"limit_except", Kind::Main | Kind::Server | Kind::Location) => Kind::Branch,
            _ => return None,
        })
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = LevelId> {
        (0..self.levels.len()).map(LevelId)
    }

    /// Its levels from this one up.
    pub(crate) fn up(&self, from: LevelId) -> impl Iterator<Item = (LevelId, &Level<'c>)> {
        let mut next = Some(from);
        std::iter::from_fn(move || {
            let id = next?;
            let level = self.levels.get(id.0)?;
            next = level.parent;
            Some((id, level))
        })
    }

    pub(crate) fn get(&self, id: LevelId) -> Option<&Level<'c>> {
        self.levels.get(id.0)
    }

    /// The `if` and `limit_except` that stand in this level, with no other level in between.
    pub(crate) fn branches(&self, of: LevelId) -> impl Iterator<Item = (LevelId, &Level<'c>)> {
        let inner = self.branches.get(&of).into_iter().flatten();
        inner.filter_map(|id| Some((*id, self.get(*id)?)))
    }

    /// The nearest level of this kind, from this one up.
    pub(crate) fn nearest(&self, from: LevelId, kind: Kind) -> Option<LevelId> {
        self.up(from).find(|(_, level)| level.kind == kind).map(|(id, _)| id)
    }

    /// The `http` block: where there is one, what stands outside of it is known.
    pub(crate) fn http(&self) -> Option<&'c Directive> {
        self.levels.iter().find(|level| level.kind == Kind::Http)?.block
    }

    /// All directives of this name, whatever their level.
    pub(crate) fn all(&self, name: &'static str) -> impl Iterator<Item = (LevelId, &'c Directive)> {
        let levels = self.levels.iter().enumerate();
        levels.flat_map(move |(index, level)| {
            let own = level.own.iter().filter(move |it| *it.name() == *name.as_bytes());
            own.map(move |&directive| (LevelId(index), directive))
        })
    }

    /// The directive that holds here: the level's own, else the nearest one's around it.
    pub(crate) fn effective(&self, from: LevelId, name: &str) -> Option<(LevelId, &'c Directive)> {
        self.up(from).find_map(|(id, level)| Some((id, level.own(name).last()?)))
    }

    /// The directives that hold here of a kind that adds up on one level: a level that has one of
    /// its own inherits none.
    pub(crate) fn list(&self, from: LevelId, name: &str) -> Option<(LevelId, Vec<&'c Directive>)> {
        self.up(from).find_map(|(id, level)| {
            let own: Vec<_> = level.own(name).collect();
            (!own.is_empty()).then_some((id, own))
        })
    }
}

impl<'c> Level<'c> {
    /// Its own directives of this name.
    pub(crate) fn own<'l>(&'l self, name: &'l str) -> impl Iterator<Item = &'c Directive> + 'l {
        self.own.iter().copied().filter(move |it| *it.name() == *name.as_bytes())
    }
}

/// An argument's value as text; empty if there is none.
pub(crate) fn argument(directive: &Directive, index: usize) -> String {
    directive
        .arguments()
        .get(index)
        .map(wslog_parse::nginx_conf::Argument::text)
        .unwrap_or_default()
}
