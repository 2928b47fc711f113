//! `handshake-altered`: what reaches the upstream is no handshake any more.

use wslog_parse::nginx_conf::Directive;

use crate::audit::edit::Editor;
use crate::audit::location::Proxied;
use crate::audit::request::{KEPT, Request};
use crate::audit::rule::{Rule, added, hit, if_sure};
use crate::audit::tree::argument;
use crate::audit::{Facts, Hit};

pub(super) const RULE: Rule = Rule {
    id: "handshake-altered",
    title: "The handshake is changed on its way, so that the upstream refuses it",
    text: include_str!("handshake_altered.md"),
    hits,
    explanation: |_| {
        "A handshake is a GET with one Upgrade, one Sec-WebSocket-Key and Sec-WebSocket-Version: 13. \
         Upstream servers answer anything else with 400, 405 or 426."
            .to_owned()
    },
    remedy: "Leave the key, the version and the method as the client sent them, and set Upgrade once.",
};

/// Those that a handshake has once.
const ONCE: [&str; 3] = ["Upgrade", "Sec-WebSocket-Key", "Sec-WebSocket-Version"];

fn hits(facts: &Facts<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (index, it, _) in facts.located() {
        hits.extend(ONCE.iter().filter_map(|name| doubled(facts, index, it, name)));
        hits.extend(KEPT.iter().filter_map(|kept| replaced(facts, index, it, kept)));
        hits.extend(method(facts, index, it));
    }
    hits
}

/// A header that is sent several times.
fn doubled(facts: &Facts<'_>, index: usize, it: &Proxied<'_>, name: &str) -> Option<Hit> {
    let made = |header: &Directive| facts.variables.value(&argument(header, 1), Request::Handshake);
    let is_sent = |header: &&Directive| made(header).is_some_and(|value| !value.is_empty());
    let sent: Vec<_> = it.named(name).filter(is_sent).collect();
    let [others @ .., _] = &sent[..] else { return None };
    let second = sent.get(1)?;
    let what = format!("{name} is set {} times, and sent as often", sent.len());
    let hit = hit(facts, index, it, &what);
    let without = |header: &&Directive| facts.editor.without(header);
    let edits = if_sure(hit.severity, || others.iter().map(without).collect());
    Some(Hit { place: second.place(), edits, ..hit })
}

/// A header that is not what the client sent.
fn replaced(
    facts: &Facts<'_>,
    index: usize,
    it: &Proxied<'_>,
    (name, variable, sent): &(&str, &str, &str),
) -> Option<Hit> {
    let header = it.header(name)?;
    let made = facts.variables.value(&argument(header, 1), Request::Handshake)?;
    if made == *sent {
        return None;
    }
    let hit = hit(facts, index, it, &format!("{name} is set to \"{}\"", argument(header, 1)));
    let edits = if_sure(hit.severity, || {
        let old = header.arguments().get(1);
        old.map(|old| Editor::replace(header, old, variable)).into_iter().collect()
    });
    Some(Hit { place: header.place(), edits, ..hit })
}

fn method(facts: &Facts<'_>, index: usize, it: &Proxied<'_>) -> Option<Hit> {
    const ASKED: &str = "$request_method";
    let (level, set) = facts.tree.effective(it.home, "proxy_method")?;
    let made = facts.variables.value(&argument(set, 0), Request::Handshake)?;
    if made == "GET" {
        return None;
    }
    let hit = hit(facts, index, it, &format!("proxy_method is {}", argument(set, 0)));
    let edits = if_sure(hit.severity, || match level == it.home {
        true => {
            let old = set.arguments().first();
            old.map(|old| Editor::replace(set, old, ASKED)).into_iter().collect()
        }
        false => vec![added(facts, it, &format!("proxy_method {ASKED};"))],
    });
    Some(Hit { place: set.place(), edits, ..hit })
}
