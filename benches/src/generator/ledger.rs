//! What a reader has to count, counted while it is written.
//!
//! Follows the rules for what is an opening handshake. A format that shows the key has the rule
//! `key`, and a 101 without one is no WebSocket there. In the others a 101 is one (`status`), and
//! so is a failed GET on a path that shows a 101 somewhere in the input (`path`), which is known
//! only at the end: until then such sightings are kept as candidates, under their path.

use std::collections::{BTreeMap, BTreeSet};

use super::Format;
use super::addresses::{Address, Addresses};
use super::entry::{Entry, Protocol, WebSocketPath};
use super::site::Vantage;
use super::truth::{
    ByRule, Downgrades, Fates, Handshakes, Outcome, ProtocolStatus, RemoteAddrFates, Requests,
    SightingRow, Sightings, VantageFates,
};

/// Milliseconds.
const MARK: u64 = 60_000;
/// Milliseconds.
const TOLERANCE: u64 = 1_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rule {
    Key,
    Status,
    Path(WebSocketPath),
}

/// Sightings that are alike in everything the report tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    rule: Rule,
    protocol: Protocol,
    status: u16,
    remote_addr: Address,
    vantage: Vantage,
}

#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    count: u64,
    near_mark: u64,
}

pub(super) struct Ledger {
    format: Format,
    requests: BTreeMap<(Protocol, u16), u64>,
    sightings: BTreeMap<Kind, Tally>,
    paths_with_101: BTreeSet<WebSocketPath>,
    distinct_keys: u64,
    keys_seen_more_than_once: u64,
    first_started_at: Option<u64>,
    last_logged_at: Option<u64>,
}

impl Ledger {
    pub(super) fn new(format: Format) -> Self {
        Self {
            format,
            requests: BTreeMap::new(),
            sightings: BTreeMap::new(),
            paths_with_101: BTreeSet::new(),
            distinct_keys: 0,
            keys_seen_more_than_once: 0,
            first_started_at: None,
            last_logged_at: None,
        }
    }

    pub(super) fn record(&mut self, entry: &Entry, vantage: Vantage) {
        *self.requests.entry((entry.protocol, entry.status)).or_default() += 1;
        self.record_instants(entry);
        if entry.status == 101 {
            self.paths_with_101.extend(entry.path);
        }
        if let Some(rule) = self.rule(entry) {
            self.record_sighting(rule, entry, vantage);
        }
    }

    /// Milliseconds since the epoch. No start is known without `request_time`.
    pub(super) fn first_started_at(&self) -> Option<u64> {
        self.first_started_at
    }

    /// Milliseconds since the epoch.
    pub(super) fn last_logged_at(&self) -> Option<u64> {
        self.last_logged_at
    }

    pub(super) fn requests(&self) -> Requests {
        let rows = self.requests.iter().map(|(&(protocol, status), &count)| ProtocolStatus {
            protocol: protocol.name().to_owned(),
            status,
            count,
        });
        Requests { total: self.requests.values().sum(), by_protocol_status: rows.collect() }
    }

    pub(super) fn sightings(&self, addresses: &Addresses) -> Sightings {
        Sightings {
            total: self.counted().map(|(_, tally)| tally.count).sum(),
            by_rule: self.by_rule(),
            by_protocol_status: self.by_protocol_status(),
            by_remote_addr: self
                .fates_by(|kind| addresses.name(kind.remote_addr))
                .into_iter()
                .map(|(name, fates)| RemoteAddrFates { remote_addr: name.to_owned(), fates })
                .collect(),
            by_vantage: self
                .fates_by(|kind| kind.vantage.name(self.format))
                .into_iter()
                .map(|(name, fates)| VantageFates { vantage: name.to_owned(), fates })
                .collect(),
        }
    }

    pub(super) fn handshakes(&self) -> Handshakes {
        let by_rule = self.by_rule();
        Handshakes {
            total: self.distinct_keys + by_rule.status + by_rule.path,
            distinct_keys: self.distinct_keys,
            keys_seen_more_than_once: self.keys_seen_more_than_once,
            malformed_keys: 0,
            evicted: 0,
        }
    }

    pub(super) fn downgrades(&self) -> Downgrades {
        let mut downgrades = Downgrades::default();
        for (kind, tally) in self.counted().filter(|(kind, _)| kind.protocol == Protocol::Http10) {
            downgrades.total += tally.count;
            downgrades.near_mark += tally.near_mark;
            if kind.status != 101 {
                downgrades.failed += tally.count;
            }
        }
        downgrades
    }

    fn rule(&self, entry: &Entry) -> Option<Rule> {
        if self.format.tells_key() {
            return entry.key.map(|_| Rule::Key);
        }
        if entry.status == 101 {
            return Some(Rule::Status);
        }
        entry.path.filter(|_| is_candidate(entry)).map(Rule::Path)
    }

    fn record_sighting(&mut self, rule: Rule, entry: &Entry, vantage: Vantage) {
        let kind = Kind {
            rule,
            protocol: entry.protocol,
            status: entry.status,
            remote_addr: entry.remote_addr,
            vantage,
        };
        let tally = self.sightings.entry(kind).or_default();
        tally.count += 1;
        if self.format.tells_times() && is_near_mark(entry) {
            tally.near_mark += 1;
        }
        if rule == Rule::Key {
            self.record_key(entry);
        }
    }

    fn record_key(&mut self, entry: &Entry) {
        match entry.key.map(|key| key.sightings) {
            Some(0) => self.distinct_keys += 1,
            Some(1) => self.keys_seen_more_than_once += 1,
            _ => {}
        }
    }

    fn record_instants(&mut self, entry: &Entry) {
        let logged_at = if self.format.tells_times() {
            let started_at = entry.logged_at - entry.request_time;
            let first = self.first_started_at.get_or_insert(started_at);
            *first = started_at.min(*first);
            entry.logged_at
        } else {
            entry.logged_at / 1000 * 1000
        };
        self.last_logged_at = self.last_logged_at.max(Some(logged_at));
    }

    /// The sightings, without the candidates on paths that never showed a 101.
    fn counted(&self) -> impl Iterator<Item = (&Kind, &Tally)> {
        self.sightings.iter().filter(|(kind, _)| match kind.rule {
            Rule::Key | Rule::Status => true,
            Rule::Path(path) => self.paths_with_101.contains(&path),
        })
    }

    fn by_rule(&self) -> ByRule {
        let mut by_rule = ByRule::default();
        for (kind, tally) in self.counted() {
            match kind.rule {
                Rule::Key => by_rule.key += tally.count,
                Rule::Status => by_rule.status += tally.count,
                Rule::Path(_) => by_rule.path += tally.count,
            }
        }
        by_rule
    }

    fn by_protocol_status(&self) -> Vec<SightingRow> {
        let mut rows: BTreeMap<(Protocol, u16), Tally> = BTreeMap::new();
        for (kind, tally) in self.counted() {
            let row = rows.entry((kind.protocol, kind.status)).or_default();
            row.count += tally.count;
            row.near_mark += tally.near_mark;
        }
        rows.into_iter().map(sighting_row).collect()
    }

    fn fates_by<'n>(&self, name: impl Fn(&Kind) -> &'n str) -> BTreeMap<&'n str, Fates> {
        let mut rows: BTreeMap<&str, Fates> = BTreeMap::new();
        for (kind, tally) in self.counted() {
            add(rows.entry(name(kind)).or_default(), kind, *tally);
        }
        rows
    }
}

fn is_candidate(entry: &Entry) -> bool {
    entry.method == "GET"
        && entry.protocol.is_written()
        && !entry.polling
        && matches!(entry.status, 400 | 403 | 404 | 426 | 499 | 500..=599)
}

fn is_near_mark(entry: &Entry) -> bool {
    entry.status != 101 && entry.request_time.abs_diff(MARK) <= TOLERANCE
}

fn sighting_row(((protocol, status), tally): ((Protocol, u16), Tally)) -> SightingRow {
    SightingRow {
        protocol: protocol.name().to_owned(),
        status,
        outcome: Outcome::of(status),
        count: tally.count,
        near_mark: tally.near_mark,
    }
}

fn add(fates: &mut Fates, kind: &Kind, tally: Tally) {
    fates.total += tally.count;
    fates.near_mark += tally.near_mark;
    if kind.protocol == Protocol::Http10 {
        fates.http10 += tally.count;
    }
    if kind.status == 101 {
        fates.established += tally.count;
    } else {
        fates.failed += tally.count;
    }
}
