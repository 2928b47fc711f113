//! Whether a location is there for WebSockets.

use wslog_parse::Millis;

use crate::audit::location::Proxied;
use crate::audit::request::{Request, Variables};
use crate::audit::time;
use crate::audit::tree::{Tree, argument};

/// Words of paths and of upstream servers' names that stand for WebSockets, or for what is built on them.
pub(crate) const WORDS: [&str; 15] = [
    "cable",
    "centrifugo",
    "faye",
    "hub",
    "hubs",
    "signalr",
    "socket",
    "socketio",
    "sockets",
    "sockjs",
    "websocket",
    "websockets",
    "websockify",
    "ws",
    "wss",
];

/// As long as nobody waits for an answer.
const LONG: Millis = Millis(600_000);

/// What speaks for a location being there for WebSockets, the stronger first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Hint {
    /// `Upgrade` is passed.
    Upgrade,
    /// `Connection` is told to upgrade.
    Connection,
    /// A level around it passes `Upgrade`.
    Around,
    /// This word of its path.
    Path(String),
    /// This word of the upstream's name.
    Upstream(String),
    /// Handshakes that a log shows.
    Log,
    /// HTTP/1.1, and a read timeout of many minutes.
    Timeout,
}

impl Hint {
    /// For people.
    pub(crate) fn text(&self) -> String {
        match self {
            Hint::Upgrade => "it passes Upgrade".into(),
            Hint::Connection => "it tells Connection to upgrade".into(),
            Hint::Around => "the level around it passes Upgrade".into(),
            Hint::Path(word) => format!("\"{word}\" in its path"),
            Hint::Upstream(word) => format!("\"{word}\" in the upstream's name"),
            Hint::Log => "the log has handshakes there".into(),
            Hint::Timeout => "HTTP/1.1 with a read timeout of 10 minutes or more".into(),
        }
    }
}

/// All that speaks for it; nothing for a location that is no WebSocket's.
pub(crate) fn hints(tree: &Tree<'_>, variables: &Variables<'_>, it: &Proxied<'_>) -> Vec<Hint> {
    let mut hints = Vec::new();
    if is_known_to_pass(variables, it) {
        hints.push(Hint::Upgrade);
    } else if is_passed_around(tree, variables, it) {
        hints.push(Hint::Around);
    }
    if is_told_to_upgrade(variables, it) {
        hints.push(Hint::Connection);
    }
    hints.extend(word_of(&it.path(tree)).map(Hint::Path));
    hints.extend(word_of(&upstream(&argument(it.proxy_pass, 0))).map(Hint::Upstream));
    if is_patient(tree, it) {
        hints.push(Hint::Timeout);
    }
    hints
}

/// Whether what the upstream gets under this name has a word in its list; `None` where that cannot be told.
/// nginx sends each header of one name that is not empty, and their lists add up.
pub(crate) fn says(
    variables: &Variables<'_>,
    it: &Proxied<'_>,
    (name, word): (&str, &str),
    request: Request,
) -> Option<bool> {
    any(it.named(name).map(|header| variables.says(&argument(header, 1), word, request)))
}

/// Whether one of them says so; `None` where none does and one cannot be told.
fn any(all: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut said = Some(false);
    for it in all {
        match it {
            Some(true) => return it,
            Some(false) => {}
            None => said = None,
        }
    }
    said
}

const UPGRADE: (&str, &str) = ("Upgrade", "websocket");
const CONNECTION: (&str, &str) = ("Connection", "upgrade");

/// Whether a handshake's `Upgrade` certainly reaches the upstream.
fn is_known_to_pass(variables: &Variables<'_>, it: &Proxied<'_>) -> bool {
    says(variables, it, UPGRADE, Request::Handshake) == Some(true)
}

/// Whether somebody wrote that `Connection` is to upgrade: as it stands, or by a map from `Upgrade`.
fn is_told_to_upgrade(variables: &Variables<'_>, it: &Proxied<'_>) -> bool {
    it.named("Connection").any(|header| {
        let text = argument(header, 1);
        let map = variables.map(&text);
        let is_by_upgrade =
            map.is_some_and(|map| argument(map, 0).to_ascii_lowercase().contains("http_upgrade"));
        let says = variables.says(&text, "upgrade", Request::Handshake);
        (is_by_upgrade || !text.contains('$')) && says == Some(true)
    })
}

/// Whether a handshake's `Upgrade` reaches the upstream; yes where that cannot be told.
pub(crate) fn passes_upgrade(variables: &Variables<'_>, it: &Proxied<'_>) -> bool {
    says(variables, it, UPGRADE, Request::Handshake) != Some(false)
}

/// Whether the `Connection` of all handshakes tells the upstream to upgrade; yes where that cannot be told.
pub(crate) fn asks_connection(variables: &Variables<'_>, it: &Proxied<'_>) -> bool {
    ignored(variables, it).is_none()
}

/// The first handshake whose `Connection` does not tell the upstream to upgrade.
pub(crate) fn ignored(variables: &Variables<'_>, it: &Proxied<'_>) -> Option<Request> {
    let mut all = Request::HANDSHAKES.into_iter();
    all.find(|request| says(variables, it, CONNECTION, *request) == Some(false))
}

/// Those of the two headers of which cannot be told whether they are right.
pub(crate) fn not_known(variables: &Variables<'_>, it: &Proxied<'_>) -> Vec<&'static str> {
    let is_open = |what| {
        let mut all = Request::HANDSHAKES.into_iter();
        all.any(|request| says(variables, it, what, request).is_none())
    };
    [UPGRADE, CONNECTION].into_iter().filter(|it| is_open(*it)).map(|(name, _)| name).collect()
}

/// Whether a level passes `Upgrade` whose headers the location does not inherit.
fn is_passed_around(tree: &Tree<'_>, variables: &Variables<'_>, it: &Proxied<'_>) -> bool {
    around(tree, it).is_some_and(|headers| {
        let mut upgrade = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("Upgrade"));
        upgrade
            .any(|(_, value)| variables.says(value, "websocket", Request::Handshake) != Some(false))
    })
}

/// The headers of the level around the one whose headers hold.
fn around(tree: &Tree<'_>, it: &Proxied<'_>) -> Option<Vec<(String, String)>> {
    let (id, _) = it.headers.as_ref()?;
    let parent = tree.get(*id)?.parent?;
    let (_, headers) = tree.list(parent, "proxy_set_header")?;
    Some(headers.iter().map(|it| (argument(it, 0), argument(it, 1))).collect())
}

/// The first word of a path or a name that stands for WebSockets.
fn word_of(text: &str) -> Option<String> {
    let text = text.to_ascii_lowercase();
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words.find(|word| WORDS.contains(word)).map(str::to_owned)
}

/// What stands for the server in `http://name:8080/path`.
pub(crate) fn upstream(url: &str) -> String {
    let behind = url.split_once("://").map_or(url, |(_, behind)| behind);
    behind.split('/').next().unwrap_or_default().to_owned()
}

fn is_patient(tree: &Tree<'_>, it: &Proxied<'_>) -> bool {
    let of = |name| tree.effective(it.home, name).map(|(_, directive)| argument(directive, 0));
    let timeout = of("proxy_read_timeout").and_then(|text| time::parse(&text));
    of("proxy_http_version").is_some_and(|version| version == "1.1")
        && timeout.is_some_and(|timeout| timeout >= LONG)
}
