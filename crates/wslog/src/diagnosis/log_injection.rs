//! `log-injection`: lines that can be read in several ways.
//!
//! In a format that puts no quotes around what a client sends, a request, an agent or a user name
//! can imitate the rest of the line. What nginx can write decides most of these; a line that stays
//! open is in no other number of the report. An error log has one format, and nobody can put quotes into
//! it: its lines count for nothing here.

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::{InputSummary, RejectedLine};
use crate::comparison::Verdict;
use crate::diagnosis::measure::Compared;
use crate::diagnosis::phrase::{counted_are, share};
use crate::diagnosis::{Affected, Example, Facts, Finding, Number, Rule, Severity};

pub(super) const RULE: Rule = Rule {
    id: "log-injection",
    text: include_str!("log_injection.md"),
    is_followed: true,
    finding,
    shown_by: |_| Vec::new(),
    compared: Compared::Told(compared),
};

/// Ambiguous lines of access logs.
fn ambiguous(input: &InputSummary) -> u64 {
    let error_logs = input.sources.iter().filter(|source| source.is_error_log);
    input.ambiguous.saturating_sub(error_logs.map(|source| source.ambiguous).sum())
}

/// Lines of access logs.
fn access_lines(input: &InputSummary) -> u64 {
    let logs = input.sources.iter().filter(|source| !source.is_error_log);
    logs.map(|source| source.lines - source.blank).sum()
}

/// Who sends such lines decides how many there are; what a log can be told to hold, its format does.
fn compared(before: &Facts<'_>, after: &Facts<'_>) -> (Verdict, String) {
    let told =
        [before, after].map(|facts| share(ambiguous(facts.input), access_lines(facts.input)));
    let [was, is] = told;
    let text = format!("Ambiguous lines: before {was}, after {is}.");
    let formats = |facts: &Facts<'_>| -> BTreeSet<String> {
        let formats = facts.input.sources.iter().flat_map(|source| &source.formats);
        formats.map(|format| format.name.clone()).collect()
    };
    let (old, new) = (formats(before), formats(after));
    match (ambiguous(before.input), ambiguous(after.input)) {
        (0, 1..) => (Verdict::Worse, format!("{text} Before, there was none.")),
        (1.., 0) if !new.is_empty() && old.is_disjoint(&new) => {
            (Verdict::Fixed, format!("{text} The log is in another format now."))
        }
        (1.., 0) => (
            Verdict::Unchanged,
            format!("{text} The format is the same, and nobody may have tried: not called fixed."),
        ),
        _ => (Verdict::Unchanged, format!("{text} Who sends them decides how many there are.")),
    }
}

fn finding(facts: &Facts<'_>) -> Option<Finding> {
    let input = facts.input;
    let error_logs: Vec<_> = input.sources.iter().filter(|source| source.is_error_log).collect();
    let ambiguous = ambiguous(input);
    if ambiguous == 0 {
        return None;
    }
    let is_request = |line: &&RejectedLine| !error_logs.iter().any(|log| log.path == line.source);
    let mut statements = vec![format!(
        "{} ambiguous: text in them looks like a part of their own format, by chance or to deceive, \
         and nginx could have written them in more than one way. They are left out of every other \
         number.",
        counted_are(ambiguous, "line")
    )];
    if input.contested > 0 {
        statements.push(format!(
            "{} counted although text in them looks like a part of the format too: only one \
             reading is possible.",
            counted_are(input.contested, "line")
        ));
    }
    let examples = input.ambiguous_examples.iter().filter(is_request);
    Some(Finding {
        id: RULE.id,
        span: None,
        severity: Severity::Warning,
        title: "Text from clients can be taken for parts of the log's own format".into(),
        explanation: statements.join("\n"),
        affected: Affected { affected: ambiguous, of: access_lines(input), unit: "lines" },
        numbers: BTreeMap::from([
            ("ambiguous", Number::Count(ambiguous)),
            ("contested", Number::Count(input.contested)),
        ]),
        examples: examples.cloned().map(Example::Line).collect(),
        remedy: "Put quotes around every variable that a client can set ($request, $http_..., \
                 $args): nginx escapes quotes in values, so none can end early. \
                 `wslog formats` prints a log_format that does."
            .into(),
    })
}
