//! `key-reused`: one Sec-WebSocket-Key in several requests.
//!
//! A client chooses a new nonce for each connection (RFC 6455 §4.1). The same key at several vantage
//! points at one time is one request on its way; seen again at one of them when that had ended, or
//! anywhere more than five minutes later, it is another request. Nothing is proven across the two.

use std::collections::BTreeMap;

use crate::diagnosis::phrase::counted;
use crate::diagnosis::{Example, Facts, Finding, Number, Severity};

pub(super) fn finding(facts: &Facts<'_>) -> Option<Finding> {
    let (keys, examples) = (facts.correlated.keys_reused, &facts.correlated.reused_examples);
    if keys == 0 {
        return None;
    }
    let statements = [
        format!(
            "{} came again when the request that brought it had ended. A client has to choose a new \
             one for each connection (RFC 6455, section 4.1).",
            counted(keys, "Sec-WebSocket-Key")
        ),
        "Sightings of one key count as one handshake only where they were under way at one time; \
         across two requests nothing is proven."
            .to_owned(),
    ];
    Some(Finding {
        id: "key-reused",
        severity: Severity::Info,
        title: format!("{} used by several requests", counted(keys, "handshake key")),
        explanation: statements.join("\n"),
        numbers: BTreeMap::from([("keys", Number::Count(keys))]),
        examples: examples.iter().cloned().map(Example::Sighting).collect(),
        remedy:
            "Look at who sends it: as a rule a health check, a script or a load test with a key \
                 that was copied from documentation. It harms nobody but whoever reads the log; a \
                 client library that does it should be replaced."
                .into(),
    })
}
