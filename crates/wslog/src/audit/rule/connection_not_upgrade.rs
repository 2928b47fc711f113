//! `connection-not-upgrade`: `Upgrade` is passed, and `Connection` does not name it.

use crate::audit::location::Proxied;
use crate::audit::purpose::{Hint, asks_connection, passes_upgrade};
use crate::audit::rule::{Rule, hit};
use crate::audit::tree::argument;
use crate::audit::{Facts, Hit, NginxVersion, headers};

pub(super) const RULE: Rule = Rule {
    id: "connection-not-upgrade",
    title: "Upgrade is passed without a Connection that says so: upstreams ignore it",
    text: include_str!("connection_not_upgrade.md"),
    hits,
    explanation: |facts| {
        let meaning = "RFC 6455 asks for both headers. Without Upgrade in Connection, upstream servers answer \
                       400 or 426, or treat the request as a plain GET.";
        let default = match facts.is_before(NginxVersion::HTTP_11_TO_UPSTREAMS) {
            Some(true) => "Where nothing is set nginx sends Connection: close.",
            Some(false) => "Where nothing is set nginx sends no Connection.",
            None => {
                "Where nothing is set nginx sends Connection: close, and from 1.29.7 on no Connection."
            }
        };
        format!("{meaning}\n{default}")
    },
    remedy: "Set proxy_set_header Connection with the variable of a map from $http_upgrade, which is \
             \"upgrade\" for a handshake and \"close\" for anything else, or \"\" where connections to the \
             upstream are kept.",
};

fn hits(facts: &Facts<'_>) -> Vec<Hit> {
    let wrong = facts.located().filter(|(_, it, _)| {
        let variables = &facts.variables;
        // What `connection-map` is about.
        let is_other = || {
            let mut values = it.named("Connection").map(|it| argument(it, 1));
            values.any(|it| variables.map(&it).is_some() || variables.is_undefined(&it))
        };
        passes_upgrade(variables, it) && !asks_connection(variables, it) && !is_other()
    });
    let hit = |(index, it, _): (usize, &Proxied<'_>, &[Hint])| {
        let (place, what) = match it.header("Connection") {
            Some(header) => {
                (header.place(), format!("Connection is set to \"{}\"", argument(header, 1)))
            }
            None => (it.place(&facts.tree), "no proxy_set_header Connection holds".to_owned()),
        };
        let what = what + &headers::shared(facts, it).unwrap_or_default();
        Hit { place, edits: headers::fix(facts, it), ..hit(facts, index, it, &what) }
    };
    wrong.map(hit).collect()
}
