//! `key-malformed`: a Sec-WebSocket-Key that is no nonce of 16 bytes.

use std::collections::BTreeMap;

use crate::capability::Capability;
use crate::diagnosis::measure::{Compared, Counts, Measure, anywhere};
use crate::diagnosis::phrase::share;
use crate::diagnosis::pick::{Kind, Pick};
use crate::diagnosis::{Affected, Facts, Finding, Number, Rule, Severity};

pub(super) const RULE: Rule = Rule {
    id: "key-malformed",
    text: include_str!("key_malformed.md"),
    is_followed: true,
    finding,
    shown_by: |_| vec![Pick { kind: Kind::MalformedKey, ..Pick::default() }],
    compared: Compared::Counted { needs: &[Capability::Key], measures },
};

fn measures(before: &Facts<'_>, after: &Facts<'_>) -> Vec<Measure> {
    let count = |facts: &Facts<'_>| anywhere(facts.malformed_keys, facts.sightings.total);
    vec![Measure::of(Counts::Sightings, "Sightings whose key is none", (before, after), count)]
}

fn finding(facts: &Facts<'_>) -> Option<Finding> {
    let (malformed, total) = (facts.malformed_keys, facts.sightings.total);
    (malformed > 0).then(|| Finding {
        id: RULE.id,
        span: None,
        severity: Severity::Info,
        title: "Handshake keys that are none: not 16 bytes in Base64".into(),
        explanation: format!(
            "{} of all sightings show a Sec-WebSocket-Key that is not 16 bytes in Base64 (RFC 6455, \
             section 4.1). A server that conforms refuses such a handshake, as a rule with 400.",
            share(malformed, total)
        ),
        affected: Affected { affected: malformed, of: total, unit: "sightings" },
        numbers: BTreeMap::from([("malformed_keys", Number::Count(malformed))]),
        examples: Vec::new(),
        remedy: "Look at who sends them: as a rule bots, scanners and handwritten checks. If it is a \
                 client of yours, use a library that conforms; if keys arrive cut or changed, look at \
                 what stands in front."
            .into(),
    })
}
