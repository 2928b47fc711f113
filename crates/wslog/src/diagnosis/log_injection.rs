//! `log-injection`: lines that can be read in several ways.
//!
//! In a format that puts no quotes around what a client sends, a request, an agent or a user name
//! can imitate the rest of the line. What nginx can write decides most of these; a line that stays
//! open is in no other number of the report.

use std::collections::BTreeMap;

use crate::diagnosis::phrase::counted_are;
use crate::diagnosis::{Example, Facts, Finding, Number, Severity};

pub(super) fn finding(facts: &Facts<'_>) -> Option<Finding> {
    let input = facts.input;
    if input.ambiguous == 0 {
        return None;
    }
    let mut statements = vec![format!(
        "{} ambiguous: text in them looks like a part of their own format, by chance or to deceive, \
         and nginx could have written them in more than one way. They are left out of every other \
         number.",
        counted_are(input.ambiguous, "line")
    )];
    if input.contested > 0 {
        statements.push(format!(
            "{} counted although text in them looks like a part of the format too: only one \
             reading is possible.",
            counted_are(input.contested, "line")
        ));
    }
    Some(Finding {
        id: "log-injection",
        severity: Severity::Warning,
        title: "Text from clients can be taken for parts of the log's own format".into(),
        explanation: statements.join("\n"),
        numbers: BTreeMap::from([
            ("ambiguous", Number::Count(input.ambiguous)),
            ("contested", Number::Count(input.contested)),
        ]),
        examples: input.ambiguous_examples.iter().cloned().map(Example::Line).collect(),
        remedy: "Put quotes around every variable that a client can set ($request, $http_..., \
                 $args): nginx escapes quotes in values, so none can end early. \
                 `wslog formats` prints a log_format that does."
            .into(),
    })
}
