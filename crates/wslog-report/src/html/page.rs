//! What the template fills in.

use serde::Serialize;
use wslog::{Analysis, Example, Finding};

use crate::html::charts::{Ages, Timeline};
use crate::html::nodes::Nodes;
use crate::html::outcomes::{Outcomes, present};
use crate::html::traces::Trace;
use crate::html::ways::{self, Way, ways};
use crate::html::{LIBRARY, SCRIPT, STYLE, cell, policy, shown};
use crate::tables::{self, MOST_ROWS, waits};
use crate::{Report, words};

/// Most lines that show a finding.
const MOST_EXAMPLES: usize = 10;

#[derive(Serialize)]
pub(super) struct Page {
    policy: String,
    style: &'static str,
    library: &'static str,
    script: &'static str,
    version: &'static str,
    headline: String,
    introduction: Vec<String>,
    findings: Vec<Told>,
    /// The outcomes that any sighting had.
    present: Vec<&'static str>,
    outcomes: Option<Outcomes>,
    outcomes_table: Table,
    mark: String,
    ages: Option<Ages>,
    timeline: Option<Timeline>,
    nodes: Option<Nodes>,
    ways: Vec<Way>,
    more_ways: Option<String>,
    traces: Vec<Trace>,
    /// How long it took.
    waits: Vec<Table>,
    error_log: Vec<String>,
    lines: Vec<String>,
}

/// A finding.
#[derive(Serialize)]
struct Told {
    id: &'static str,
    severity: &'static str,
    title: String,
    statements: Vec<Sentence>,
    remedy: Sentence,
    proof: Vec<Proof>,
    more: Option<String>,
}

/// Parts of a sentence: what stands between backticks, every second one, is code.
#[derive(Serialize)]
struct Sentence(Vec<String>);

impl Sentence {
    fn of(text: &str) -> Sentence {
        Sentence(shown(text).split('`').map(str::to_owned).collect())
    }
}

/// A line that shows a finding.
#[derive(Serialize)]
struct Proof {
    place: String,
    answer: String,
    way: String,
}

#[derive(Serialize)]
struct Table {
    heading: String,
    /// Each with whether it holds numbers.
    columns: Vec<(&'static str, bool)>,
    rows: Vec<Vec<String>>,
    more: Option<String>,
}

impl Page {
    pub(super) fn of(report: Report<'_>) -> Page {
        let Report { analysis, traces } = report;
        let has_any = analysis.sightings.total > 0;
        let present = present(analysis);
        Page {
            policy: policy(),
            style: STYLE,
            library: LIBRARY,
            script: SCRIPT,
            version: analysis.wslog_version,
            headline: shown(&words::headline(analysis)),
            introduction: words::introduction(analysis).iter().map(|it| shown(it)).collect(),
            findings: analysis.findings.iter().map(Told::of).collect(),
            outcomes: has_any.then(|| Outcomes::of(analysis)),
            outcomes_table: Table::of(&tables::outcomes(analysis)),
            mark: analysis.mark.at.as_secs_f64().to_string(),
            ages: analysis.ages.as_ref().and_then(|ages| Ages::of(ages, &present)),
            timeline: analysis.timeline.as_ref().and_then(|it| Timeline::of(it, &present)),
            nodes: has_any.then(|| Nodes::of(analysis)),
            ways: ways(&analysis.handshakes.paths),
            more_ways: words::more(ways::MOST, analysis.handshakes.paths.len()),
            traces: traces.iter().map(Trace::of).collect(),
            waits: waits(analysis).iter().map(Table::of).collect(),
            error_log: analysis
                .error_log
                .iter()
                .flat_map(|it| &it.sentences)
                .map(|it| shown(it))
                .collect(),
            lines: lines(analysis),
            present: present.iter().map(|outcome| outcome.name()).collect(),
        }
    }
}

impl Told {
    fn of(finding: &Finding) -> Told {
        Told {
            id: finding.id,
            severity: words::severity(finding.severity),
            title: shown(&finding.title),
            statements: words::statements(finding).iter().map(|it| Sentence::of(it)).collect(),
            remedy: Sentence::of(&finding.remedy),
            proof: finding.examples.iter().take(MOST_EXAMPLES).map(Proof::of).collect(),
            more: words::more(MOST_EXAMPLES, finding.examples.len()),
        }
    }
}

impl Proof {
    fn of(example: &Example) -> Proof {
        match example {
            Example::Sighting(it) => Proof {
                place: shown(&words::place(it)),
                answer: words::answer(it),
                way: shown(&words::way(it)),
            },
            Example::Line(it) => Proof {
                place: shown(&format!("{}:{}:{}", it.source, it.line, it.column)),
                answer: shown(&format!("expected {}", it.expected)),
                way: shown(&format!("found {}", it.found)),
            },
        }
    }
}

impl Table {
    fn of(table: &tables::Table) -> Table {
        Table {
            heading: table.heading.clone(),
            columns: table.columns.iter().map(|column| (column.0, column.1)).collect(),
            rows: table.rows.iter().map(|row| row.iter().map(|it| cell(it)).collect()).collect(),
            more: words::more(table.rows.len(), table.all),
        }
    }
}

/// What was read, and what of it was not understood.
fn lines(analysis: &Analysis) -> Vec<String> {
    let input = &analysis.input;
    let sources = input.sources.iter().take(MOST_ROWS).map(|source| {
        let (path, account) = words::account(source);
        format!("{}: {account}", shown(&path))
    });
    let mut lines: Vec<String> = sources.collect();
    lines.extend(words::more(MOST_ROWS, input.sources.len()));
    for reason in input.malformed_reasons.iter().take(MOST_ROWS) {
        let first = shown(&words::rejected(&reason.first));
        lines.push(format!("malformed, {} x; the first: {first}", reason.count));
    }
    let ambiguous = input.ambiguous_examples.iter().map(words::rejected);
    lines.extend(ambiguous.map(|it| format!("ambiguous: {}", shown(&it))));
    lines.extend(words::lost_paths(analysis).map(str::to_owned));
    lines.extend(words::redaction(analysis));
    lines
}
