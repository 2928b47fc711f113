//! The numbers of an analysis as OpenMetrics text. Counters count since following began.
//!
//! | metric | what |
//! |---|---|
//! | `wslog_lines_total` | lines read |
//! | `wslog_malformed_lines_total` | lines that do not fit their format |
//! | `wslog_ambiguous_lines_total` | lines that could be read in several ways |
//! | `wslog_sightings_total{protocol,outcome}` | opening handshakes, at every place they were seen |
//! | `wslog_downgrades_total` | those at HTTP/1.0 |
//! | `wslog_near_mark_total` | those that failed near the mark |
//! | `wslog_node_sightings_total{vantage,remote_addr,protocol,outcome}` | those of 100 nodes, and of all others as `other` |
//! | `wslog_handshakes_evicted_total` | keys that were forgotten to bound memory |
//! | `wslog_findings{id,severity}` | 1 for each finding of the report |
//! | `wslog_last_logged_timestamp_seconds` | when the last request ended, if any line shows it |
//! | `wslog_lag_seconds` | how long ago that was; below 0 if the clocks disagree |
//!
//! Which texts become labels is up to strangers, so their number and length is bounded. A node that
//! once had series of its own keeps them, and one that was among the others stays there: a counter
//! must not fall.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, text};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::{Registry, Unit};
use wslog::parse::{Protocol, Timestamp};
use wslog::{Analysis, Finding, Outcome, Severity};

/// Most nodes that have series of their own.
const MOST_NODES: usize = 100;
/// Most characters of a label's value that a log can choose.
const LONGEST: usize = 128;
const OTHER: &str = "other";

/// Makes the text, and keeps in mind which nodes are told apart.
#[derive(Default)]
pub(super) struct Metrics {
    /// By vantage point and address.
    nodes: HashSet<[String; 2]>,
}

impl Metrics {
    pub(super) fn text(&mut self, analysis: &Analysis, now: SystemTime) -> String {
        self.admit(analysis);
        let mut registry = Registry::with_prefix("wslog");
        registry.register_collector(Box::new(Numbers::of(analysis, &self.nodes, now)));
        let mut to = String::new();
        // A string takes all that is written.
        let _ = text::encode(&mut to, &registry);
        to
    }

    /// While there is room nodes are told apart, those of most failures first.
    fn admit(&mut self, analysis: &Analysis) {
        if self.nodes.len() >= MOST_NODES {
            return;
        }
        let mut nodes: Vec<_> = analysis.sightings.nodes.iter().collect();
        nodes.sort_by_key(|node| std::cmp::Reverse((node.totals.failed, node.totals.total)));
        for node in nodes {
            if self.nodes.len() >= MOST_NODES {
                return;
            }
            self.nodes.insert([short(&node.vantage), short(&node.remote_addr)]);
        }
    }
}

fn short(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

/// The names and values of labels.
type Labels<const N: usize> = [(&'static str, String); N];

/// What the text is made of.
#[derive(Debug)]
struct Numbers {
    counters: [(&'static str, &'static str, u64); 6],
    sightings: BTreeMap<Labels<2>, u64>,
    node_sightings: BTreeMap<Labels<4>, u64>,
    findings: Vec<Labels<2>>,
    last_logged: Option<f64>,
    lag: Option<f64>,
}

impl Numbers {
    fn of(analysis: &Analysis, nodes: &HashSet<[String; 2]>, now: SystemTime) -> Numbers {
        let Analysis { input, sightings, downgrades, handshakes, findings, .. } = analysis;
        let near_mark = sightings.by_protocol_status.iter().map(|row| row.near_mark).sum();
        let mut by_outcome = BTreeMap::new();
        for row in &sightings.by_protocol_status {
            let labels = how(row.protocol, row.outcome);
            *by_outcome.entry(labels).or_default() += row.count;
        }
        let mut by_node = BTreeMap::new();
        for cell in &sightings.cells {
            let node = [short(&cell.vantage), short(&cell.remote_addr)];
            let node = if nodes.contains(&node) { node } else { [OTHER, OTHER].map(str::to_owned) };
            let [vantage, remote_addr] = node;
            let [protocol, outcome] = how(cell.protocol, Outcome::of(cell.status));
            let labels = [("vantage", vantage), ("remote_addr", remote_addr), protocol, outcome];
            *by_node.entry(labels).or_default() += cell.count;
        }
        let last_logged = input.last_logged_at.map(Timestamp::unix_millis);
        let lag = last_logged.map(|last| unix_millis(now).saturating_sub(last));
        Numbers {
            counters: [
                ("lines", "Lines read", input.lines),
                ("malformed_lines", "Lines that do not fit their format", input.malformed),
                ("ambiguous_lines", "Lines that could be read in several ways", input.ambiguous),
                ("downgrades", "Opening handshakes seen at HTTP/1.0", downgrades.total),
                ("near_mark", "Opening handshakes that failed near the mark", near_mark),
                (
                    "handshakes_evicted",
                    "Keys of handshakes that were forgotten to bound memory",
                    handshakes.evicted,
                ),
            ],
            sightings: by_outcome,
            node_sightings: by_node,
            findings: findings.iter().map(finding).collect(),
            last_logged: last_logged.map(seconds),
            lag: lag.map(seconds),
        }
    }
}

fn how(protocol: Protocol, outcome: Outcome) -> Labels<2> {
    let name = protocol.to_string();
    // A client can claim any version.
    let name = match name.as_str() {
        "-" | "HTTP/0.9" | "HTTP/1.0" | "HTTP/1.1" | "HTTP/2.0" | "HTTP/3.0" => name,
        _ => OTHER.to_owned(),
    };
    [("protocol", name), ("outcome", outcome.name().to_owned())]
}

fn finding(finding: &Finding) -> Labels<2> {
    let severity = match finding.severity {
        Severity::Critical => "critical",
        Severity::Warning => "warning",
        Severity::Info => "info",
    };
    [("id", finding.id.to_owned()), ("severity", severity.to_owned())]
}

fn unix_millis(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn seconds(millis: i64) -> f64 {
    let seconds = Duration::from_millis(millis.unsigned_abs()).as_secs_f64();
    if millis < 0 { -seconds } else { seconds }
}

impl Collector for Numbers {
    fn encode(&self, mut to: DescriptorEncoder<'_>) -> fmt::Result {
        for (name, help, value) in self.counters {
            one(&mut to, name, help, None, &ConstCounter::new(value))?;
        }
        let help = "Opening handshakes, at every place they were seen";
        let sightings = self.sightings.iter().map(|(labels, count)| (labels, *count));
        family(&mut to, "sightings", help, sightings, ConstCounter::new)?;
        let help = "Opening handshakes by vantage point and who connected";
        let sightings = self.node_sightings.iter().map(|(labels, count)| (labels, *count));
        family(&mut to, "node_sightings", help, sightings, ConstCounter::new)?;
        let findings = self.findings.iter().map(|labels| (labels, 1));
        family(&mut to, "findings", "Findings of the report", findings, |_| ConstGauge::new(1))?;
        let help = "When the last request ended";
        gauge(&mut to, "last_logged_timestamp", help, self.last_logged)?;
        gauge(&mut to, "lag", "How long ago the last request ended", self.lag)
    }
}

fn one(
    to: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    unit: Option<&Unit>,
    metric: &impl EncodeMetric,
) -> fmt::Result {
    metric.encode(to.encode_descriptor(name, help, unit, metric.metric_type())?)
}

/// A number of seconds, if it is known.
fn gauge(
    to: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    value: Option<f64>,
) -> fmt::Result {
    let Some(value) = value else { return Ok(()) };
    one(to, name, help, Some(&Unit::Seconds), &ConstGauge::new(value))
}

fn family<'a, const N: usize, M: EncodeMetric>(
    to: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    rows: impl Iterator<Item = (&'a Labels<N>, u64)>,
    metric: impl Fn(u64) -> M,
) -> fmt::Result {
    let kind = metric(0).metric_type();
    let mut to = to.encode_descriptor(name, help, None, kind)?;
    for (labels, count) in rows {
        metric(count).encode(to.encode_family(labels)?)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use wslog::parse::Status;
    use wslog::{Analyzer, CellRow, NodeRow, Options, Totals};

    use super::*;

    fn analysis() -> Analysis {
        Analyzer::new(Options::default()).reader("empty.log", std::io::empty()).run().unwrap()
    }

    fn add(analysis: &mut Analysis, remote_addr: &str, protocol: Protocol, count: u64) {
        let status = Status::from_code(499).unwrap();
        let (vantage, remote_addr) = ("edge".to_owned(), remote_addr.to_owned());
        let totals = Totals { total: count, failed: count, ..Totals::default() };
        let node = NodeRow { vantage: vantage.clone(), remote_addr: remote_addr.clone(), totals };
        analysis.sightings.nodes.push(node);
        let cell = CellRow { vantage, remote_addr, protocol, status, count, near_mark: 0 };
        analysis.sightings.cells.push(cell);
    }

    /// The lines of nodes, and the sum of what they count.
    fn nodes(text: &str) -> (Vec<&str>, u64) {
        let lines = text.lines().filter(|line| line.starts_with("wslog_node_sightings_total{"));
        let lines: Vec<_> = lines.collect();
        let count = |line: &&str| line.rsplit_once(' ').unwrap().1.parse::<u64>().unwrap();
        let sum = lines.iter().map(count).sum();
        (lines, sum)
    }

    #[test]
    fn ok_what_is_not_known_is_not_told() {
        let text = Metrics::default().text(&analysis(), SystemTime::now());
        assert!(text.contains("\nwslog_lines_total 0\n"), "{text}");
        assert!(!text.contains("seconds") && !text.contains("total_total"), "{text}");
        assert!(text.ends_with("\n# EOF\n"), "{text}");
    }

    #[test]
    fn ok_the_lag_is_by_the_clock_and_may_be_negative() {
        let mut analysis = analysis();
        analysis.input.last_logged_at = Some(Timestamp::new(10_500, 480));
        for (now, lag) in [(12, "1.5"), (10, "-0.5")] {
            let now = UNIX_EPOCH + Duration::from_secs(now);
            let text = Metrics::default().text(&analysis, now);
            assert!(text.contains(&format!("\nwslog_lag_seconds {lag}\n")), "{text}");
            assert!(text.contains("\nwslog_last_logged_timestamp_seconds 10.5\n"), "{text}");
        }
    }

    #[test]
    fn ok_no_address_breaks_out_of_its_label() {
        let mut analysis = analysis();
        add(&mut analysis, "a\\\"b\n# EOF\nwslog_lines_total 7\"} 1", Protocol::HTTP_10, 1);
        add(&mut analysis, &"é".repeat(100_000), Protocol::HTTP_10, 1);
        let text = Metrics::default().text(&analysis, SystemTime::now());
        let label = r#"remote_addr="a\\\"b\n# EOF\nwslog_lines_total 7\"} 1",protocol="HTTP/1.0""#;
        assert!(text.contains(label), "{text}");
        assert_eq!(text.lines().filter(|line| *line == "# EOF").count(), 1);
        assert_eq!(nodes(&text).0.len(), 2);
        assert!(text.len() < 5_000, "{}", text.len());
    }

    #[test]
    fn ok_versions_that_do_not_exist_are_one() {
        let mut analysis = analysis();
        for index in 0..Protocol::COUNT {
            add(&mut analysis, "10.0.0.1", Protocol::from_index(index).unwrap(), 1);
        }
        let text = Metrics::default().text(&analysis, SystemTime::now());
        let (lines, sum) = nodes(&text);
        assert_eq!((lines.len(), sum), (7, 101), "{lines:?}");
        assert!(text.contains("protocol=\"other\",outcome=\"client_closed\"} 95\n"), "{text}");
    }

    #[test]
    fn ok_a_hundred_nodes_are_told_apart_and_no_counter_falls() {
        let mut analysis = analysis();
        for number in 1..=250 {
            add(&mut analysis, &format!("10.0.0.{number}"), Protocol::HTTP_10, number);
        }
        let mut metrics = Metrics::default();
        let text = metrics.text(&analysis, SystemTime::now());
        let (lines, sum) = nodes(&text);
        assert_eq!((lines.len(), sum), (101, 250 * 251 / 2));
        assert!(text.contains("remote_addr=\"10.0.0.151\""), "{text}");
        assert!(!text.contains("remote_addr=\"10.0.0.150\""), "{text}");
        let other = "{vantage=\"other\",remote_addr=\"other\",protocol=\"HTTP/1.0\",\
                     outcome=\"client_closed\"} ";
        assert!(text.contains(&format!("{other}{}\n", 150 * 151 / 2)), "{text}");

        // One of the others overtakes them all.
        add(&mut analysis, "10.0.0.1", Protocol::HTTP_10, 1_000);
        let text = metrics.text(&analysis, SystemTime::now());
        assert!(text.contains(&format!("{other}{}\n", 150 * 151 / 2 + 1_000)), "{text}");
        assert_eq!(nodes(&text).0.len(), 101);
    }
}
