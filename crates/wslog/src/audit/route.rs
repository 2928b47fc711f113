//! Which location serves a path: nginx's search
//! ([ngx_http_core_find_location](https://github.com/nginx/nginx/blob/release-1.22.1/src/http/ngx_http_core_module.c)).
//!
//! What changes a path on the way (`rewrite`, `try_files`, `error_page`) is not followed: a log shows the
//! path that was asked for, and not which location it ended in.

use std::collections::BTreeMap;

use regex::bytes::{Regex, RegexBuilder};

use crate::audit::tree::{Kind, LevelId, Tree, argument};

/// The locations of each server, ready to be searched.
#[derive(Debug)]
pub(crate) struct Routes {
    servers: Vec<Server>,
    children: BTreeMap<LevelId, Vec<Location>>,
}

#[derive(Debug)]
struct Server {
    id: LevelId,
    /// What `$server_name` is logged as: its first name.
    name: String,
}

#[derive(Debug)]
struct Location {
    id: LevelId,
    how: How,
}

/// How a location is matched.
#[derive(Debug)]
enum How {
    Exact(Vec<u8>),
    Prefix {
        text: Vec<u8>,
        is_last: bool,
    },
    /// `None` for a pattern that is not understood here.
    Pattern(Option<Regex>),
}

/// Where a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    /// No pattern is asked any more.
    Last(LevelId),
    Prefix(LevelId),
}

impl Routes {
    pub(crate) fn of(tree: &Tree<'_>) -> Routes {
        let mut routes = Routes { servers: Vec::new(), children: BTreeMap::new() };
        for id in tree.ids() {
            let Some(level) = tree.get(id) else { continue };
            match (level.kind, level.parent) {
                (Kind::Server, _) => {
                    let first = level.own("server_name").next();
                    let name = first.map(|it| argument(it, 0)).unwrap_or_default();
                    routes.servers.push(Server { id, name });
                }
                (Kind::Location, Some(parent)) => {
                    let arguments = level.block.map(|it| it.arguments()).unwrap_or_default();
                    let words: Vec<String> = arguments.iter().map(|it| it.text()).collect();
                    let how = how(&words);
                    let locations = routes.children.entry(parent).or_default();
                    locations.extend(how.map(|how| Location { id, how }));
                }
                _ => {}
            }
        }
        // A file of locations may be given without its server.
        let main = tree.ids().next().filter(|id| routes.children.contains_key(id));
        routes.servers.extend(main.map(|id| Server { id, name: String::new() }));
        routes
    }

    /// The locations that serve this path, one for each server it may have been sent to. Where the log
    /// names a server that is none of these, it may have been any.
    pub(crate) fn find(&self, server_name: &[u8], path: &[u8]) -> Vec<LevelId> {
        let path = normal(path);
        let is_named =
            |server: &&Server| !server_name.is_empty() && server.name.as_bytes() == server_name;
        let named: Vec<_> = self.servers.iter().filter(is_named).collect();
        let asked = if named.is_empty() { self.servers.iter().collect() } else { named };
        let found = asked.into_iter().filter_map(|server| self.within(server.id, &path));
        let mut found: Vec<_> = found.map(Found::id).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Calls itself for a location in a location; the parser bounds how deep.
    fn within(&self, level: LevelId, path: &[u8]) -> Option<Found> {
        let locations = self.children.get(&level)?;
        let mut best: Option<(usize, LevelId, bool)> = None;
        for Location { id, how } in locations {
            match how {
                How::Exact(text) if text == path => return Some(Found::Last(*id)),
                How::Prefix { text, is_last }
                    if path.starts_with(text) && best.is_none_or(|(len, ..)| text.len() > len) =>
                {
                    best = Some((text.len(), *id, *is_last));
                }
                _ => {}
            }
        }
        let prefix = match best {
            Some((_, id, is_last)) => match self.within(id, path) {
                Some(Found::Last(id)) => return Some(Found::Last(id)),
                Some(Found::Prefix(id)) => Some((id, is_last)),
                None => Some((id, is_last)),
            },
            None => None,
        };
        if !prefix.is_some_and(|(_, is_last)| is_last) {
            let matching = locations.iter().find(|location| {
                matches!(&location.how, How::Pattern(Some(regex)) if regex.is_match(path))
            });
            if let Some(Location { id, .. }) = matching {
                return Some(Found::Last(self.within(*id, path).map_or(*id, Found::id)));
            }
        }
        prefix.map(|(id, _)| Found::Prefix(id))
    }
}

impl Found {
    fn id(self) -> LevelId {
        match self {
            Found::Last(id) | Found::Prefix(id) => id,
        }
    }
}

/// How the arguments of a `location` match; `None` for a named one, which no path leads to.
fn how(words: &[String]) -> Option<How> {
    let pattern = |text: &str, is_any_case| {
        let regex =
            RegexBuilder::new(text).case_insensitive(is_any_case).size_limit(1 << 20).build();
        How::Pattern(regex.ok())
    };
    let prefix = |text: &str, is_last| How::Prefix { text: text.as_bytes().to_vec(), is_last };
    // nginx takes the modifier without a space behind it as well.
    let joined;
    let (modifier, text) = match words {
        [modifier, text] => (modifier.as_str(), text.as_str()),
        [word] => {
            joined = word.as_str();
            let modifiers = ["=", "^~", "~*", "~"];
            let modifier =
                modifiers.into_iter().find(|it| joined.starts_with(it)).unwrap_or_default();
            (modifier, joined.strip_prefix(modifier).unwrap_or(joined))
        }
        _ => return None,
    };
    Some(match modifier {
        "" if text.starts_with('@') => return None,
        "" => prefix(text, false),
        "=" => How::Exact(text.as_bytes().to_vec()),
        "^~" => prefix(text, true),
        "~" => pattern(text, false),
        "~*" => pattern(text, true),
        _ => return None,
    })
}

/// A path as locations are searched with it: escapes undone, and slashes that follow one another merged.
fn normal(path: &[u8]) -> Vec<u8> {
    let mut normal = Vec::with_capacity(path.len());
    let mut rest = path;
    while let Some((&byte, behind)) = rest.split_first() {
        let escaped = match (byte, behind) {
            (b'%', [high, low, behind @ ..]) => hex(*high).zip(hex(*low)).map(|it| (it, behind)),
            _ => None,
        };
        let (byte, behind) =
            escaped.map_or((byte, behind), |((high, low), behind)| (high << 4 | low, behind));
        if byte != b'/' || normal.last() != Some(&b'/') {
            normal.push(byte);
        }
        rest = behind;
    }
    normal
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}
