//! `request-headers-off`: the handshake reaches the upstream without its key.

use crate::audit::edit::Editor;
use crate::audit::rule::{Rule, hit};
use crate::audit::tree::argument;
use crate::audit::{Facts, Hit};

pub(super) const RULE: Rule = Rule {
    id: "request-headers-off",
    title: "The client's headers are not passed, and the Sec-WebSocket-Key is one of them",
    text: include_str!("request_headers_off.md"),
    hits,
    explanation: |_| {
        "With proxy_pass_request_headers off the upstream gets only the headers that proxy_set_header \
         names. A handshake without Sec-WebSocket-Key and Sec-WebSocket-Version is none."
            .to_owned()
    },
    remedy: "Leave proxy_pass_request_headers on in this location, which is the default.",
};

fn hits(facts: &Facts<'_>) -> Vec<Hit> {
    let off = facts.located().filter_map(|(index, it, _)| {
        let (_, set) = facts.tree.effective(it.home, "proxy_pass_request_headers")?;
        if ["Sec-WebSocket-Key", "Sec-WebSocket-Version"]
            .iter()
            .all(|name| it.header(name).is_some())
        {
            return None;
        }
        let old =
            set.arguments().first().filter(|_| argument(set, 0).eq_ignore_ascii_case("off"))?;
        let edits = vec![Editor::replace(set, old, "on")];
        let what = "proxy_pass_request_headers is off";
        Some(Hit { place: set.place(), edits, ..hit(facts, index, it, what) })
    });
    off.collect()
}
