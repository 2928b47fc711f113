//! What nginx makes of a value with variables in it, for a handshake and for a plain request.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use regex::bytes::RegexBuilder;
use wslog_parse::nginx_conf::{Body, Directive};

use crate::audit::tree::{Tree, argument};

/// A request whose headers are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// An opening handshake, as most browsers send it: `Upgrade: websocket`, `Connection: Upgrade`.
    Handshake,
    /// The same as Firefox sends it: `Connection: keep-alive, Upgrade`.
    Firefox,
    /// `Connection: keep-alive`, and no `Upgrade`.
    Plain,
}

impl Request {
    /// All that are handshakes.
    pub(crate) const HANDSHAKES: [Request; 2] = [Request::Handshake, Request::Firefox];
}

/// The variables that a configuration defines.
#[derive(Debug)]
pub(crate) struct Variables<'c> {
    /// Those of a `map`.
    maps: BTreeMap<String, &'c Directive>,
    /// Those of `set`, `geo` and whatever else defines some.
    others: BTreeSet<String>,
    /// The variable of a map that tells handshakes from plain requests for `Connection`, once it is asked for.
    for_connection: OnceCell<Option<String>>,
    /// The same, of one that sends none for plain requests.
    for_kept: OnceCell<Option<String>>,
}

/// The key and the version of a handshake.
pub(crate) const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
pub(crate) const VERSION: &str = "13";

/// Most maps that may be made of one another; nginx has no limit.
const MAX_DEPTH: usize = 16;

/// Most variables that are looked up for one value: maps made of maps may ask for any number.
const MAX_LOOKED_UP: usize = 1000;

impl<'c> Variables<'c> {
    pub(crate) fn of(tree: &Tree<'c>) -> Variables<'c> {
        let mut variables = Variables {
            maps: BTreeMap::new(),
            others: BTreeSet::new(),
            for_connection: OnceCell::new(),
            for_kept: OnceCell::new(),
        };
        for (_, map) in tree.all("map") {
            variables.maps.insert(name_of(&argument(map, 1)), map);
        }
        for id in tree.ids() {
            let headings = tree.get(id).and_then(|level| level.block).into_iter();
            let headings = headings.flat_map(|block| block.arguments()).map(|it| it.text());
            variables.others.extend(headings.flat_map(|text| captured(&text)));
            let own = tree.get(id).into_iter().flat_map(|level| &level.own);
            for directive in own.filter(|it| *it.name() != *b"map") {
                let texts = directive.arguments().iter().map(|it| it.text());
                variables.others.extend(texts.flat_map(|text| captured(&text)));
                let defined = directive.arguments().iter().map(|it| it.text());
                let defined = defined.filter(|it| it.starts_with('$')).map(|it| name_of(&it));
                if defines_variables(directive) {
                    variables.others.extend(defined);
                }
            }
        }
        variables
    }

    /// The map that gives a value, if it is a variable of one and nothing else.
    pub(crate) fn map(&self, value: &str) -> Option<&'c Directive> {
        is_variable(value).then(|| self.maps.get(&name_of(value)).copied()).flatten()
    }

    /// The variable of a map that is "upgrade" for a handshake and not for a plain request; where the
    /// connection to the upstream is to be kept, one that is nothing for a plain request.
    pub(crate) fn for_connection(&self, is_kept: bool) -> Option<&str> {
        let is_good = |name: &&String| {
            let value = |request| self.value(&format!("${name}"), request);
            let is_upgrade = |request| value(request).is_some_and(|it| lists(&it, "upgrade"));
            let plain = value(Request::Plain);
            Request::HANDSHAKES.into_iter().all(is_upgrade)
                && plain.is_some_and(|it| it.is_empty() || !is_kept && !lists(&it, "upgrade"))
        };
        let found = if is_kept { &self.for_kept } else { &self.for_connection };
        found.get_or_init(|| self.maps.keys().find(is_good).cloned()).as_deref()
    }

    /// Whether the configuration defines a variable of this name.
    pub(crate) fn defines(&self, name: &str) -> bool {
        self.maps.contains_key(name) || self.others.contains(name)
    }

    /// What nginx makes of this value for this request; `None` where that depends on something else.
    pub(crate) fn value(&self, value: &str, request: Request) -> Option<String> {
        self.deeper(value, request, (MAX_DEPTH, &mut { MAX_LOOKED_UP }))
    }

    fn deeper(
        &self,
        value: &str,
        request: Request,
        (depth, left): (usize, &mut usize),
    ) -> Option<String> {
        let depth = depth.checked_sub(1)?;
        let mut made = String::new();
        let mut rest = value;
        while let Some((text, behind)) = rest.split_once('$') {
            made += text;
            let (name, behind) = name(behind);
            *left = left.checked_sub(1)?;
            made += &self.variable(name, request, (depth, &mut *left))?;
            rest = behind;
        }
        Some(made + rest)
    }

    fn variable(
        &self,
        name: &str,
        request: Request,
        bounds: (usize, &mut usize),
    ) -> Option<String> {
        let name = name.to_ascii_lowercase();
        match (&*name, request) {
            ("http_upgrade", Request::Plain) => Some(String::new()),
            ("http_upgrade", _) => Some("websocket".to_owned()),
            ("http_connection", Request::Plain) => Some("keep-alive".to_owned()),
            ("http_connection", Request::Handshake) => Some("Upgrade".to_owned()),
            ("http_connection", Request::Firefox) => Some("keep-alive, Upgrade".to_owned()),
            ("http_sec_websocket_key" | "http_sec_websocket_version", Request::Plain) => {
                Some(String::new())
            }
            ("http_sec_websocket_key", _) => Some(KEY.to_owned()),
            ("http_sec_websocket_version", _) => Some(VERSION.to_owned()),
            ("request_method", Request::Handshake | Request::Firefox) => Some("GET".to_owned()),
            _ if self.others.contains(&name) => None,
            _ => self.mapped(self.maps.get(&name)?, request, bounds),
        }
    }

    /// As `ngx_http_map_module` finds it: a string that is equal, whatever the case, else the first
    /// pattern that matches, else the default.
    fn mapped(
        &self,
        map: &Directive,
        request: Request,
        (depth, left): (usize, &mut usize),
    ) -> Option<String> {
        let source = self.deeper(&argument(map, 0), request, (depth, &mut *left))?;
        let entries = entries(map)?;
        let is_special = |key: &str| matches!(key, "default" | "hostnames" | "volatile");
        let mut default = String::new();
        let mut pattern = None;
        for (key, value) in entries {
            match key.strip_prefix('~') {
                _ if key == "default" => default = value,
                _ if is_special(&key) => {}
                None if key.trim_start_matches('\\').eq_ignore_ascii_case(&source) => {
                    return self.deeper(&value, request, (depth, left));
                }
                Some(text) if pattern.is_none() && matches(text, &source)? => pattern = Some(value),
                _ => {}
            }
        }
        self.deeper(&pattern.unwrap_or(default), request, (depth, left))
    }
}

/// What a map says, in its order; `None` if a file that it includes is not there.
fn entries(map: &Directive) -> Option<Vec<(String, String)>> {
    let mut entries = Vec::new();
    for entry in map.block()? {
        match entry.body() {
            Body::Included(directives) => {
                entries.extend(directives.iter().map(|it| (key(it), argument(it, 0))));
            }
            _ if *entry.name() == *b"include" => return None,
            _ => entries.push((key(entry), argument(entry, 0))),
        }
    }
    Some(entries)
}

fn key(entry: &Directive) -> String {
    String::from_utf8_lossy(&entry.name()).into_owned()
}

/// Whether the pattern of a map matches; `None` if it is none that can be read here.
fn matches(pattern: &str, text: &str) -> Option<bool> {
    let (pattern, is_any_case) = match pattern.strip_prefix('*') {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let regex =
        RegexBuilder::new(pattern).case_insensitive(is_any_case).size_limit(1 << 20).build();
    Some(regex.ok()?.is_match(text.as_bytes()))
}

/// The names of a pattern's groups, which are variables.
fn captured(pattern: &str) -> Vec<String> {
    let starts = ["(?<", "(?P<", "(?'"];
    let behind = starts.iter().flat_map(|start| pattern.split(start).skip(1));
    let names = behind.map(|behind| name(behind).0.to_ascii_lowercase());
    names.filter(|name| !name.is_empty()).collect()
}

/// Whether its arguments that begin with `$` are names of new variables.
fn defines_variables(directive: &Directive) -> bool {
    let name = directive.name();
    let is_by_block = matches!(&*name, b"geo" | b"split_clients" | b"geoip2");
    is_by_block
        || name.starts_with(b"set")
        || name.ends_with(b"_set")
        || name.starts_with(b"js_")
        || matches!(&*name, b"perl_set" | b"userid_name" | b"auth_request_set" | b"array_split")
}

/// Whether a value is one variable and nothing else.
fn is_variable(value: &str) -> bool {
    value.strip_prefix('$').is_some_and(|behind| name(behind).1.is_empty())
}

/// The name of the variable that a value begins with.
pub(crate) fn name_of(value: &str) -> String {
    name(value.strip_prefix('$').unwrap_or(value)).0.to_ascii_lowercase()
}

/// The name behind a `$`, and what is behind it.
fn name(text: &str) -> (&str, &str) {
    if let Some((name, behind)) = text.strip_prefix('{').and_then(|text| text.split_once('}')) {
        return (name, behind);
    }
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    text.split_at(end)
}

/// Whether a header's value has this word in its list.
pub(crate) fn lists(value: &str, word: &str) -> bool {
    value.split(',').any(|item| item.trim().eq_ignore_ascii_case(word))
}
