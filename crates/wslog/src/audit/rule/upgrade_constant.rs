//! `upgrade-constant`: every request asks the upstream for a WebSocket.

use crate::audit::location::Proxied;
use crate::audit::purpose::{Hint, passes_upgrade};
use crate::audit::request::{Request, lists};
use crate::audit::rule::{Rule, hit};
use crate::audit::tree::argument;
use crate::audit::{Facts, Hit, headers};
use crate::diagnosis::Severity;

pub(super) const RULE: Rule = Rule {
    id: "upgrade-constant",
    title: "Upgrade is set to \"websocket\" whatever the client asked for",
    text: include_str!("upgrade_constant.md"),
    hits,
    explanation: |_| {
        "A request that came without Upgrade, because it is a plain one or because something in front \
         stripped the header, is turned into a handshake. nginx holds back the 101 that it gets for one: \
         the client waits until a timer ends it."
            .to_owned()
    },
    remedy: "Pass what the client sent: proxy_set_header Upgrade $http_upgrade;",
};

fn hits(facts: &Facts<'_>) -> Vec<Hit> {
    let is_forced = |it: &Proxied<'_>| {
        let value = facts.variables.value(&argument(it.header("Upgrade")?, 1), Request::Plain)?;
        lists(&value, "websocket").then_some(())
    };
    let forced = facts
        .located()
        .filter(|(_, it, _)| passes_upgrade(&facts.variables, it) && is_forced(it).is_some());
    let hit = |(index, it, _): (usize, &Proxied<'_>, &[Hint])| {
        let header = it.header("Upgrade")?;
        let what = format!("Upgrade is set to \"{}\"", argument(header, 1));
        Some(Hit {
            severity: Severity::Warning,
            place: header.place(),
            edits: headers::fix(facts, it),
            ..hit(facts, index, it, &what)
        })
    };
    forced.filter_map(hit).collect()
}
