//! Blocks whose lines begin with a value instead of a directive's name.

use super::{problem, semicolon, shown};
use crate::nginx_conf::directive::{Body, Directive};
use crate::nginx_conf::error::{ConfError, Kind};

/// How many words their lines have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entries {
    /// What may stand alone, where two words are the rule; `None` for any number of words.
    alone: Option<&'static [&'static str]>,
}

impl Entries {
    pub(super) fn of(name: &[u8]) -> Option<Entries> {
        let alone: Option<&'static [&'static str]> = match name {
            b"map" => Some(&["hostnames", "volatile"]),
            b"geo" => Some(&["ranges", "proxy_recursive", "volatile"]),
            b"split_clients" | b"charset_map" => Some(&[]),
            b"types" => None,
            _ => return None,
        };
        Some(Entries { alone })
    }

    pub(super) fn refused(self, block: &[Directive]) -> Vec<ConfError> {
        block.iter().filter_map(|entry| self.wrong(entry)).collect()
    }

    fn wrong(self, entry: &Directive) -> Option<ConfError> {
        let name = entry.name();
        match entry.body() {
            Body::Block(_) => {
                return Some(problem(entry, &entry.name, Kind::Block(shown(&name))));
            }
            Body::Simple if *name != *b"include" => {}
            _ => return None,
        }
        let alone = self.alone?;
        let count = entry.arguments().len();
        let is_alone = || alone.iter().any(|it| it.as_bytes() == &*name);
        if count == 1 || count == 0 && is_alone() {
            return None;
        }
        let lost = entry.arguments().iter().find(|it| semicolon::begins_line(entry, it));
        Some(match lost {
            Some(word) => semicolon::before(entry, word),
            None => problem(entry, &entry.name, Kind::Entry(count + 1)),
        })
    }
}
