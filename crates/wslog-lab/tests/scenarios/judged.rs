//! What wslog says of a run's logs and capture is what happened, and where it cannot know, it says
//! nothing wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use wslog::parse::{LogFormat, NamedFormat, WebSocketKey};
use wslog::{Analysis, Analyzer, Gathered, LocatedRow, Loss, LossKind, Options, Trace, Wanted};
use wslog_lab::client::Attempt;
use wslog_lab::scenario::Run;
use wslog_lab::topology::StoppedHop;

/// Formats that show the key, and whether they tell addresses: what each nginx is called, and where it
/// sends requests.
const FORMATS: [(&str, bool); 5] = [
    ("upstreamlog_key", true),
    ("websocket", true),
    ("json_ws", true),
    ("main_ws_server", false),
    ("main_ws", false),
];

/// Formats that show `Upgrade`.
const WITH_UPGRADE: [&str; 3] = ["websocket", "json_ws", "main_ws_server"];

/// Where a request was seen: at the client's side, or at a hop.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Seen {
    place: String,
    protocol: String,
    has_upgrade: bool,
    status: u16,
}

/// The place of what left the client.
const CLIENT: &str = "client.pcap";

pub(crate) fn check(run: &Run) {
    let attempts = run.truth().attempts.iter();
    let attempts: Vec<_> = attempts.filter(|attempt| !attempt.key.is_empty()).collect();
    for (format, has_addresses) in FORMATS {
        let judged = Judged::of(run, format, &attempts);
        for attempt in &attempts {
            judged.check_trace(attempt, has_addresses);
        }
        judged.check_report(&attempts, has_addresses);
    }
}

struct Judged<'a> {
    run: &'a Run,
    format: &'static str,
    analysis: Analysis,
    traces: BTreeMap<String, Trace>,
}

/// A loss between two places, as the hops know it.
type Hop = (String, String);

impl<'a> Judged<'a> {
    fn of(run: &'a Run, format: &'static str, attempts: &[&Attempt]) -> Judged<'a> {
        let key = |attempt: &&Attempt| WebSocketKey::parse(attempt.key.as_bytes()).unwrap();
        let keys = Wanted::Keys(attempts.iter().map(key).collect());
        let tracing = gather(run, format).trace(&keys);
        assert!(tracing.missing.is_empty(), "{format}: {:?}", tracing.missing);
        let traces = tracing.traces.into_iter().map(|trace| (trace.key.to_string(), trace));
        Judged { run, format, analysis: gather(run, format).analysis(), traces: traces.collect() }
    }

    /// Everywhere it was seen, in an order that is true as far as it is said to be known, and where it
    /// lost what it lost.
    fn check_trace(&self, attempt: &Attempt, has_addresses: bool) {
        let Judged { format, .. } = self;
        let trace = &self.traces[&attempt.key];
        let mut told: Vec<Seen> = trace.sightings.iter().map(|it| self.seen(it)).collect();
        let truth = self.truth(attempt);
        let place = |seen: &Seen| truth.iter().position(|it| it.place == seen.place).unwrap();
        for (here, sighting) in trace.sightings.iter().enumerate() {
            let in_front = |front: usize| place(&told[front]) < place(&told[here]);
            assert!(sighting.behind.is_none_or(in_front), "{format}: {trace:#?}");
            let is_next = here == 0 || sighting.behind == Some(here - 1);
            assert!(is_next || !has_addresses, "{format}: {trace:#?}");
        }
        told.sort_by_key(place);
        assert_eq!(told, truth, "{format}");
        assert_eq!(trace.requests, 1, "{format}: {trace:#?}");
        let http11 = |seen: &Seen| seen.protocol != "HTTP/1.0";
        self.check_loss(trace.downgrade.as_ref(), &lost(&truth, http11), has_addresses);
        if WITH_UPGRADE.contains(format) {
            let upgrade = |seen: &Seen| seen.has_upgrade;
            self.check_loss(trace.upgrade_lost.as_ref(), &lost(&truth, upgrade), has_addresses);
        }
    }

    /// A loss is told if there is one, and at the hop where it was, or at none.
    fn check_loss(&self, told: Option<&Loss>, truth: &[(Option<Hop>, String)], is_known: bool) {
        let Judged { format, .. } = self;
        let Some(loss) = told else {
            assert!(truth.is_empty(), "{format}: not told: {truth:?}");
            return;
        };
        let places = |vantage: &str| self.places_of(vantage);
        match &loss.after {
            None => {
                assert!(
                    !is_known || truth.iter().all(|(hop, _)| hop.is_none()),
                    "{format}: {loss:?}"
                );
                let before = places(&loss.before);
                assert!(truth.iter().any(|(_, at)| before.contains(at)), "{format}: {loss:?}");
            }
            Some(after) => {
                assert_eq!(loss.kind, LossKind::Proven);
                let (after, before) = (places(after), places(&loss.before));
                let is_it = |(hop, _): &(Option<Hop>, String)| {
                    hop.as_ref()
                        .is_some_and(|(one, two)| after.contains(one) && before.contains(two))
                };
                assert!(truth.iter().any(is_it), "{format}: {loss:?} is not {truth:?}");
            }
        }
    }

    /// Its numbers are those of the truth.
    fn check_report(&self, attempts: &[&Attempt], is_known: bool) {
        let Judged { format, analysis, .. } = self;
        let truth: Vec<Vec<Seen>> = attempts.iter().map(|attempt| self.truth(attempt)).collect();
        let mut outcomes: BTreeMap<(String, u16), u64> = BTreeMap::new();
        for seen in truth.iter().flatten() {
            *outcomes.entry((seen.protocol.clone(), seen.status)).or_default() += 1;
        }
        let rows = analysis.sightings.by_protocol_status.iter();
        let told = rows.map(|row| ((row.protocol.to_string(), row.status.code()), row.count));
        assert_eq!(told.collect::<BTreeMap<_, _>>(), outcomes, "{format}");
        let paths: u64 = analysis.handshakes.paths.iter().map(|path| path.count).sum();
        assert_eq!(paths, attempts.len() as u64, "{format}");
        let http11 = |seen: &Seen| seen.protocol != "HTTP/1.0";
        self.check_located(&analysis.downgrades.located, &truth, http11, is_known);
        let located: u64 = analysis.downgrades.located.iter().map(|row| row.count).sum();
        assert_eq!(analysis.downgrades.proven, located, "{format}");
        if WITH_UPGRADE.contains(format) {
            let upgrade = |seen: &Seen| seen.has_upgrade;
            self.check_located(&analysis.handshakes.upgrade_lost, &truth, upgrade, is_known);
        }
    }

    /// Each row is a hop where that many lost it, those that were seen without it further on as well.
    fn check_located(
        &self,
        rows: &[LocatedRow],
        truth: &[Vec<Seen>],
        has: impl Fn(&Seen) -> bool,
        is_known: bool,
    ) {
        let Judged { format, .. } = self;
        let mut hops: BTreeMap<Hop, u64> = BTreeMap::new();
        // What a client never sent was lost at no hop.
        for hop in truth.iter().flat_map(|seen| lost(seen, &has)).filter_map(|(hop, _)| hop) {
            *hops.entry(hop).or_default() += 1;
        }
        for row in rows {
            let (Some(after), Some(before)) = (&row.after, &row.before) else { continue };
            let (after, before) = (self.places_of(after), self.places_of(before));
            let fits = hops
                .iter()
                .filter(|((one, two), _)| after.contains(one) && before.contains(two))
                .map(|(_, count)| *count);
            assert!(row.count <= fits.sum(), "{format}: {row:?} is not among {hops:?}");
        }
        if is_known {
            let told: u64 = rows.iter().map(|row| row.count).sum();
            assert_eq!(told, hops.values().sum::<u64>(), "{format}: {rows:?} are not {hops:?}");
            assert!(rows.iter().all(|row| row.after.is_some()), "{format}: {rows:?}");
        }
    }

    /// What was seen of an attempt: its own side first, then the hops in their order.
    fn truth(&self, attempt: &Attempt) -> Vec<Seen> {
        let shows_upgrade = WITH_UPGRADE.contains(&self.format);
        let sent = attempt.sent_head.to_ascii_lowercase();
        let client = Seen {
            place: CLIENT.to_owned(),
            protocol: attempt.protocol.clone(),
            has_upgrade: sent.windows(18).any(|bytes| bytes == b"upgrade: websocket"),
            status: attempt.status.unwrap_or(0),
        };
        let hops = attempt.sightings.iter().map(|sighting| Seen {
            place: sighting.hop.clone(),
            protocol: sighting.protocol.clone(),
            has_upgrade: shows_upgrade && sighting.upgrade.as_deref() == Some("websocket"),
            status: sighting.status,
        });
        [client].into_iter().chain(hops).collect()
    }

    fn seen(&self, sighting: &wslog::TracedSighting) -> Seen {
        Seen {
            place: self.place_of(&sighting.source),
            protocol: sighting.protocol.to_string(),
            has_upgrade: sighting.upgrade == wslog::parse::Upgrade::WebSocket,
            status: sighting.status.code(),
        }
    }

    /// Whose log or capture a source is.
    fn place_of(&self, source: &str) -> String {
        let path = PathBuf::from(source);
        let is_of = |hop: &&StoppedHop| path.starts_with(self.run.folder().join(hop.name()));
        let hop = self.run.hops().iter().find(is_of);
        hop.map_or_else(|| CLIENT.to_owned(), |hop| hop.name().to_owned())
    }

    /// Whose sightings go by this name.
    fn places_of(&self, vantage: &str) -> BTreeSet<String> {
        let sightings = self.traces.values().flat_map(|trace| &trace.sightings);
        let here = sightings.filter(|sighting| sighting.vantage == vantage);
        here.map(|sighting| self.place_of(&sighting.source)).collect()
    }
}

/// Every place where a request was seen without what it had at the client's, or never had, each with
/// the hop at which it was lost, if it ever had it: the last place that had it, the first that had
/// not.
fn lost(seen: &[Seen], has: impl Fn(&Seen) -> bool) -> Vec<(Option<Hop>, String)> {
    let mut hop: Option<Hop> = None;
    let mut last_with: Option<&Seen> = None;
    let mut losses = Vec::new();
    for one in seen {
        if has(one) {
            (last_with, hop) = (Some(one), None);
            continue;
        }
        if hop.is_none() {
            hop = last_with.map(|last| (last.place.clone(), one.place.clone()));
        }
        losses.push((hop.clone(), one.place.clone()));
    }
    losses
}

/// Where wslog does not know the format by its name, it is told.
fn gather(run: &Run, format: &str) -> Gathered {
    let told = || StoppedHop::log_format(format).map(|it| LogFormat::from_config(it).unwrap());
    let told = if NamedFormat::find(format).is_some() { None } else { told() };
    let mut analyzer = Analyzer::new(Options { format: told, ..Options::default() });
    for log in run.access_logs(format) {
        analyzer = analyzer.file(log.path());
    }
    analyzer.file(run.capture()).gather().unwrap()
}
