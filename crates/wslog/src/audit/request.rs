//! What nginx makes of a value with variables in it, for a handshake and for a plain request.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use wslog_parse::nginx_conf::Directive;

use crate::audit::entries::{any, chosen, entries};
use crate::audit::spelling::is_near;
use crate::audit::tree::{Kind, LevelId, Tree, argument};

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
    /// Those of `set`, with where it stands.
    sets: BTreeMap<String, Vec<(LevelId, &'c Directive)>>,
    /// Those of `set` that every request has, whatever it asks for.
    always_set: BTreeSet<String>,
    /// Those of `geo`, of patterns and of whatever else defines some.
    others: BTreeSet<String>,
    /// Whether all is there that may define some.
    is_whole: bool,
    /// The variable of a map that tells handshakes from plain requests for `Connection`, once it is asked for.
    for_connection: OnceCell<Option<String>>,
    /// The same, of one that sends none for plain requests.
    for_kept: OnceCell<Option<String>>,
}

/// The key and the version of a handshake.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const VERSION: &str = "13";

/// The headers they are in, and as what nginx knows what the client sent.
pub(crate) const KEPT: [(&str, &str, &str); 2] = [
    ("Sec-WebSocket-Key", "$http_sec_websocket_key", KEY),
    ("Sec-WebSocket-Version", "$http_sec_websocket_version", VERSION),
];

/// Most maps that may be made of one another; nginx has no limit.
const MAX_DEPTH: usize = 16;

/// Most variables that are looked up for one value: maps made of maps may ask for any number.
const MAX_LOOKED_UP: usize = 1000;

/// Most texts that one value may become, until it counts as not known.
const MAX_VALUES: usize = 32;

/// All that a value may become; `None` where that is not known.
type Values = Option<BTreeSet<String>>;

impl<'c> Variables<'c> {
    /// `is_read` tells whether everything was read that is included.
    pub(crate) fn of(tree: &Tree<'c>, is_read: bool) -> Variables<'c> {
        let mut variables = Variables {
            maps: BTreeMap::new(),
            sets: BTreeMap::new(),
            always_set: BTreeSet::new(),
            others: BTreeSet::new(),
            is_whole: is_read && tree.http().is_some(),
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
                if *directive.name() == *b"set" {
                    let set = variables.sets.entry(name_of(&argument(directive, 0)));
                    set.or_default().push((id, directive));
                } else if defines_variables(directive) {
                    variables.others.extend(defined);
                }
            }
        }
        let always = variables.sets.iter().filter(|(_, sets)| is_always(tree, sets));
        variables.always_set = always.map(|(name, _)| name.clone()).collect();
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
        self.maps.contains_key(name) || self.sets.contains_key(name) || self.others.contains(name)
    }

    /// Whether a value is a variable that nothing defines, of a name that only somebody's own has: nginx
    /// does not start with it.
    pub(crate) fn is_undefined(&self, value: &str) -> bool {
        const BUILT_IN: [&str; 9] = [
            "http_",
            "sent_http_",
            "upstream_http_",
            "arg_",
            "cookie_",
            "connection_requests",
            "connection_time",
            "connections_",
            "upstream_",
        ];
        let name = name_of(value);
        value.starts_with('$')
            && self.is_whole
            && (name.contains("upgrade") || name.contains("connection"))
            && name != "connection"
            && !BUILT_IN.iter().any(|prefix| name.starts_with(prefix))
            && !self.defines(&name)
    }

    /// What nginx makes of this value for this request; `None` where that depends on something else.
    pub(crate) fn value(&self, value: &str, request: Request) -> Option<String> {
        let mut values = self.values(value, request)?;
        let first = values.pop_first()?;
        values.is_empty().then_some(first)
    }

    /// Whether the list that nginx makes of this value for this request has a word; `None` where that
    /// depends on something else.
    pub(crate) fn says(&self, value: &str, word: &str, request: Request) -> Option<bool> {
        let values = self.values(value, request)?;
        let count = values.iter().filter(|it| lists(it, word)).count();
        (count == 0 || count == values.len()).then_some(count > 0)
    }

    /// All that nginx may make of this value for this request.
    pub(crate) fn values(&self, value: &str, request: Request) -> Values {
        self.deeper(value, request, (MAX_DEPTH, &mut { MAX_LOOKED_UP }))
    }

    fn deeper(&self, value: &str, request: Request, (depth, left): (usize, &mut usize)) -> Values {
        let depth = depth.checked_sub(1)?;
        let mut made = one("");
        let mut rest = value;
        while let Some((text, behind)) = rest.split_once('$') {
            let (name, behind) = name(behind);
            *left = left.checked_sub(1)?;
            let values = self.variable(name, request, (depth, &mut *left))?;
            made = joined(&made, text, &values)?;
            rest = behind;
        }
        joined(&made, rest, &one(""))
    }

    fn variable(&self, name: &str, request: Request, bounds: (usize, &mut usize)) -> Values {
        let name = name.to_ascii_lowercase();
        if let Some(values) = of_request(&name, request).or_else(|| of_nginx(&name, request)) {
            return Some(values);
        }
        if self.others.contains(&name) {
            return None;
        }
        match (self.maps.get(&name), self.sets.get(&name)) {
            (Some(map), None) => self.mapped(map, request, bounds),
            (None, Some(sets)) => self.set(&name, sets, request, bounds),
            (None, None) if self.is_undefined(&format!("${name}")) => Some(one("")),
            _ => None,
        }
    }

    /// What the `set` of a variable make of it, and nothing where none may be come to.
    fn set(
        &self,
        name: &str,
        sets: &[(LevelId, &Directive)],
        request: Request,
        (depth, left): (usize, &mut usize),
    ) -> Values {
        let mut values = if self.always_set.contains(name) { BTreeSet::new() } else { one("") };
        for (_, set) in sets {
            values.extend(self.deeper(&argument(set, 1), request, (depth, &mut *left))?);
        }
        (values.len() <= MAX_VALUES).then_some(values)
    }

    /// What a map makes of all that its source may be; any of its values where that is not known.
    fn mapped(
        &self,
        map: &Directive,
        request: Request,
        (depth, left): (usize, &mut usize),
    ) -> Values {
        let sources = self.deeper(&argument(map, 0), request, (depth, &mut *left));
        let entries = entries(map)?;
        let chosen = |source: &String| Some(chosen(&entries, source)?.unwrap_or_default());
        let chosen = sources.and_then(|it| it.iter().map(chosen).collect::<Option<Vec<_>>>());
        let mut values = BTreeSet::new();
        for value in chosen.unwrap_or_else(|| any(&entries)) {
            values.extend(self.deeper(value, request, (depth, &mut *left))?);
            if values.len() > MAX_VALUES {
                return None;
            }
        }
        Some(values)
    }
}

fn one(text: &str) -> BTreeSet<String> {
    BTreeSet::from([text.to_owned()])
}

/// Each of these with the text behind it, and each of those behind that.
fn joined(made: &BTreeSet<String>, text: &str, values: &BTreeSet<String>) -> Values {
    if made.len() * values.len() > MAX_VALUES {
        return None;
    }
    let ends = |start: &String| -> Vec<String> {
        values.iter().map(|end| format!("{start}{text}{end}")).collect()
    };
    Some(made.iter().flat_map(ends).collect())
}

/// The headers of a request that are known, and the method.
fn of_request(name: &str, request: Request) -> Values {
    let text = match (name, request) {
        ("http_upgrade", Request::Plain) => "",
        ("http_upgrade", _) => "websocket",
        ("http_connection", Request::Plain) => "keep-alive",
        ("http_connection", Request::Handshake) => "Upgrade",
        ("http_connection", Request::Firefox) => "keep-alive, Upgrade",
        ("http_sec_websocket_key" | "http_sec_websocket_version", Request::Plain) => "",
        ("http_sec_websocket_key", _) => KEY,
        ("http_sec_websocket_version", _) => VERSION,
        ("request_method", Request::Handshake | Request::Firefox) => "GET",
        // Nobody sends a header of such a name.
        _ if is_misspelt(name) => "",
        _ => return None,
    };
    Some(one(text))
}

/// Whether one letter keeps a variable from being that of `Upgrade` or `Connection`.
pub(crate) fn is_misspelt(name: &str) -> bool {
    let header = name.strip_prefix("http_").unwrap_or_default();
    ["upgrade", "connection"].iter().any(|it| is_near(header.as_bytes(), it.as_bytes()))
}

/// What nginx's own variables are while a request is passed on: nothing is answered yet.
fn of_nginx(name: &str, request: Request) -> Values {
    let texts: &[&str] = match (name, request) {
        // A number.
        ("connection", _) => &["1"],
        ("scheme", _) => &["http", "https"],
        ("server_protocol", Request::Plain) => &["HTTP/1.0", "HTTP/1.1", "HTTP/2.0"],
        ("server_protocol", _) => &["HTTP/1.1"],
        ("sent_http_connection", _) => &["close", "keep-alive"],
        _ if name.starts_with("sent_http_") || name.starts_with("upstream_http_") => &[""],
        _ => return None,
    };
    Some(texts.iter().map(|it| (*it).to_owned()).collect())
}

/// Whether each server has such a `set` of its own, so that no request goes without.
fn is_always(tree: &Tree<'_>, sets: &[(LevelId, &Directive)]) -> bool {
    let is_set = |id| sets.iter().any(|(level, _)| *level == id);
    let is_kind = |id: &LevelId, kind| tree.get(*id).is_some_and(|level| level.kind == kind);
    let mut servers = tree.ids().filter(|id| is_kind(id, Kind::Server)).peekable();
    match servers.peek() {
        Some(_) => servers.all(is_set),
        None => tree.ids().filter(|id| is_kind(id, Kind::Main)).any(is_set),
    }
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
        || name.starts_with(b"set_")
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
