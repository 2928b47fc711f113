//! `accept-mismatch`: answers that do not belong to the keys they were given to.
//!
//! A server proves that it read the handshake by a hash of its key (RFC 6455 §4.2.2). A client that gets
//! another one has to fail the connection (§4.1). Only captures show the answers' headers.

use std::collections::BTreeMap;

use crate::analysis::AcceptCounts;
use crate::diagnosis::measure::{Compared, Counts, Measure, anywhere};
use crate::diagnosis::phrase::share;
use crate::diagnosis::{Affected, Example, Facts, Finding, Number, Rule, Severity};

pub(super) const RULE: Rule = Rule {
    id: "accept-mismatch",
    text: include_str!("accept_mismatch.md"),
    is_followed: false,
    finding,
    shown_by: |_| Vec::new(),
    compared: Compared::Counted { needs: &[], measures },
};

fn measures(before: &Facts<'_>, after: &Facts<'_>) -> Vec<Measure> {
    let count = |facts: &Facts<'_>| {
        let AcceptCounts { verified, missing, mismatched, .. } = &facts.correlated.accepts;
        anywhere(missing + mismatched, verified + missing + mismatched)
    };
    vec![Measure::of(
        Counts::Others("answer"),
        "101 without the Accept of its key",
        (before, after),
        count,
    )]
}

fn finding(facts: &Facts<'_>) -> Option<Finding> {
    let AcceptCounts { verified, missing, mismatched, examples } = &facts.correlated.accepts;
    let wrong = missing + mismatched;
    if wrong == 0 {
        return None;
    }
    let mut statements = vec![format!(
        "{} answers with 101 in captures do not show the Sec-WebSocket-Accept that belongs \
         to it: {} another one, {} none. A client has to fail such a connection (RFC 6455, section 4.1).",
        share(wrong, wrong + verified),
        mismatched,
        missing,
    )];
    statements.push(
        "Where request and answer were pasted, they may be from different moments.".to_owned(),
    );
    Some(Finding {
        id: RULE.id,
        span: None,
        severity: Severity::Warning,
        title: "Answers to opening handshakes do not belong to their keys".into(),
        explanation: statements.join("\n"),
        affected: Affected { affected: wrong, of: wrong + verified, unit: "answers" },
        numbers: BTreeMap::from([
            ("verified", Number::Count(*verified)),
            ("mismatched", Number::Count(*mismatched)),
            ("missing", Number::Count(*missing)),
        ]),
        examples: examples.iter().cloned().map(Example::Sighting).collect(),
        remedy: "Look at what answers: a cache or a proxy that answers handshakes by itself, or a \
                 backend that computes the field from something else than the key it was sent. An \
                 answer to a handshake must never be cached, and Sec-WebSocket-Key must reach the \
                 backend unchanged."
            .into(),
    })
}
