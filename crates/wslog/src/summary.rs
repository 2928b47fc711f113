//! A whole [`Partial`] becomes an [`Analysis`]: numbers become names, bytes become line numbers,
//! tables get their order.

pub(crate) mod paths;

use std::collections::{BTreeMap, HashMap, HashSet};

use wslog_parse::VariableSet;

use crate::accepts::Accepts;
use crate::analysis::{
    AcceptCounts, Analysis, ByRule, CellRow, Downgrades, FormatLines, Handshakes, InputSummary,
    LocatedRow, MalformedReason, NodeRow, RejectedLine, RemoteAddrRow, RequestRow, Requests,
    SightingExample, SightingRow, Sightings, Source, Totals, VantageRow,
};
use crate::capability::Capability;
use crate::correlation::located::locate;
use crate::correlation::route::{Hop, Route};
use crate::correlation::{Needed, Tally};
use crate::counts::Counts;
use crate::diagnosis::{Correlated, Facts, Finding, diagnose};
use crate::error::{FirstMismatch, Problem, ProblemKind};
use crate::error_log::{ErrorLogSummary, Joined};
use crate::few::Few;
use crate::input::compression::Compression;
use crate::input::feed::SourceInfo;
use crate::input::source::SourceFormats;
use crate::keys::Keys;
use crate::names::readable;
use crate::options::Options;
use crate::partial::{Partial, Rejected, SourcePart};
use crate::sighting::{Position, Sighting};
use crate::vantage_names::vantage_names;
use crate::websocket::outcome::Outcome;

/// The name of the one format that error logs have.
const ERROR_LOG: &str = "error_log";

/// Version of the JSON report's structure.
const SCHEMA_VERSION: u32 = 1;

/// Sums up everything read from these sources. The partial's sightings are let go.
pub(crate) fn summarise(
    mut partial: Partial,
    sources: &[SourceInfo],
    options: &Options,
) -> Analysis {
    partial.make_room_for(sources.len());
    let sightings = partial.store.sightings();
    let joined = Joined::new(&partial.error_log, &partial.directory, sightings);
    let keys = Keys::count(std::mem::take(&mut partial.store), &partial.directory, options.mark);
    let has_error_log = sources.iter().any(SourceInfo::is_error_log);
    Analysis {
        error_log: has_error_log.then(|| ErrorLogSummary::of(&partial.error_log, &joined)),
        ..summarise_with(&partial, &keys, sources, options)
    }
}

/// The same, where the keys have been counted, and nothing is said of error logs. There is a part of each
/// source.
pub(crate) fn summarise_with(
    partial: &Partial,
    keys: &Keys,
    sources: &[SourceInfo],
    options: &Options,
) -> Analysis {
    let mut counts = partial.counts.clone();
    for candidates in partial.paths.sightings() {
        counts.absorb_candidates(candidates);
    }
    let names = Names::new(partial, sources, &keys.split_names);
    let input = input(partial, sources, &names, options);
    let requests = requests(&counts, partial.sources.iter().map(SourcePart::requests).sum());
    let formats = formats(partial);
    let route = names.route(keys);
    let located = |needed| located(locate(&keys.correlation, needed, &route), &names);
    let correlated = Correlated {
        accepts: accepts(&partial.accepts, &names),
        located: located(Needed::Protocol),
        keys_reused: keys.correlation.reuse.keys,
        reused_examples: reused_examples(keys, &names),
    };
    let Judged { sightings, downgrades, findings } =
        judge(&counts, (&input, &formats), &correlated, &names, options);
    let handshakes = Handshakes {
        paths: paths::paths(&counts, keys, &route, &names),
        upgrade_lost: located(Needed::Upgrade),
        ..keys.handshakes(&counts, &sightings)
    };
    Analysis {
        schema_version: SCHEMA_VERSION,
        wslog_version: env!("CARGO_PKG_VERSION"),
        findings,
        problems: problems(partial, sources, &names),
        mark: options.mark,
        handshakes,
        input,
        requests,
        sightings,
        downgrades,
        accepts: correlated.accepts,
        error_log: None,
    }
}

/// What is said of sightings.
pub(crate) struct Judged {
    pub(crate) sightings: Sightings,
    pub(crate) downgrades: Downgrades,
    pub(crate) findings: Vec<Finding>,
}

/// Judges what was counted of these lines.
pub(crate) fn judge(
    counts: &Counts,
    (input, formats): (&InputSummary, &[(VariableSet, u64)]),
    correlated: &Correlated,
    names: &Names<'_>,
    options: &Options,
) -> Judged {
    let sightings = sightings(counts, names);
    let downgrades = downgrades(counts, &sightings, correlated.located.clone(), names);
    let findings = diagnose(&Facts {
        input,
        formats,
        sightings: &sightings,
        downgrades: &downgrades,
        correlated,
        mark: options.mark,
        failed_downgrades: counts.downgraded.failed(),
    });
    Judged { sightings, downgrades, findings }
}

/// Line numbers, from the stretches' line counts.
struct Places<'a> {
    sources: &'a [SourceInfo],
    /// For each source its stretches' first bytes, with the number of lines before each.
    stretches: Vec<Vec<(u64, u64)>>,
}

impl<'a> Places<'a> {
    fn new(partial: &Partial, sources: &'a [SourceInfo]) -> Places<'a> {
        let before = |source: &SourcePart| {
            let mut stretches = source.stretches.clone();
            stretches.sort_unstable();
            let mut lines = 0;
            let starts = stretches.into_iter().map(|(start, count)| {
                let before = lines;
                lines += u64::from(count);
                (start, before)
            });
            starts.collect()
        };
        Places { sources, stretches: partial.sources.iter().map(before).collect() }
    }

    fn source(&self, position: Position) -> String {
        let source = self.sources.get(usize::from(position.source));
        source.map_or_else(String::new, |source| source.name.clone())
    }

    /// The line's number, from 1; 0 in a capture.
    fn line(&self, position: Position, lines_before: u32) -> u64 {
        if self.sources.get(usize::from(position.source)).is_some_and(SourceInfo::is_capture) {
            return 0;
        }
        let source = usize::from(position.source);
        let stretches = self.stretches.get(source).map_or(&[][..], Vec::as_slice);
        let next = stretches.partition_point(|(start, _)| *start <= position.byte);
        let before = next.checked_sub(1).and_then(|stretch| stretches.get(stretch));
        before.map_or(0, |(_, lines)| *lines) + u64::from(lines_before) + 1
    }
}

/// The texts that reports show for numbers.
pub(crate) struct Names<'a> {
    partial: &'a Partial,
    vantages: Vec<String>,
    places: Places<'a>,
}

impl<'a> Names<'a> {
    /// The names under `split_names` are those of several vantage points.
    pub(crate) fn new(
        partial: &'a Partial,
        sources: &'a [SourceInfo],
        split_names: &HashSet<u32>,
    ) -> Names<'a> {
        let vantages = vantage_names(&partial.directory, sources, split_names);
        Names { partial, vantages, places: Places::new(partial, sources) }
    }

    pub(crate) fn vantage(&self, vantage: u32) -> String {
        let name = usize::try_from(vantage).ok().and_then(|vantage| self.vantages.get(vantage));
        name.cloned().unwrap_or_default()
    }

    /// The last upstream server that a sighting was sent on to.
    pub(crate) fn upstream(&self, sighting: &Sighting) -> String {
        self.node(self.partial.directory.way_of(sighting.way()).upstream)
    }

    fn node(&self, node: u32) -> String {
        readable(self.partial.directory.names.text(node))
    }

    /// The order of the vantage points.
    pub(crate) fn route(&self, keys: &Keys) -> Route {
        let directory = &self.partial.directory;
        Route::of(&keys.correlation, directory, &keys.split_names, &self.vantages)
    }

    /// The source and the number of a line.
    pub(crate) fn place(&self, position: Position, lines_before: u32) -> (String, u64) {
        (self.places.source(position), self.places.line(position, lines_before))
    }

    /// A sighting as reports show it.
    pub(crate) fn example(&self, sighting: &Sighting) -> SightingExample {
        let position = sighting.position();
        let way = self.partial.directory.way_of(sighting.way());
        SightingExample {
            source: self.places.source(position),
            line: self.places.line(position, sighting.lines_before()),
            byte: position.byte,
            key: sighting.key(),
            remote_addr: self.node(way.node),
            vantage: self.vantage(way.vantage),
            protocol: sighting.protocol(),
            status: sighting.status(),
            request_time: sighting.request_time(),
            started_at: sighting.started_at(),
            logged_at: sighting.logged_at(),
        }
    }
}

fn sightings(counts: &Counts, names: &Names<'_>) -> Sightings {
    let cells = cells(counts, names);
    let mut by_protocol_status = BTreeMap::new();
    let mut by_remote_addr = BTreeMap::new();
    let mut by_vantage = BTreeMap::new();
    let mut nodes = BTreeMap::new();
    let mut total = Totals::default();
    for cell in &cells {
        let (count, near_mark) =
            by_protocol_status.entry((cell.protocol, cell.status)).or_insert((0, 0));
        *count += cell.count;
        *near_mark += cell.near_mark;
        let totals = |totals: &mut Totals| totals.add(cell);
        totals(by_remote_addr.entry(cell.remote_addr.clone()).or_default());
        totals(by_vantage.entry(cell.vantage.clone()).or_default());
        totals(nodes.entry((cell.vantage.clone(), cell.remote_addr.clone())).or_default());
        totals(&mut total);
    }
    let [key, upgrade, status, path] = counts.by_rule;
    Sightings {
        total: total.total,
        by_rule: ByRule { key, upgrade, status, path },
        paths_lost: names.partial.paths.is_lossy(),
        by_protocol_status: by_protocol_status
            .into_iter()
            .map(|((protocol, status), (count, near_mark))| SightingRow {
                protocol,
                status,
                outcome: Outcome::of(status),
                count,
                near_mark,
            })
            .collect(),
        by_remote_addr: by_remote_addr
            .into_iter()
            .map(|(remote_addr, totals)| RemoteAddrRow { remote_addr, totals })
            .collect(),
        by_vantage: by_vantage
            .into_iter()
            .map(|(vantage, totals)| VantageRow { vantage, totals })
            .collect(),
        nodes: nodes
            .into_iter()
            .map(|((vantage, remote_addr), totals)| NodeRow { vantage, remote_addr, totals })
            .collect(),
        cells,
    }
}

/// The cells under their names. Vantage points that turned out to be one are one.
fn cells(counts: &Counts, names: &Names<'_>) -> Vec<CellRow> {
    let mut merged: HashMap<_, (u64, u64)> = HashMap::new();
    for (cell, tally) in counts.cells.iter() {
        let way = names.partial.directory.way_of(cell.way);
        let key = (names.vantage(way.vantage), names.node(way.node), cell.protocol, cell.status);
        let (count, near_mark) = merged.entry(key).or_default();
        *count += tally.count;
        *near_mark += tally.near_mark;
    }
    let mut rows: Vec<_> = merged.into_iter().collect();
    rows.sort_unstable();
    let row = |((vantage, remote_addr, protocol, status), (count, near_mark))| CellRow {
        vantage,
        remote_addr,
        protocol,
        status,
        count,
        near_mark,
    };
    rows.into_iter().map(row).collect()
}

/// Where proven losses happen, by the names of the hops.
fn located(located: BTreeMap<Option<Hop>, Tally>, names: &Names<'_>) -> Vec<LocatedRow> {
    let row = |(hop, tally): (Option<Hop>, Tally)| LocatedRow {
        after: hop.map(|hop| names.vantage(hop.after)),
        before: hop.map(|hop| names.vantage(hop.before)),
        count: tally.count,
        failed: tally.failed,
        near_mark: tally.near_mark,
    };
    let mut rows: Vec<_> = located.into_iter().map(row).collect();
    rows.sort_by(|one, other| (&one.before, &one.after).cmp(&(&other.before, &other.after)));
    rows
}

fn downgrades(
    counts: &Counts,
    sightings: &Sightings,
    located: Vec<LocatedRow>,
    names: &Names<'_>,
) -> Downgrades {
    let mut totals = Totals::default();
    let http10 = |cell: &&CellRow| cell.protocol == wslog_parse::Protocol::HTTP_10;
    sightings.cells.iter().filter(http10).for_each(|cell| totals.add(cell));
    let mut examples: Vec<_> = counts.downgraded.examples().collect();
    examples.sort_unstable_by_key(|sighting| sighting.position());
    Downgrades {
        total: totals.total,
        failed: totals.failed,
        near_mark: totals.near_mark,
        proven: located.iter().map(|row| row.count).sum(),
        located,
        examples: examples.into_iter().map(|sighting| names.example(sighting)).collect(),
    }
}

/// Most sightings of keys that were reused.
const MOST_EXAMPLES: usize = 10;

fn reused_examples(keys: &Keys, names: &Names<'_>) -> Vec<SightingExample> {
    let examples = keys.correlation.reuse.examples().take(MOST_EXAMPLES);
    examples.map(|sighting| names.example(sighting)).collect()
}

fn accepts(accepts: &Accepts, names: &Names<'_>) -> AcceptCounts {
    AcceptCounts {
        verified: accepts.verified,
        missing: accepts.missing,
        mismatched: accepts.mismatched,
        examples: accepts.examples().map(|sighting| names.example(sighting)).collect(),
    }
}

fn requests(counts: &Counts, total: u64) -> Requests {
    let row = |(protocol, status, count)| RequestRow { protocol, status, count };
    Requests { total, by_protocol_status: counts.requests.iter().map(row).collect() }
}

/// What was read.
pub(crate) fn input(
    partial: &Partial,
    sources: &[SourceInfo],
    names: &Names<'_>,
    options: &Options,
) -> InputSummary {
    let places = &names.places;
    let mut summary = InputSummary {
        period: options.period,
        capabilities: capabilities(&formats(partial)),
        first_started_at: partial.extent.first_started_at(),
        last_logged_at: partial.extent.last_logged_at(),
        contested: partial.contested,
        ..InputSummary::default()
    };
    for (part, info) in partial.sources.iter().zip(sources) {
        let source = source(part, info);
        summary.lines += source.lines;
        summary.parsed += source.parsed;
        summary.malformed += source.malformed;
        summary.ambiguous += source.ambiguous;
        summary.blank += source.blank;
        summary.outside_period += part.outside;
        summary.sources.push(source);
    }
    summary.malformed_reasons = reasons(&partial.sources, places);
    let examples = |of: fn(&SourcePart) -> &Few<Position, Rejected>| {
        let all = partial.sources.iter().flat_map(|part| of(part).iter());
        all.take(10).map(|rejected| rejected_line(rejected, places)).collect()
    };
    summary.malformed_examples = examples(|part| &part.malformed_examples);
    summary.ambiguous_examples = examples(|part| &part.ambiguous_examples);
    summary
}

/// The reasons of all sources together, those of most lines first.
fn reasons(parts: &[SourcePart], places: &Places<'_>) -> Vec<MalformedReason> {
    let mut reasons: BTreeMap<&str, MalformedReason> = BTreeMap::new();
    for (expected, reason) in parts.iter().flat_map(|part| &part.reasons) {
        let first = || MalformedReason {
            expected: expected.clone(),
            count: 0,
            first: rejected_line(&reason.first, places),
        };
        reasons.entry(expected).or_insert_with(first).count += reason.count;
    }
    let mut reasons: Vec<_> = reasons.into_values().collect();
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.count));
    reasons
}

fn source(part: &SourcePart, info: &SourceInfo) -> Source {
    let names = info.formats().into_iter().flat_map(SourceFormats::numbered_names);
    let counted = names.zip(part.parsed.iter()).filter(|(_, (_, lines))| *lines > 0);
    let mut formats: Vec<_> =
        counted.map(|(name, &(_, lines))| FormatLines { name: name.to_owned(), lines }).collect();
    formats.sort_by(|one, other| one.name.cmp(&other.name));
    if part.error_lines > 0 {
        formats.push(FormatLines { name: ERROR_LOG.to_owned(), lines: part.error_lines });
    }
    Source {
        path: info.name.clone(),
        formats,
        compression: info.compression.map(Compression::name),
        capture: info.captured(),
        is_error_log: info.is_error_log(),
        bytes: part.bytes,
        lines: part.lines(),
        parsed: part.parsed_lines(),
        malformed: part.malformed,
        ambiguous: part.ambiguous,
        blank: part.blank,
    }
}

/// The variables that parsed lines show, with how many lines show them.
pub(crate) fn formats(partial: &Partial) -> Vec<(VariableSet, u64)> {
    partial.sources.iter().flat_map(|source| source.parsed.iter().copied()).collect()
}

/// What at least one parsed line gives.
pub(crate) fn capabilities(formats: &[(VariableSet, u64)]) -> Vec<&'static str> {
    let shown = formats.iter().fold(VariableSet::default(), |all, (set, _)| all.union(*set));
    let given = Capability::ALL.iter().filter(|capability| capability.is_given_by(shown));
    given.map(|capability| capability.name()).collect()
}

fn rejected_line(rejected: &Rejected, places: &Places<'_>) -> RejectedLine {
    RejectedLine {
        source: places.source(rejected.position),
        line: places.line(rejected.position, rejected.lines_before),
        byte: rejected.position.byte,
        column: rejected.column,
        expected: rejected.expected.clone(),
        found: rejected.found.clone(),
    }
}

/// What the caller must know about each source, in the order of their names.
pub(crate) fn problems(
    partial: &Partial,
    sources: &[SourceInfo],
    names: &Names<'_>,
) -> Vec<Problem> {
    let places = &names.places;
    let mut problems = Vec::new();
    for (part, info) in partial.sources.iter().zip(sources) {
        let mut tell = |kind| problems.push(Problem { source: info.name.clone(), kind });
        if let Some(error) = &info.error {
            tell(ProblemKind::Unreadable(error.to_string()));
        }
        if let Some(capture) = info.captured() {
            if !capture.undecoded.is_empty() {
                tell(ProblemKind::Undecoded(capture.undecoded));
            }
            continue;
        }
        if info.error.is_some() {
            // That says it all.
        } else if part.bytes == 0 {
            tell(ProblemKind::Empty);
        } else if part.blank == part.lines() {
            tell(ProblemKind::Blank);
        }
        if part.untimed > 0 {
            tell(ProblemKind::Untimed(part.untimed));
        }
        if !info.is_error_log() && part.ambiguous * 2 > part.lines() - part.blank {
            tell(ProblemKind::Undecided { ambiguous: part.ambiguous, lines: part.lines() });
        }
        // An error log is known by its lines; others, such as the traces of a module, are no mistake.
        let is_wrong = !info.is_error_log() && part.malformed * 2 > part.lines() - part.blank;
        if is_wrong {
            let first = part.malformed_examples.iter().next();
            let formats = info.formats().into_iter().flat_map(SourceFormats::names);
            tell(ProblemKind::WrongFormat {
                parsed: part.parsed_lines(),
                malformed: part.malformed,
                lines: part.lines(),
                detected: info.formats().is_none_or(SourceFormats::is_detected),
                formats: formats.map(str::to_owned).collect(),
                first: first.map(|rejected| FirstMismatch {
                    line: places.line(rejected.position, rejected.lines_before),
                    column: rejected.column,
                    expected: rejected.expected.clone(),
                    found: rejected.found.clone(),
                    text: rejected.text.clone(),
                }),
            });
        }
    }
    problems
}
