//! A `;` that is missing: the directive behind it is taken for arguments.

use super::context::Contexts;
use super::table::Table;
use super::{problem, shown};
use crate::nginx_conf::directive::{Argument, Directive};
use crate::nginx_conf::error::{ConfError, Kind};

/// Those that take any number of arguments, and none that is not among theirs; with what they take that
/// is the name of a directive as well.
const STRICT: [(&[u8], &[&[u8]]); 8] = [
    (b"access_log", &[]),
    (b"error_log", &[]),
    (b"error_page", &[]),
    (b"limit_req", &[]),
    (b"limit_req_zone", &[]),
    (b"listen", &[b"http2", b"proxy_protocol", b"ssl"]),
    (b"proxy_cache_path", &[]),
    (b"server", &[]),
];

/// The first argument that is a directive, where one more argument is not what this one takes. Where nginx
/// takes it for one, it is named if a line begins with it.
pub(super) fn lost(
    table: &Table,
    directive: &Directive,
    here: Contexts,
    is_taken: bool,
) -> Option<ConfError> {
    let name = directive.name();
    let strict = STRICT.iter().find(|(strict, _)| **strict == *name).map(|(_, taken)| *taken);
    // Behind the path of these come numbers.
    let strict = strict.or(name.ends_with(b"_temp_path").then_some(&[]));
    let is_directive = |it: &&Argument| {
        let value = it.value();
        let is_own = strict.is_some_and(|taken| taken.contains(&&*value));
        !it.is_quoted() && !is_own && table.has(&value, here)
    };
    // A log, a listener, a server and a page may have any name.
    let first = if is_taken && strict.is_some() { 1 } else { 0 };
    let mut words = directive.arguments().iter().skip(first).filter(is_directive);
    // `off` and `internal` may be meant as they stand, and a format may be called `upstream`.
    let is_long = |it: &Argument| it.value().contains(&b'_') || *it.value() == *b"listen";
    let is_log = *name == *b"access_log";
    let is_format = |it: &Argument| is_log && is_taken && !is_long(it);
    let is_surely_format = |it: &Argument| is_log && is_before_options(directive, it);
    if !is_taken || strict.is_some() {
        let is_lost = |it: &&Argument| begins_line(directive, it) || !is_format(it);
        let word = words.find(|it| is_lost(it) && !is_surely_format(it));
        return word.map(|word| before(directive, word));
    }
    let word = words.filter(|it| is_long(it)).find(|it| begins_line(directive, it))?;
    let (name, found) = (shown(&name), shown(&word.value()));
    Some(problem(directive, word, Kind::Swallowed { name, found }))
}

/// Whether there are options of a log behind this word, and nothing else: then it is what its format is called.
fn is_before_options(directive: &Directive, word: &Argument) -> bool {
    let mut behind = directive.arguments().iter().skip_while(|it| it.at <= word.at).peekable();
    let is_option = |it: &Argument| {
        let value = it.value();
        *value == *b"gzip"
            || [&b"buffer="[..], b"flush=", b"gzip=", b"if="].iter().any(|it| value.starts_with(it))
    };
    behind.peek().is_some() && behind.all(is_option)
}

/// The `;` in front of this word is missing.
pub(super) fn before(directive: &Directive, word: &Argument) -> ConfError {
    let (name, found) = (shown(&directive.name()), shown(&word.value()));
    let line = directive.name.start.line;
    problem(directive, word, Kind::NoSemicolon { found, name, line })
}

/// Whether an argument is the first word of its line.
pub(super) fn begins_line(directive: &Directive, argument: &Argument) -> bool {
    let words = std::iter::once(&directive.name).chain(directive.arguments());
    let before = words.take_while(|it| it.at < argument.at).last();
    before.is_some_and(|it| it.position(it.raw.len()).line < argument.start.line)
}
