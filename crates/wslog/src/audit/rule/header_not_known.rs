//! `header-not-known`: what a header of a handshake's becomes hangs on something that is not known here.

use crate::audit::purpose::{not_known, passes_upgrade};
use crate::audit::rule::{Rule, hit};
use crate::audit::tree::argument;
use crate::audit::{Facts, Hit};
use crate::diagnosis::Severity;

pub(super) const RULE: Rule = Rule {
    id: "header-not-known",
    title: "Whether WebSockets open cannot be told from the configuration",
    text: include_str!("header_not_known.md"),
    hits,
    explanation: |_| {
        "The value of Upgrade or Connection is a variable whose value depends on more than the request's own \
         headers. It may be right for every handshake, for some or for none."
            .to_owned()
    },
    remedy: "Look up what the variable becomes for a handshake. A map from $http_upgrade says the same of \
             every one.",
};

fn hits(facts: &Facts<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (index, it, _) in facts.located() {
        if !passes_upgrade(&facts.variables, it) {
            continue;
        }
        for name in not_known(&facts.variables, it) {
            let Some(header) = it.header(name) else { continue };
            let value = argument(header, 1);
            let what = format!("{name} is set to \"{value}\", which is not known here");
            let hit = hit(facts, index, it, &what);
            hits.push(Hit { severity: Severity::Info, place: header.place(), ..hit });
        }
    }
    hits
}
