//! `log-injection`: lines that can be read in several ways.
//!
//! In a format that puts no quotes around what a client sends, a request, an agent or a user name
//! can imitate the rest of the line. What nginx can write decides most of these; a line that stays
//! open is in no other number of the report. An error log has one format, and nobody can put quotes into
//! it: its lines count for nothing here.

use std::collections::BTreeMap;

use crate::analysis::RejectedLine;
use crate::diagnosis::phrase::counted_are;
use crate::diagnosis::{Example, Facts, Finding, Number, Rule, Severity};

pub(super) const RULE: Rule = Rule {
    id: "log-injection",
    text: include_str!("log_injection.md"),
    is_followed: true,
    finding,
};

fn finding(facts: &Facts<'_>) -> Option<Finding> {
    let input = facts.input;
    let error_logs: Vec<_> = input.sources.iter().filter(|source| source.is_error_log).collect();
    let of_error_logs: u64 = error_logs.iter().map(|source| source.ambiguous).sum();
    let ambiguous = input.ambiguous.saturating_sub(of_error_logs);
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
        severity: Severity::Warning,
        title: "Text from clients can be taken for parts of the log's own format".into(),
        explanation: statements.join("\n"),
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
