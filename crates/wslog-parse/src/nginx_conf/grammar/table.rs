//! The directives there are.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use super::context::Contexts;

/// By name; one name may mean several things.
#[derive(Debug)]
pub(super) struct Table(HashMap<&'static [u8], Vec<Known>>);

/// A directive of nginx's own.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) is_block: bool,
    /// Whether it is `on` or `off`.
    pub(super) is_flag: bool,
    pub(super) counts: Counts,
    pub(super) contexts: Contexts,
}

/// How many arguments a directive takes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Counts {
    /// So many, or more.
    Least(usize),
    /// One of these.
    Any(Vec<usize>),
}

pub(super) static TABLE: LazyLock<Table> =
    LazyLock::new(|| Table::parse(include_str!("../directives.txt")));

impl Table {
    fn parse(text: &'static str) -> Table {
        let mut table: HashMap<&[u8], Vec<Known>> = HashMap::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let mut words = line.split(' ');
            let (Some(name), Some(kind), Some(counts), Some(contexts)) =
                (words.next(), words.next(), words.next(), words.next())
            else {
                continue;
            };
            let (is_block, is_flag) = (kind == "block", kind == "flag");
            let (counts, contexts) = (Counts::parse(counts), Contexts::parse(contexts));
            let known = Known { is_block, is_flag, counts, contexts };
            table.entry(name.as_bytes()).or_default().push(known);
        }
        Table(table)
    }

    pub(super) fn get(&self, name: &[u8]) -> Option<&[Known]> {
        self.0.get(name).map(Vec::as_slice)
    }

    /// Whether a directive of this name may stand here.
    pub(super) fn has(&self, name: &[u8], here: Contexts) -> bool {
        self.get(name).is_some_and(|known| known.iter().any(|it| it.contexts.meet(here)))
    }
}

impl Counts {
    fn parse(text: &str) -> Counts {
        match text.strip_suffix('+').and_then(|text| text.parse().ok()) {
            Some(least) => Counts::Least(least),
            None => Counts::Any(text.split(',').filter_map(|text| text.parse().ok()).collect()),
        }
    }

    pub(super) fn have(&self, count: usize) -> bool {
        match self {
            Counts::Least(least) => count >= *least,
            Counts::Any(counts) => counts.contains(&count),
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Counts::Least(1) => f.write_str("at least 1 argument"),
            Counts::Least(least) => write!(f, "at least {least} arguments"),
            Counts::Any(counts) => {
                let text: Vec<_> = counts.iter().map(usize::to_string).collect();
                let s = if text == ["1"] { "" } else { "s" };
                let text = if text == ["0"] { "no".to_owned() } else { text.join(" or ") };
                write!(f, "{text} argument{s}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_every_line_of_the_table_is_understood() {
        let text = include_str!("../directives.txt");
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let table = Table::parse(text);
        let known: usize = table.0.values().map(Vec::len).sum();
        assert_eq!(known, lines.count());
        for (name, known) in &table.0 {
            for it in known {
                let name = name.escape_ascii();
                assert_ne!(it.counts, Counts::Any(Vec::new()), "{name}");
                assert_ne!(it.contexts, Contexts::NONE, "{name}");
            }
        }
    }
}
