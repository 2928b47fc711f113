//! The lines of a `map`, and which of them a text comes to.

use regex::bytes::RegexBuilder;
use wslog_parse::nginx_conf::{Body, Directive};

use crate::audit::tree::argument;

/// A line of a map.
pub(crate) type Entry<'c> = (String, String, &'c Directive);

/// The value that a map has for a text, as `ngx_http_map_module` finds it: a string that is equal, whatever
/// the case, else the first pattern that matches, else the default. An error is a pattern that cannot be
/// read here.
pub(crate) fn chosen<'e>(entries: &'e [Entry<'_>], source: &str) -> Option<Option<&'e str>> {
    Some(winner(entries, source)?.map(|(_, value, _)| value.as_str()))
}

fn winner<'e, 'c>(entries: &'e [Entry<'c>], source: &str) -> Option<Option<&'e Entry<'c>>> {
    let mut default = None;
    let mut pattern = None;
    for entry in entries {
        match entry.0.strip_prefix('~') {
            _ if entry.0 == "default" => default = Some(entry),
            _ if is_special(&entry.0) => {}
            None if entry.0.trim_start_matches('\\').eq_ignore_ascii_case(source) => {
                return Some(Some(entry));
            }
            Some(text) if pattern.is_none() && matches(text, source)? => pattern = Some(entry),
            _ => {}
        }
    }
    Some(pattern.or(default))
}

fn is_special(key: &str) -> bool {
    matches!(key, "default" | "hostnames" | "volatile")
}

/// All values of a map.
pub(crate) fn any<'e>(entries: &'e [Entry<'_>]) -> Vec<&'e str> {
    let has_default = entries.iter().any(|(key, ..)| key == "default");
    let values = entries.iter().filter(|(key, ..)| key == "default" || !is_special(key));
    values.map(|(_, value, _)| value.as_str()).chain((!has_default).then_some("")).collect()
}

/// The line of a map that a text comes to; `None` where there is none, or it cannot be told.
pub(crate) fn entry_for<'c>(map: &'c Directive, source: &str) -> Option<&'c Directive> {
    let entries = entries(map)?;
    winner(&entries, source)?.map(|(_, _, entry)| *entry)
}

/// What a map says, in its order; `None` if a file that it includes is not there.
pub(crate) fn entries(map: &Directive) -> Option<Vec<Entry<'_>>> {
    let mut entries = Vec::new();
    for entry in map.block()? {
        match entry.body() {
            Body::Included(directives) => {
                entries.extend(directives.iter().map(|it| (key(it), argument(it, 0), it)));
            }
            _ if *entry.name() == *b"include" => return None,
            _ => entries.push((key(entry), argument(entry, 0), entry)),
        }
    }
    Some(entries)
}

fn key(entry: &Directive) -> String {
    String::from_utf8_lossy(&entry.name()).into_owned()
}

/// Whether the pattern of a map matches; `None` if it is none that can be read here.
pub(crate) fn matches(pattern: &str, text: &str) -> Option<bool> {
    let (pattern, is_any_case) = match pattern.strip_prefix('*') {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let regex =
        RegexBuilder::new(pattern).case_insensitive(is_any_case).size_limit(1 << 20).build();
    Some(regex.ok()?.is_match(text.as_bytes()))
}
