//! `key-reused`: one Sec-WebSocket-Key in several requests.
//!
//! `correlation::reuse` says which of them are certain. Nothing is proven across two requests.

use std::collections::BTreeMap;

use crate::capability::Capability;
use crate::diagnosis::measure::{Compared, Counts, Measure, anywhere};
use crate::diagnosis::phrase::counted;
use crate::diagnosis::{Affected, Example, Facts, Finding, Number, Rule, Severity};

pub(super) const RULE: Rule = Rule {
    id: "key-reused",
    text: include_str!("key_reused.md"),
    is_followed: false,
    finding,
    shown_by: |_| Vec::new(),
    compared: Compared::Counted { needs: &[Capability::Key], measures },
};

fn measures(before: &Facts<'_>, after: &Facts<'_>) -> Vec<Measure> {
    let count = |facts: &Facts<'_>| anywhere(facts.correlated.keys_reused, facts.correlated.keys);
    vec![Measure::of(
        Counts::Others("key"),
        "Keys that several requests used",
        (before, after),
        count,
    )]
}

fn finding(facts: &Facts<'_>) -> Option<Finding> {
    let (keys, examples) = (facts.correlated.keys_reused, &facts.correlated.reused_examples);
    if keys == 0 {
        return None;
    }
    let statements = [
        format!(
            "{} came again when an earlier request with it was over. A client has to choose a new \
             one for each connection (RFC 6455, section 4.1).",
            counted(keys, "Sec-WebSocket-Key")
        ),
        "Sightings of one key count as one handshake only where they were under way at one time; \
         across two requests nothing is proven."
            .to_owned(),
    ];
    Some(Finding {
        id: RULE.id,
        span: None,
        severity: Severity::Info,
        title: format!("{} used by several requests", counted(keys, "handshake key")),
        explanation: statements.join("\n"),
        affected: Affected { affected: keys, of: facts.correlated.keys, unit: "keys" },
        numbers: BTreeMap::from([("keys", Number::Count(keys))]),
        examples: examples.iter().cloned().map(Example::Sighting).collect(),
        remedy:
            "Look at who sends it: as a rule a health check, a script or a load test with a key \
                 that was copied from documentation. It harms nobody but whoever reads the log; a \
                 client library that does it should be replaced."
                .into(),
    })
}
