//! `nginx-too-old`: this nginx proxies no WebSockets, whatever it is told.

use crate::audit::rule::{Rule, severity};
use crate::audit::{Facts, Hit, NginxVersion};

pub(super) const RULE: Rule = Rule {
    id: "nginx-too-old",
    title: "This nginx proxies no WebSockets",
    text: include_str!("nginx_too_old.md"),
    hits,
    explanation: |_| {
        "nginx opens tunnels for an upstream's 101 from 1.3.13 on. An older one passes the headers, and \
         then takes the 101 for an answer like any other."
            .to_owned()
    },
    remedy: "Run a newer nginx: 1.3.13 is of 2013.",
};

fn hits(facts: &Facts<'_>) -> Vec<Hit> {
    let Some(version) = facts.version.filter(|version| *version < NginxVersion::WEBSOCKETS) else {
        return Vec::new();
    };
    let all = facts.located().map(|(_, it, hints)| (severity(hints), it.place(&facts.tree)));
    let Some((severity, place)) = all.min() else { return Vec::new() };
    let text = format!("nginx {version} proxies no WebSockets: that came with 1.3.13");
    vec![Hit { severity, location: None, place, text, edits: Vec::new() }]
}
