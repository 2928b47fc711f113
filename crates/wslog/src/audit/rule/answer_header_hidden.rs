//! `answer-header-hidden`: the 101 reaches the client without a header that it needs.

use wslog_parse::nginx_conf::Directive;

use crate::audit::location::{Proxied, is_header};
use crate::audit::rule::{Rule, hit, if_sure};
use crate::audit::tree::argument;
use crate::audit::{Facts, Hit};
use crate::diagnosis::Severity;

pub(super) const RULE: Rule = Rule {
    id: "answer-header-hidden",
    title: "A header is hidden without which clients refuse the 101",
    text: include_str!("answer_header_hidden.md"),
    hits,
    explanation: |_| {
        "The upstream opens the tunnel and nginx logs 101, and the client refuses it: it looks for the \
         proof that its key was read, and for what it asked to have agreed on."
            .to_owned()
    },
    remedy: "Take the proxy_hide_header out.",
};

/// What the server agrees on; a client that asks for none does not miss them.
const AGREED: [&str; 2] = ["Sec-WebSocket-Extensions", "Sec-WebSocket-Protocol"];

const NEEDED: [&str; 2] = ["Sec-WebSocket-Accept", "Upgrade"];

fn hits(facts: &Facts<'_>) -> Vec<Hit> {
    let hits = facts.located().flat_map(|(index, it, _)| {
        hidden(facts, it).map(move |(hide, name)| {
            let hit = hit(facts, index, it, &format!("{name} is hidden"));
            let severity = match AGREED.contains(&name) {
                true => hit.severity.max(Severity::Warning),
                false => hit.severity,
            };
            let edits = if_sure(severity, || vec![facts.editor.without(hide)]);
            Hit { severity, place: hide.place(), edits, ..hit }
        })
    });
    hits.collect()
}

/// What hides a header of the handshake's, with its name. `proxy_pass_header` shows it again.
fn hidden<'c>(
    facts: &Facts<'c>,
    it: &Proxied<'c>,
) -> impl Iterator<Item = (&'c Directive, &'static str)> {
    let set = |name| facts.tree.list(it.home, name).map(|(_, set)| set).unwrap_or_default();
    let shown: Vec<String> =
        set("proxy_pass_header").iter().map(|it| argument(it, 0).to_ascii_lowercase()).collect();
    set("proxy_hide_header").into_iter().filter_map(move |hide| {
        let name = NEEDED.into_iter().chain(AGREED).find(|name| is_header(hide, name))?;
        (!shown.contains(&name.to_ascii_lowercase())).then_some((hide, name))
    })
}
