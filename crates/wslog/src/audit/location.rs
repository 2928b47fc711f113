//! A location that proxies, and what holds in it.

use serde::Serialize;
use wslog_parse::nginx_conf::{Directive, Place};

use crate::audit::aside;
use crate::audit::reach::Reach;
use crate::audit::tree::{Kind, Level, LevelId, Tree, argument};
use crate::audit::{ConfPlace, Evidence};

/// A location that proxies WebSockets, or looks as if it should.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditedLocation {
    /// As it is written, such as `location /ws/`; what stands in it in front of a `proxy_pass` of its
    /// own comes behind: `location / if ($http_upgrade)`.
    pub name: String,
    /// The names of its server; empty where it has none.
    pub server_names: Vec<String>,
    /// Where it starts.
    pub place: ConfPlace,
    /// Whether it passes `Upgrade`, so that a WebSocket can be opened through it.
    pub passes_upgrade: bool,
    /// Why it is looked at.
    pub because: Vec<String>,
    /// What holds in it, its own or inherited, by the directive's name; of `proxy_set_header` those
    /// that are about WebSockets, as `proxy_set_header Upgrade`.
    pub settings: Vec<Setting>,
    /// What logs say of it; `None` where they show no handshake that it served.
    pub evidence: Option<Evidence>,
}

/// A directive that holds in a location.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// The directive's name.
    pub directive: &'static str,
    /// Its value; `None` where nginx's default holds, which may depend on its version.
    pub value: Option<String>,
    /// Where it was set; `None` where nginx's default holds.
    pub place: Option<ConfPlace>,
}

/// A level with a `proxy_pass`.
#[derive(Debug)]
pub(crate) struct Proxied<'c> {
    pub(crate) id: LevelId,
    pub(crate) proxy_pass: &'c Directive,
    /// The location itself: an `if` in it may not have headers of its own.
    pub(crate) home: LevelId,
    pub(crate) server: Option<LevelId>,
    /// The headers that are passed, and the level that they were set on.
    pub(crate) headers: Option<(LevelId, Vec<&'c Directive>)>,
}

impl<'c> Proxied<'c> {
    /// Every level with a `proxy_pass` that a handshake may come to; it is inherited by none.
    pub(crate) fn all(tree: &Tree<'c>) -> Vec<Proxied<'c>> {
        let reach = Reach::of(tree);
        let asked_aside = aside::locations(tree);
        let reached = tree.ids().filter(|id| reach.has(tree, *id));
        let found = reached.filter_map(|id| Proxied::of(tree, id));
        // Requests for `auth_request` and `mirror` are plain ones.
        let mut found: Vec<_> = found.filter(|it| !asked_aside.contains(&it.home)).collect();
        found.sort_by_key(|it| it.proxy_pass.place());
        found
    }

    fn of(tree: &Tree<'c>, id: LevelId) -> Option<Proxied<'c>> {
        let level = tree.get(id)?;
        let proxy_pass = level.own("proxy_pass").last()?;
        let target = argument(proxy_pass, 0);
        // That of a stream has no scheme.
        if !target.contains("://") && !target.contains('$') {
            return None;
        }
        let location = tree.nearest(id, Kind::Location);
        // Lines that a location includes may be given alone.
        let home = location.unwrap_or(id);
        Some(Proxied {
            id,
            proxy_pass,
            home,
            server: tree.nearest(id, Kind::Server),
            headers: tree.list(home, "proxy_set_header"),
        })
    }

    /// All headers of this name: nginx sends every one that is not empty, one after the other.
    pub(crate) fn named(
        &self,
        name: &str,
    ) -> impl DoubleEndedIterator<Item = &'c Directive> + Clone {
        let headers = self.headers.iter().flat_map(|(_, headers)| headers);
        headers.copied().filter(move |it| is_header(it, name))
    }

    /// The header that is passed under this name.
    pub(crate) fn header(&self, name: &str) -> Option<&'c Directive> {
        let mut named = self.named(name).rev();
        let is_sent = |it: &&Directive| !argument(it, 1).is_empty();
        named.clone().find(is_sent).or_else(|| named.next())
    }

    /// Its name for people.
    pub(crate) fn name(&self, tree: &Tree<'c>) -> String {
        let mut words: Vec<String> = Vec::new();
        for (_, level) in tree.up(self.id) {
            words.extend(heading(level));
            if level.kind == Kind::Location {
                break;
            }
        }
        words.reverse();
        match words.is_empty() {
            true => "the lines given".to_owned(),
            false => words.join(" "),
        }
    }

    /// Where it starts.
    pub(crate) fn place(&self, tree: &Tree<'c>) -> Place {
        let block = tree.get(self.id).and_then(|level| level.block);
        block.unwrap_or(self.proxy_pass).place()
    }

    /// What its path is written as, without the modifier.
    pub(crate) fn path(&self, tree: &Tree<'c>) -> String {
        path(tree, self.home)
    }

    pub(crate) fn server_names(&self, tree: &Tree<'c>) -> Vec<String> {
        let server = self.server.and_then(|id| tree.get(id));
        let names = server.into_iter().flat_map(|level| level.own("server_name"));
        names.flat_map(|it| it.arguments().iter().map(|name| name.text())).collect()
    }

    /// What holds, for whoever looks it up.
    pub(crate) fn settings(&self, tree: &Tree<'c>) -> Vec<Setting> {
        let plain = PLAIN.iter().map(|name| {
            let directive = tree.effective(self.home, name).map(|(_, directive)| directive);
            setting(name, directive, 0)
        });
        let passed = Some(self.proxy_pass);
        let headers = [
            ("proxy_set_header Upgrade", "Upgrade"),
            ("proxy_set_header Connection", "Connection"),
        ];
        std::iter::once(setting("proxy_pass", passed, 0))
            .chain(plain)
            .chain(headers.map(|(directive, name)| setting(directive, self.header(name), 1)))
            .collect()
    }
}

/// What the path of a location is written as, without the modifier.
pub(crate) fn path(tree: &Tree<'_>, location: LevelId) -> String {
    let block = tree.get(location).and_then(|level| level.block);
    let last = block.and_then(|block| block.arguments().last());
    last.map(wslog_parse::nginx_conf::Argument::text).unwrap_or_default()
}

/// The directives that are looked up as they are.
const PLAIN: [&str; 5] = [
    "proxy_http_version",
    "proxy_read_timeout",
    "proxy_send_timeout",
    "send_timeout",
    "proxy_buffering",
];

fn setting(directive: &'static str, set: Option<&Directive>, index: usize) -> Setting {
    Setting {
        directive,
        value: set.map(|it| argument(it, index)),
        place: set.map(|it| it.place().into()),
    }
}

/// Whether a `proxy_set_header` is about this header.
pub(crate) fn is_header(directive: &Directive, name: &str) -> bool {
    argument(directive, 0).eq_ignore_ascii_case(name)
}

/// `location ~ /ws`, as it is written.
fn heading(level: &Level<'_>) -> Option<String> {
    let block = level.block?;
    let name = String::from_utf8_lossy(&block.name()).into_owned();
    let arguments = block.arguments().iter().map(|it| it.text());
    Some(std::iter::once(name).chain(arguments).collect::<Vec<_>>().join(" "))
}
