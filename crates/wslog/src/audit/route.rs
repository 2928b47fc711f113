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
                    routes.servers.push(Server { id, name: logged(&name) });
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
    pub(crate) fn find(&self, server_name: Option<&[u8]>, path: &[u8]) -> Vec<LevelId> {
        let path = normal(path);
        let server_name = server_name.map(unescaped);
        let is_named = |server: &&Server| {
            server_name.as_ref().is_some_and(|name| server.name.as_bytes() == &**name)
        };
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

/// What nginx logs for a server of this name: in small letters without the dot in front, or a pattern as it
/// is written.
fn logged(name: &str) -> String {
    match name.starts_with('~') {
        true => name.to_owned(),
        false => name.strip_prefix('.').unwrap_or(name).to_ascii_lowercase(),
    }
}

/// What stands in a log, without its escapes.
fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, behind)) = rest.split_first() {
        let (byte, behind) = match (byte, behind) {
            (b'\\', [b'x', high, low, behind @ ..]) => match hex(*high).zip(hex(*low)) {
                Some((high, low)) => (high << 4 | low, behind),
                None => (byte, rest.get(1..).unwrap_or_default()),
            },
            (b'\\', [escaped @ (b'\\' | b'"'), behind @ ..]) => (*escaped, behind),
            _ => (byte, behind),
        };
        plain.push(byte);
        rest = behind;
    }
    plain
}

/// A path as locations are searched with it: escapes undone, slashes that follow one another merged, and
/// `.` and `..` followed.
fn normal(path: &[u8]) -> Vec<u8> {
    let path = decoded(path);
    let mut parts: Vec<&[u8]> = Vec::new();
    let mut is_open = false;
    for part in path.split(|&byte| byte == b'/') {
        is_open = matches!(part, b"" | b"." | b"..");
        match part {
            b".." => drop(parts.pop()),
            _ if is_open => {}
            _ => parts.push(part),
        }
    }
    if path.first() != Some(&b'/') {
        return path;
    }
    let mut normal: Vec<u8> = parts.iter().flat_map(|part| [b"/", *part].concat()).collect();
    if is_open || normal.is_empty() {
        normal.push(b'/');
    }
    normal
}

fn decoded(path: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(path.len());
    let mut rest = path;
    while let Some((&byte, behind)) = rest.split_first() {
        let escaped = match (byte, behind) {
            (b'%', [high, low, behind @ ..]) => hex(*high).zip(hex(*low)).map(|it| (it, behind)),
            _ => None,
        };
        let (byte, behind) =
            escaped.map_or((byte, behind), |((high, low), behind)| (high << 4 | low, behind));
        decoded.push(byte);
        rest = behind;
    }
    decoded
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_a_path_is_searched_for_as_nginx_does() {
        for (path, expected) in [
            ("/a/b", "/a/b"),
            ("/a/b/", "/a/b/"),
            ("//a///b//", "/a/b/"),
            ("/x/../chat/z", "/chat/z"),
            ("/x/%2e%2E/chat", "/chat"),
            ("/a%2Fb/./c", "/a/b/c"),
            ("/a/b/..", "/a/"),
            ("/a/.", "/a/"),
            ("/../a", "/a"),
            ("/", "/"),
            ("", ""),
            ("/%zz%4", "/%zz%4"),
        ] {
            assert_eq!(String::from_utf8_lossy(&normal(path.as_bytes())), expected, "{path}");
        }
    }

    #[test]
    fn ok_a_server_is_found_by_what_is_logged_of_it() {
        for (written, in_log) in [
            (".dot.example", r"dot.example"),
            ("Upper.Example", r"upper.example"),
            ("*.wild", r"*.wild"),
            (r"~^(?<s>.+)\.re$", r"~^(?<s>.+)\x5C.re$"),
            (r"~^a\.re$", r"~^a\\.re$"),
            ("", ""),
        ] {
            assert_eq!(logged(written).as_bytes(), unescaped(in_log.as_bytes()), "{written}");
        }
    }
}
