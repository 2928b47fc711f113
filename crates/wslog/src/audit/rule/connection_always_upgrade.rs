//! `connection-always-upgrade`: a constant where plain requests go the same way.

use std::collections::BTreeMap;

use crate::audit::keepalive::is_kept;
use crate::audit::purpose::{Hint, passes_upgrade};
use crate::audit::request::{Request, lists};
use crate::audit::rule::{Rule, hit};
use crate::audit::tree::argument;
use crate::audit::{Facts, Hit, headers};
use crate::diagnosis::Severity;

pub(super) const RULE: Rule = Rule {
    id: "connection-always-upgrade",
    title: "Connection is \"upgrade\" for plain requests as well",
    text: include_str!("connection_always_upgrade.md"),
    hits,
    explanation: |_| {
        "WebSockets open. Plain requests that go the same way say Connection: upgrade without an Upgrade: \
         most upstream servers ignore that, a strict one may refuse it."
            .to_owned()
    },
    remedy: "Where plain requests go the same way, let a map choose: \"upgrade\" if $http_upgrade is \
             there, else \"close\", or \"\" for an upstream with keepalive.",
};

fn hits(facts: &Facts<'_>) -> Vec<Hit> {
    let mut by_place = BTreeMap::new();
    for (index, it, hints) in facts.located() {
        let is_for_websockets = hints.iter().any(|hint| matches!(hint, Hint::Path(_)));
        let Some(header) = it.header("Connection") else { continue };
        let plain = facts.variables.value(&argument(header, 1), Request::Plain);
        let is_constant = !argument(header, 1).contains('$');
        let says_upgrade = plain.is_some_and(|value| lists(&value, "upgrade"));
        if !passes_upgrade(&facts.variables, it)
            || is_for_websockets
            || !is_constant
            || !says_upgrade
        {
            continue;
        }
        let found = by_place.entry(header.place()).or_insert((index, it, header, false));
        found.3 |= is_kept(facts, it);
    }
    let hit = |(index, it, header, is_kept)| {
        let what = format!("Connection is set to \"{}\", whatever is asked", argument(header, 1));
        Hit {
            severity: Severity::Info,
            place: header.place(),
            edits: headers::map_instead(facts, header, is_kept),
            ..hit(facts, index, it, &what)
        }
    };
    by_place.into_values().map(hit).collect()
}
