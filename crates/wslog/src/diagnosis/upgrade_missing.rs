//! `upgrade-missing`: handshakes are answered as plain requests are: their `Upgrade` did not arrive.

use std::collections::{BTreeMap, BTreeSet};

use wslog_parse::{Protocol, Status, Upgrade};

use crate::capability::Capability;
use crate::diagnosis::fisher::Group;
use crate::diagnosis::measure::{Compared, Counts, Measure};
use crate::diagnosis::phrase::{counted, list, share};
use crate::diagnosis::pick::{Kind, Pick};
use crate::diagnosis::{Affected, Facts, Finding, Number, Rule, Severity, UpstreamCell, proof};
use crate::path_shape::PathShape;
use crate::sighting::KeyKind;

/// Answers that say it: Upgrade Required, and HTTP Version Not Supported.
const REQUIRED: [u16; 2] = [426, 505];

/// Answers that plain requests get as well.
const PLAIN: [u16; 3] = [200, 400, 404];

/// Fewer plain answers say nothing: somebody may have asked for a wrong path.
const FEWEST: u64 = 5;

/// Fewer than one in so many at a vantage point, and fewer than [`FEWEST`], are somebody who sent none.
const STRAYS: u64 = 20;

/// Fewer than one in so many are strays, however many there are.
const RARE: u64 = 500;

/// Most names in a sentence, and most statements of a kind.
const NAMED: usize = 4;

pub(super) const RULE: Rule = Rule {
    id: "upgrade-missing",
    text: include_str!("upgrade_missing.md"),
    is_followed: true,
    finding,
    shown_by,
    compared: Compared::Counted { needs: &[Capability::Key, Capability::Upgrade], measures },
};

fn shown_by(facts: &Facts<'_>) -> Vec<Pick> {
    let mut picks = Vec::new();
    for (vantage, at) in vantages(facts) {
        let pick = Pick { vantage: Some(vantage.to_owned()), ..Pick::default() };
        if !at.without.is_empty() {
            picks.push(Pick { kind: Kind::WithoutUpgrade, ..pick.clone() });
        }
        picks.extend(at.servers.iter().take(NAMED).map(|(server, answers)| Pick {
            kind: Kind::Http1,
            statuses: if answers.required > 0 { &REQUIRED } else { &PLAIN },
            upstream_addr: Some((*server).to_owned()),
            path: answers.paths.keys().next().copied(),
            ..pick.clone()
        }));
    }
    picks
}

fn measures(before: &Facts<'_>, after: &Facts<'_>) -> Vec<Measure> {
    let guilty: Servers = [before, after].into_iter().flat_map(guilty).collect();
    let count = |facts: &Facts<'_>| {
        let group = |at: &At<'_>| Group { failed: at.affected(), total: at.total };
        of(&guilty, facts).iter().map(|(name, at)| ((*name).to_owned(), group(at))).collect()
    };
    let what = "Sightings answered as without Upgrade";
    let measure = Measure::of(Counts::Failures, what, (before, after), count);
    let has_background = of(&guilty, after).values().all(At::is_of_strays);
    vec![Measure { has_background, ..measure }]
}

/// Servers by their vantage points and addresses.
type Servers = BTreeSet<(String, String)>;

/// Those that this period finds fault with.
fn guilty(facts: &Facts<'_>) -> Servers {
    let at = |(vantage, at): (&str, At<'_>)| {
        let server = |server: &&str| (vantage.to_owned(), (*server).to_owned());
        at.servers.keys().map(server).collect::<Vec<_>>()
    };
    vantages(facts).into_iter().flat_map(at).collect()
}

/// What each vantage point shows of these servers, whatever else they answered: one 101 does not undo the rest.
fn of<'a>(guilty: &Servers, facts: &Facts<'a>) -> BTreeMap<&'a str, At<'a>> {
    let mut vantages = every(facts.logged);
    for (vantage, at) in &mut vantages {
        let is_guilty = |server: &str| guilty.contains(&((*vantage).to_owned(), server.to_owned()));
        at.servers.retain(|server, _| is_guilty(server));
    }
    vantages
}

/// What one vantage point shows.
#[derive(Default)]
struct At<'a> {
    total: u64,
    /// Failed, with a key and without an `Upgrade` that names `websocket`; by node.
    without: BTreeMap<&'a str, u64>,
    /// What upstream servers answered to the others, by their addresses.
    servers: BTreeMap<&'a str, Answers>,
}

/// The answers of one upstream server.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answers {
    switched: bool,
    /// [`REQUIRED`].
    required: u64,
    /// By [`PLAIN`].
    plain: [u64; 3],
    /// The paths that these are of, where the server switches on others, with what is known of their names.
    pub(crate) paths: BTreeMap<PathShape, Option<String>>,
}

/// The answers of a server that mean something; of one that switches, on the paths where nobody does.
#[derive(Clone, Debug)]
pub(crate) struct RefusedRow {
    vantage: String,
    upstream_addr: String,
    pub(crate) answers: Answers,
}

impl RefusedRow {
    /// None yet.
    pub(crate) fn new(vantage: &str, upstream_addr: &str) -> RefusedRow {
        RefusedRow {
            vantage: vantage.to_owned(),
            upstream_addr: upstream_addr.to_owned(),
            answers: Answers::default(),
        }
    }
}

/// Servers that answer handshakes as plain requests, by vantage point; each with whether it switches as well.
pub(crate) fn suspects(cells: &[UpstreamCell]) -> impl Iterator<Item = ((&str, &str), bool)> {
    let vantages = every(cells).into_iter();
    vantages.flat_map(|(vantage, at)| {
        let all = at.servers.into_iter().filter(|(_, it)| it.count() > 0);
        all.map(move |(server, it)| ((vantage, server), it.switched))
    })
}

/// Whether this is what an upstream server answered to a handshake of which nothing says that it came without
/// its headers: nginx's own answer is none.
pub(crate) fn answers_as_plain(
    protocol: Protocol,
    (key, upgrade): (KeyKind, Upgrade),
    status: Status,
    server: &str,
) -> bool {
    is_of_http1(protocol, key)
        && !is_lost((key, upgrade), status)
        && server != "-"
        && (key == KeyKind::Valid || upgrade == Upgrade::WebSocket)
}

/// Whether a server says by this status that it got no Upgrade, or HTTP/1.0.
pub(crate) fn is_required(status: Status) -> bool {
    REQUIRED.contains(&status.code())
}

/// Failed, with a key and without an `Upgrade` that names `websocket`.
fn is_lost((key, upgrade): (KeyKind, Upgrade), status: Status) -> bool {
    let is_without = matches!(upgrade, Upgrade::Absent | Upgrade::Other);
    is_without && key == KeyKind::Valid && status.code() != 101
}

/// What each vantage point shows.
fn every(cells: &[UpstreamCell]) -> BTreeMap<&str, At<'_>> {
    let mut vantages: BTreeMap<&str, At<'_>> = BTreeMap::new();
    for cell in cells.iter().filter(|cell| is_of_http1(cell.protocol, cell.key)) {
        vantages.entry(&cell.vantage).or_default().add(cell);
    }
    vantages
}

/// The same, without what has other reasons.
fn all<'a>(facts: &Facts<'a>) -> BTreeMap<&'a str, At<'a>> {
    let mut vantages = every(facts.logged);
    // A server that switches knows WebSockets: what it answers otherwise has other reasons, unless it is known
    // on which path that was.
    let is_known = facts.correlated.refused.is_some();
    for at in vantages.values_mut() {
        at.servers.retain(|_, answers| !is_known && !answers.switched);
    }
    for row in facts.correlated.refused.iter().flatten() {
        if let Some(at) = vantages.get_mut(row.vantage.as_str()) {
            at.servers.insert(&row.upstream_addr, row.answers.clone());
        }
    }
    vantages
}

/// The same, where it is more than somebody who asked for something else.
fn vantages<'a>(facts: &Facts<'a>) -> BTreeMap<&'a str, At<'a>> {
    let mut vantages = all(facts);
    vantages.values_mut().for_each(At::leave_out_strays);
    vantages.retain(|_, at| at.affected() > 0);
    vantages
}

fn finding(facts: &Facts<'_>) -> Option<Finding> {
    let vantages = vantages(facts);
    if vantages.is_empty() {
        return None;
    }
    // Tunnels that are still open are in no log: where all else is missing, that says little.
    let is_most = |at: &At<'_>| 2 * (at.without() + at.required()) >= at.total;
    let is_critical = vantages.values().any(is_most);
    let is_certain = vantages.values().any(|at| at.without() + at.required() > 0);
    let sum = |count: fn(&At<'_>) -> u64| Number::Count(vantages.values().map(count).sum());
    Some(Finding {
        id: RULE.id,
        span: None,
        severity: if is_critical { Severity::Critical } else { Severity::Warning },
        title: match is_certain {
            true => "Opening handshakes fail without their Upgrade header",
            false => "Opening handshakes are answered as plain requests are",
        }
        .into(),
        explanation: explanation(&vantages, facts),
        affected: Affected {
            affected: vantages.values().map(At::affected).sum(),
            of: facts.sightings.total,
            unit: "sightings",
        },
        numbers: BTreeMap::from([
            ("without_upgrade", sum(|at| at.without())),
            ("upgrade_required", sum(|at| at.required())),
            ("answered_plainly", sum(|at| at.plain())),
            ("vantage_points", Number::Count(vantages.len() as u64)),
        ]),
        examples: Vec::new(),
        remedy: remedy(&vantages),
    })
}

/// What no other finding is about: HTTP/2 and a key that is none have their own.
fn is_of_http1(protocol: Protocol, key: KeyKind) -> bool {
    [Protocol::HTTP_10, Protocol::HTTP_11].contains(&protocol) && key != KeyKind::Malformed
}

/// Whether so few of all are somebody who asked for something else, though they say what they lack.
fn is_stray(count: u64, total: u64) -> bool {
    count * RARE < total || count < FEWEST && count * STRAYS < total
}

impl<'a> At<'a> {
    fn add(&mut self, cell: &'a UpstreamCell) {
        self.total += cell.count;
        let header = (cell.key, cell.upgrade);
        if is_lost(header, cell.status) {
            *self.without.entry(&cell.remote_addr).or_default() += cell.count;
        } else if answers_as_plain(cell.protocol, header, cell.status, &cell.upstream_addr) {
            self.servers.entry(&cell.upstream_addr).or_default().add(cell.status, cell.count);
        }
    }

    fn leave_out_strays(&mut self) {
        let (plain, required, without) = (self.plain(), self.required(), self.without());
        for answers in self.servers.values_mut() {
            if plain < FEWEST || plain * STRAYS < self.total {
                answers.plain = [0; 3];
            }
            if is_stray(required, self.total) {
                answers.required = 0;
            }
        }
        self.servers.retain(|_, answers| answers.count() > 0);
        if is_stray(without, self.total) {
            self.without.clear();
        }
    }

    /// Whether servers that switch answered a few otherwise, and that is all.
    fn is_of_strays(&self) -> bool {
        let is_stray =
            |it: &Answers| it.count() == 0 || it.switched && it.count() * STRAYS < self.total;
        self.without.is_empty() && self.servers.values().all(is_stray)
    }

    fn required(&self) -> u64 {
        self.servers.values().map(|answers| answers.required).sum()
    }

    fn without(&self) -> u64 {
        self.without.values().sum()
    }

    fn plain(&self) -> u64 {
        self.servers.values().map(Answers::plain).sum()
    }

    fn affected(&self) -> u64 {
        self.without() + self.required() + self.plain()
    }

    fn statements(&self, vantage: &str) -> Vec<String> {
        let mut statements = Vec::new();
        if !self.without.is_empty() {
            let nodes: Vec<_> = self.without.keys().collect();
            statements.push(format!(
                "At {vantage} {} of its handshakes over HTTP/1 failed that arrived without `Upgrade: websocket`, though \
                 with a key: it was lost in front of it, by way of {}.",
                share(self.without(), self.total),
                list(&nodes, NAMED)
            ));
        }
        if self.required() > 0 {
            let paths = on_paths(self.servers.values().filter(|it| it.required > 0));
            statements.push(format!(
                "At {vantage} {} were answered 426 or 505{} by an upstream server that never answered 101{}: it \
                 says that it got no Upgrade, or HTTP/1.0.",
                share(self.required(), self.total),
                paths,
                there(&paths)
            ));
        }
        let plain: Vec<_> = self.servers.iter().filter(|(_, it)| it.plain() > 0).collect();
        for (server, answers) in plain.iter().take(NAMED) {
            let to = match **server {
                "" => String::new(),
                server => format!(" sent on to {server}"),
            };
            let paths = on_paths([*answers].into_iter());
            statements.push(format!(
                "At {vantage} {}{paths}{to} were answered as plain requests are, and none{} 101: {}.",
                answers.plain(),
                there(&paths),
                answers.statuses()
            ));
        }
        let others: u64 = plain.iter().skip(NAMED).map(|(_, answers)| answers.plain()).sum();
        if others > 0 {
            let servers = counted((plain.len() - NAMED) as u64, "more server");
            statements.push(format!("At {vantage} {others} of {servers} were as well."));
        }
        statements
    }
}

/// Where servers were never seen to switch, if they do so on other paths; empty if they never do.
fn on_paths<'a>(answers: impl Iterator<Item = &'a Answers>) -> String {
    let paths: BTreeMap<PathShape, &str> = answers
        .flat_map(|it| &it.paths)
        .map(|(shape, name)| (*shape, name.as_deref().unwrap_or("some path")))
        .collect();
    let mut paths: Vec<&str> = paths.into_values().collect();
    paths.sort_unstable();
    if paths.is_empty() { String::new() } else { format!(" on {}", list(&paths, NAMED)) }
}

fn there(paths: &str) -> &'static str {
    if paths.is_empty() { "" } else { " there" }
}

impl Answers {
    /// So many of this status.
    pub(crate) fn add(&mut self, status: Status, count: u64) {
        let status = status.code();
        self.switched |= status == 101;
        self.required += if REQUIRED.contains(&status) { count } else { 0 };
        if let Some(which) = PLAIN.iter().position(|code| *code == status) {
            self.plain[which] += count;
        }
    }

    fn plain(&self) -> u64 {
        self.plain.iter().sum()
    }

    fn count(&self) -> u64 {
        self.required + self.plain()
    }

    /// `400 (12) and 404 (3)`.
    fn statuses(&self) -> String {
        let some = PLAIN.iter().zip(self.plain).filter(|(_, count)| *count > 0);
        let words: Vec<_> = some.map(|(status, count)| format!("{status} ({count})")).collect();
        list(&words, NAMED)
    }
}

fn explanation(vantages: &BTreeMap<&str, At<'_>>, facts: &Facts<'_>) -> String {
    let each = vantages.iter().take(NAMED);
    let mut statements: Vec<String> = each.flat_map(|(name, at)| at.statements(name)).collect();
    if vantages.values().any(|at| at.plain() > 0) {
        statements.push(
            "200, 400 and 404 may also mean that these paths open no WebSockets there: it was never seen \
             that they do, though tunnels that are still open are in no log."
                .into(),
        );
    }
    let located = &facts.correlated.upgrade_lost;
    if !located.is_empty() {
        let proven: u64 = located.iter().map(|row| row.count).sum();
        statements.push(format!(
            "Proven by the Sec-WebSocket-Key for {proven}: nearer the client, at the same time, `Upgrade` was \
             there."
        ));
        statements.extend(proof::hops(located, ["with `Upgrade`", "without it"]));
    }
    statements.join("\n")
}

fn remedy(vantages: &BTreeMap<&str, At<'_>>) -> String {
    let of_nginx = "`proxy_http_version 1.1;`, `proxy_set_header Upgrade $http_upgrade;` and \
                    `proxy_set_header Connection \"Upgrade\";`";
    let is_lost_in_front = vantages.values().any(|at| !at.without.is_empty());
    let in_front = "Have whatever is in front of it hand the header on";
    match is_lost_in_front {
        true => format!("{in_front}; if that is an nginx, it needs {of_nginx}."),
        false => format!(
            "Look at the `location` of these handshakes: it needs {of_nginx}, and a `proxy_set_header` of its \
             own there takes away those of the `server` around it. Then ask the upstream server directly, \
             with both headers: if it answers the same, it is not nginx."
        ),
    }
}
