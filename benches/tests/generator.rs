//! The generator's promises, and its truth against a reader so naive that it can be checked by
//! eye.

use std::collections::{BTreeMap, BTreeSet};

use benches::generator::{Fates, Format, Profile, Recipe, Truth, generate};
use clap::ValueEnum;

#[test]
fn same_seed_same_bytes() {
    for &format in Format::value_variants() {
        let recipe = Recipe { lines: 3_000, seed: 7, profile: Profile::Mixed, format };
        assert!(Logs::write(recipe) == Logs::write(recipe));
        assert!(Logs::write(recipe) != Logs::write(Recipe { seed: 8, ..recipe }));
    }
}

#[test]
fn lines_and_bytes_are_exact() {
    for profile in [Profile::Mixed, Profile::Handshakes] {
        for lines in [0, 1, 2, 999, 20_000] {
            let logs = Logs::write(Recipe { lines, seed: 3, profile, format: Format::Main });
            let input = &logs.truth.input;
            assert_eq!(input.lines, lines);
            assert_eq!(input.parsed + input.malformed + input.ambiguous + input.blank, lines);
            for (source, text) in input.sources.iter().zip([&logs.edge, &logs.inner]) {
                assert_eq!(source.bytes, text.len() as u64);
                assert_eq!(source.lines, text.lines().count() as u64);
            }
        }
    }
}

#[test]
fn handshakes_are_fresh_and_at_the_edge_only() {
    let recipe = Recipe {
        lines: 2_000,
        seed: 5,
        profile: Profile::Handshakes,
        format: Format::UpstreamlogKey,
    };
    let logs = Logs::write(recipe);
    assert_eq!(logs.inner, "");
    assert_eq!(logs.truth.handshakes.distinct_keys, 2_000);
    assert_eq!(logs.truth.handshakes.keys_seen_more_than_once, 0);
}

#[test]
fn lines_are_in_the_order_of_their_end() {
    let logs = Logs::write(mixed(Format::UpstreamlogKey));
    for text in [&logs.edge, &logs.inner] {
        assert!(entries(text).map(|entry| entry.msec).is_sorted());
    }
}

#[test]
fn truth_is_what_a_naive_reader_counts() {
    let logs = Logs::write(mixed(Format::UpstreamlogKey));
    let counted = Recount::of(&logs);
    assert_eq!(rows(&logs.truth), counted.requests);
    assert_eq!(logs.truth.requests.total, counted.requests.values().sum::<u64>());
    assert_eq!(sighting_rows(&logs.truth), counted.sightings);
    assert_eq!(fates_by_remote_addr(&logs.truth), counted.by_remote_addr);
    assert_eq!(fates_by_vantage(&logs.truth), counted.by_vantage);
    let keys = &counted.keys;
    assert_eq!(logs.truth.handshakes.distinct_keys, keys.len() as u64);
    let repeated = keys.values().filter(|&&sightings| sightings > 1).count() as u64;
    assert_eq!(logs.truth.handshakes.keys_seen_more_than_once, repeated);
    assert_eq!(logs.truth.sightings.by_rule.key, keys.values().sum::<u64>());
}

#[test]
fn without_a_key_handshakes_are_inferred_from_paths_with_a_101() {
    let logs = Logs::write(mixed(Format::Upstreamlog));
    let lines = || [&logs.edge, &logs.inner].into_iter().flat_map(|text| entries(text));
    let paths: BTreeSet<&str> =
        lines().filter(|entry| entry.status == "101").map(|entry| entry.path()).collect();
    let inferred =
        lines().filter(|entry| entry.is_candidate() && paths.contains(entry.path())).count();
    let by_rule = &logs.truth.sightings.by_rule;
    assert_eq!(by_rule.path, inferred as u64);
    assert_eq!(by_rule.status, lines().filter(|entry| entry.status == "101").count() as u64);
    assert!(by_rule.path > 0 && by_rule.status > 0);
}

fn mixed(format: Format) -> Recipe {
    Recipe { lines: 20_000, seed: 11, profile: Profile::Mixed, format }
}

#[derive(PartialEq)]
struct Logs {
    edge: String,
    inner: String,
    truth: Truth,
}

impl Logs {
    fn write(recipe: Recipe) -> Self {
        let (mut edge, mut inner) = (Vec::new(), Vec::new());
        let truth = generate(&recipe, &mut edge, &mut inner).expect("a Vec takes any bytes");
        let text = |bytes| String::from_utf8(bytes).expect("lines are ASCII");
        Self { edge: text(edge), inner: text(inner), truth }
    }
}

/// The fields of an `upstreamlog` line that the tests ask for.
struct Line<'a> {
    remote_addr: &'a str,
    server_name: &'a str,
    request: &'a str,
    msec: &'a str,
    request_time: f64,
    status: &'a str,
    key: &'a str,
}

fn entries(text: &str) -> impl Iterator<Item = Line<'_>> {
    text.lines().filter_map(Line::read)
}

impl<'a> Line<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let (head, rest) = line.split_once(" to: ")?;
        let (front, rest) = rest.split_once(" upstream_response_time ")?;
        let (_, rest) = rest.split_once(" msec ")?;
        let (msec, rest) = rest.split_once(" request_time ")?;
        let (request_time, rest) = rest.split_once(" status ")?;
        let (status, client) = rest.split_once(" client - ")?;
        Some(Self {
            remote_addr: head.split(' ').nth(2)?,
            server_name: head.rsplit(' ').next()?,
            // Upstreams end in a colon, unless it stands between two spaces.
            request: front.replacen(" : ", "_:_", 1).find(": ").map(|at| &front[at + 2..])?,
            msec,
            request_time: request_time.parse().ok()?,
            status,
            key: client.rsplit(' ').next()?,
        })
    }

    fn protocol(&self) -> &'a str {
        let last = self.request.rsplit(' ').next().unwrap_or("");
        match last {
            "HTTP/1.0" | "HTTP/1.1" | "HTTP/2.0" => last,
            _ if self.request.starts_with("GET ") && self.status == "200" => "HTTP/0.9",
            _ => "-",
        }
    }

    fn status_number(&self) -> u16 {
        self.status.parse().expect("three digits")
    }

    fn path(&self) -> &'a str {
        let uri = self.request.split(' ').nth(1).unwrap_or("");
        uri.split('?').next().unwrap_or("")
    }

    fn is_candidate(&self) -> bool {
        let failed = ["400", "403", "404", "426", "499"].contains(&self.status);
        self.request.starts_with("GET ")
            && !self.request.contains("transport=polling")
            && self.protocol().starts_with("HTTP/")
            && (failed || self.status.starts_with('5'))
    }
}

type ByProtocolStatus<N> = BTreeMap<(String, u16), N>;

#[derive(Default)]
struct Recount {
    requests: ByProtocolStatus<u64>,
    /// Count, and how many of them near the mark.
    sightings: ByProtocolStatus<(u64, u64)>,
    by_remote_addr: BTreeMap<String, Fates>,
    by_vantage: BTreeMap<String, Fates>,
    keys: BTreeMap<String, u64>,
}

impl Recount {
    fn of(logs: &Logs) -> Self {
        let mut counted = Self::default();
        for line in [&logs.edge, &logs.inner].into_iter().flat_map(|text| entries(text)) {
            let row = (line.protocol().to_owned(), line.status_number());
            *counted.requests.entry(row).or_default() += 1;
            if line.key != "-" {
                counted.add_sighting(&line);
            }
        }
        counted
    }

    fn add_sighting(&mut self, line: &Line<'_>) {
        let row = (line.protocol().to_owned(), line.status_number());
        let near_mark = u64::from(is_near_mark(line));
        let (count, near) = self.sightings.entry(row).or_default();
        *count += 1;
        *near += near_mark;
        add(self.by_remote_addr.entry(line.remote_addr.to_owned()).or_default(), line, near_mark);
        add(self.by_vantage.entry(line.server_name.to_owned()).or_default(), line, near_mark);
        *self.keys.entry(line.key.to_owned()).or_default() += 1;
    }
}

fn is_near_mark(line: &Line<'_>) -> bool {
    // The slack is for the floating point: times are whole milliseconds.
    line.status != "101" && (line.request_time - 60.0).abs() < 1.000_5
}

fn add(fates: &mut Fates, line: &Line<'_>, near_mark: u64) {
    let established = u64::from(line.status == "101");
    fates.total += 1;
    fates.http10 += u64::from(line.protocol() == "HTTP/1.0");
    fates.established += established;
    fates.failed += 1 - established;
    fates.near_mark += near_mark;
}

fn rows(truth: &Truth) -> ByProtocolStatus<u64> {
    let rows = &truth.requests.by_protocol_status;
    rows.iter().map(|row| ((row.protocol.clone(), row.status), row.count)).collect()
}

fn sighting_rows(truth: &Truth) -> ByProtocolStatus<(u64, u64)> {
    let rows = &truth.sightings.by_protocol_status;
    rows.iter()
        .map(|row| ((row.protocol.clone(), row.status), (row.count, row.near_mark)))
        .collect()
}

fn fates_by_remote_addr(truth: &Truth) -> BTreeMap<String, Fates> {
    let rows = &truth.sightings.by_remote_addr;
    rows.iter().map(|row| (row.remote_addr.clone(), row.fates.clone())).collect()
}

fn fates_by_vantage(truth: &Truth) -> BTreeMap<String, Fates> {
    let rows = &truth.sightings.by_vantage;
    rows.iter().map(|row| (row.vantage.clone(), row.fates.clone())).collect()
}
