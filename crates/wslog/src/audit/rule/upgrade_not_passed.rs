//! `upgrade-not-passed`: the upstream never learns that a WebSocket is asked for.

use crate::audit::location::Proxied;
use crate::audit::purpose::{Hint, passes_upgrade};
use crate::audit::request::{is_misspelt, name_of};
use crate::audit::rule::{Rule, hit, if_sure, severity};
use crate::audit::tree::argument;
use crate::audit::{Facts, Hit, headers};

pub(super) const RULE: Rule = Rule {
    id: "upgrade-not-passed",
    title: "Upgrade does not reach the upstream, so no WebSocket can be opened",
    text: include_str!("upgrade_not_passed.md"),
    hits,
    explanation: |_| {
        "Upgrade is a header for one hop: nginx passes it only where it is told to. Without it the \
         handshake is a plain GET: upstream servers answer 200, 400, 404 or 426, or never, which ends in \
         a 504."
            .to_owned()
    },
    remedy: "Pass both headers: proxy_set_header Upgrade $http_upgrade; and proxy_set_header Connection \
             with the variable of a map. If no WebSockets are meant to be opened there, leave it.",
};

fn hits(facts: &Facts<'_>) -> Vec<Hit> {
    let lacking = facts.located().filter(|(_, it, hints)| {
        !passes_upgrade(&facts.variables, it) && !hints.contains(&Hint::Around)
    });
    let hit = |(index, it, hints): (usize, &Proxied<'_>, &[Hint])| {
        let why: Vec<_> = hints.iter().map(Hint::text).collect();
        let (place, what) = match it.header("Upgrade") {
            Some(header) => (header.place(), set_to(facts, &argument(header, 1))),
            None => (it.place(&facts.tree), "no proxy_set_header Upgrade holds".to_owned()),
        };
        let shared = headers::shared(facts, it).unwrap_or_default();
        let what = format!("{what}; {}{shared}", why.join(", "));
        let edits = if_sure(severity(hints), || headers::fix(facts, it));
        Hit { place, edits, ..hit(facts, index, it, &what) }
    };
    lacking.map(hit).collect()
}

/// What is wrong with this value for `Upgrade`.
fn set_to(facts: &Facts<'_>, value: &str) -> String {
    let why = match value {
        _ if facts.variables.is_undefined(value) => {
            ", which nothing defines, so nginx does not even start"
        }
        _ if is_misspelt(&name_of(value)) => ", a header that nobody sends",
        _ => "",
    };
    format!("Upgrade is set to \"{value}\"{why}")
}
