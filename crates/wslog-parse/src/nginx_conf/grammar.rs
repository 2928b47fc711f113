//! What nginx's own directives take, and where they may stand: what nginx refuses although it can read it.
//!
//! `directives.txt` has them all, each with the number of its arguments.
//! A directive that is not in it may be of a module that is not nginx's own, and is not judged; nor is
//! what stands in its block.

mod context;
mod entry;
mod semicolon;
mod table;

use self::context::Contexts;
use self::entry::Entries;
use self::table::{Known, TABLE, Table};
use super::Configuration;
use super::directive::{Argument, Body, Directive};
use super::error::{ConfError, Kind, Shown};
use crate::detect::BYTE_ORDER_MARK;

/// What nginx would refuse, in its order.
pub(crate) fn refused(configuration: &Configuration) -> Vec<ConfError> {
    let mut judge = Judge { table: &TABLE, refused: Vec::new() };
    judge.walk(&configuration.directives, Contexts::of_top(&configuration.directives));
    judge.refused
}

struct Judge<'t> {
    table: &'t Table,
    refused: Vec<ConfError>,
}

impl Judge<'_> {
    /// Calls itself for a block; the reader bounds how many stand in one another.
    fn walk(&mut self, directives: &[Directive], here: Contexts) {
        for directive in directives {
            if let Body::Included(directives) = directive.body() {
                self.walk(directives, here);
                continue;
            }
            match self.judge(directive, here) {
                Ok(()) => self.within(directive, here),
                Err(refused) => self.refused.extend(refused),
            }
        }
    }

    /// What stands in a block that is understood.
    fn within(&mut self, directive: &Directive, here: Contexts) {
        let (name, Some(block)) = (directive.name(), directive.block()) else { return };
        match Entries::of(&name) {
            Some(entries) => self.refused.extend(entries.refused(block)),
            None => {
                if let Some(inner) = here.within(&name) {
                    self.walk(block, inner);
                }
            }
        }
    }

    /// An error is what nginx says; without one nothing is known of the directive.
    fn judge(&mut self, directive: &Directive, here: Contexts) -> Result<(), Option<ConfError>> {
        let name = directive.name();
        let Some(known) = self.table.get(&name) else {
            return Err(no_name(directive, &name));
        };
        let allowed: Vec<&Known> = known.iter().filter(|it| it.contexts.meet(here)).collect();
        let error = |kind| Err(Some(problem(directive, &directive.name, kind)));
        if allowed.is_empty() {
            let places = known.iter().fold(Contexts::NONE, |all, it| all.and(it.contexts));
            return error(Kind::NotHere { name: shown(&name), places: places.names() });
        }
        let is_block = directive.block().is_some();
        let count = directive.arguments().len();
        let of_kind: Vec<_> = allowed.iter().filter(|it| it.is_block == is_block).collect();
        let is_taken = of_kind.iter().any(|it| it.counts.have(count));
        if let Some(lost) = semicolon::lost(self.table, directive, here, is_taken) {
            return Err(Some(lost));
        }
        // The reader tells what is wrong with an include.
        if *name == *b"include" {
            return Ok(());
        }
        match (of_kind.first(), is_block) {
            (None, true) => error(Kind::Block(shown(&name))),
            (None, false) => error(Kind::NoBlock(shown(&name))),
            (Some(first), _) if !is_taken => {
                let takes = first.counts.to_string();
                error(Kind::Count { name: shown(&name), takes, count })
            }
            _ if of_kind.iter().all(|it| it.is_flag) => switch(directive, &name),
            _ if *name == *b"proxy_pass" && !here.meet(Contexts::STREAM_SERVER) => {
                scheme(directive)
            }
            _ => Ok(()),
        }
    }
}

/// What no directive of any module is called: a comment of another language, a space that is none of
/// nginx's, a line of dashes.
fn no_name(directive: &Directive, name: &[u8]) -> Option<ConfError> {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let kind = match name {
        _ if name.starts_with(BYTE_ORDER_MARK) => Kind::ByteOrderMark,
        _ if name.starts_with(b"//") => Kind::Slashes(shown(name)),
        _ if !name.is_empty() && name.iter().all(is_name) => return None,
        _ => Kind::NoDirective(shown(name)),
    };
    Some(problem(directive, &directive.name, kind))
}

fn switch(directive: &Directive, name: &[u8]) -> Result<(), Option<ConfError>> {
    let Some(first) = directive.arguments().first() else { return Ok(()) };
    let found = first.value();
    if found.eq_ignore_ascii_case(b"on") || found.eq_ignore_ascii_case(b"off") {
        return Ok(());
    }
    let kind = Kind::Switch { name: shown(name), found: shown(&found) };
    Err(Some(problem(directive, first, kind)))
}

/// What `proxy_pass` begins with; that of a stream has no scheme.
fn scheme(directive: &Directive) -> Result<(), Option<ConfError>> {
    let Some(first) = directive.arguments().first() else { return Ok(()) };
    let value = first.value().to_ascii_lowercase();
    let is_http = value.starts_with(b"http://") || value.starts_with(b"https://");
    match is_http || value.contains(&b'$') {
        true => Ok(()),
        false => Err(Some(problem(directive, first, Kind::Scheme(shown(&first.value()))))),
    }
}

fn shown(text: &[u8]) -> Shown {
    Shown::new(text)
}

fn problem(directive: &Directive, about: &Argument, kind: Kind) -> ConfError {
    ConfError::new(&directive.file, about.start, kind)
}

#[cfg(test)]
mod tests;
