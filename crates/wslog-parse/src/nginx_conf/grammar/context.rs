//! Where a directive may stand.

use crate::nginx_conf::directive::{Body, Directive};

/// Some of the places there are: of a file that is included elsewhere it is not known which one it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Contexts(u16);

/// Their names, as the table has them.
const NAMES: [&str; 14] = [
    "main",
    "events",
    "http",
    "server",
    "location",
    "upstream",
    "if-in-server",
    "if-in-location",
    "limit_except",
    "mail",
    "mail-server",
    "stream",
    "stream-server",
    "stream-upstream",
];

/// What a block is, by its name and where it stands.
const BLOCKS: [(&str, &str, &str); 14] = [
    ("events", "main", "events"),
    ("http", "main", "http"),
    ("mail", "main", "mail"),
    ("stream", "main", "stream"),
    ("server", "http", "server"),
    ("server", "mail", "mail-server"),
    ("server", "stream", "stream-server"),
    ("upstream", "http", "upstream"),
    ("upstream", "stream", "stream-upstream"),
    ("location", "server", "location"),
    ("location", "location", "location"),
    ("if", "server", "if-in-server"),
    ("if", "location", "if-in-location"),
    ("limit_except", "location", "limit_except"),
];

impl Contexts {
    pub(super) const NONE: Contexts = Contexts(0);
    const ALL: Contexts = Contexts(u16::MAX);
    const MAIN: Contexts = Contexts(1);
    pub(super) const STREAM_SERVER: Contexts = Contexts(1 << 12);

    /// What stands outside of all blocks: the whole of a configuration has one of these blocks there.
    pub(super) fn of_top(directives: &[Directive]) -> Contexts {
        if has_main_block(directives) { Contexts::MAIN } else { Contexts::ALL }
    }

    /// As the table writes them, `*` for all.
    pub(super) fn parse(text: &str) -> Contexts {
        match text {
            "*" => Contexts::ALL,
            _ => text.split(',').map(Contexts::named).fold(Contexts::NONE, Contexts::and),
        }
    }

    fn named(name: &str) -> Contexts {
        let named = NAMES.iter().zip(0..).find(|(it, _)| **it == name);
        named.map_or(Contexts::NONE, |(_, bit)| Contexts(1 << bit))
    }

    pub(super) fn and(self, other: Contexts) -> Contexts {
        Contexts(self.0 | other.0)
    }

    pub(super) fn meet(self, other: Contexts) -> bool {
        self.0 & other.0 != 0
    }

    /// What stands in a block of this name; `None` for one that has no directives in it.
    pub(super) fn within(self, name: &[u8]) -> Option<Contexts> {
        let blocks = BLOCKS.iter().filter(|(block, around, _)| {
            block.as_bytes() == name && self.meet(Contexts::named(around))
        });
        let inner = blocks.fold(Contexts::NONE, |all, (_, _, it)| all.and(Contexts::named(it)));
        (inner != Contexts::NONE).then_some(inner)
    }

    /// For people.
    pub(super) fn names(self) -> String {
        let names = NAMES.iter().filter(|name| self.meet(Contexts::named(name)));
        let names: Vec<_> = names.map(|name| name.replace('-', " ")).collect();
        match names.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, others)) => format!("{} or {last}", others.join(", ")),
            None => String::new(),
        }
    }
}

/// Calls itself for what is included; the reader bounds how deep.
fn has_main_block(directives: &[Directive]) -> bool {
    directives.iter().any(|it| match it.body() {
        Body::Included(directives) => has_main_block(directives),
        _ => matches!(&*it.name(), b"events" | b"http" | b"mail" | b"stream"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_the_named_ones_are_those_of_the_table() {
        assert_eq!(Contexts::parse("main"), Contexts::MAIN);
        assert_eq!(Contexts::parse("stream-server"), Contexts::STREAM_SERVER);
        assert_eq!(
            Contexts::parse("http,if-in-server,stream").names(),
            "http, if in server or stream"
        );
    }
}
