//! `headers-lost`: one `proxy_set_header` of its own cost a location all those around it.

use crate::audit::location::Proxied;
use crate::audit::purpose::Hint;
use crate::audit::rule::{Rule, hit};
use crate::audit::tree::argument;
use crate::audit::{Facts, Hit, headers};

pub(super) const RULE: Rule = Rule {
    id: "headers-lost",
    title: "A proxy_set_header of its own costs a location the Upgrade of the level around it",
    text: include_str!("headers_lost.md"),
    hits,
    explanation: |_| {
        "proxy_set_header is inherited only by a level that has none of its own. The one named here is \
         the first of its level, and with it the level lost Upgrade, and whatever else was set around it."
            .to_owned()
    },
    remedy: "Set Upgrade and Connection again on that level, or keep all of them in a file that every \
             such level includes.",
};

fn hits(facts: &Facts<'_>) -> Vec<Hit> {
    let lost = facts.located().filter(|(_, _, hints)| hints.contains(&Hint::Around));
    let hit = |(index, it, _): (usize, &Proxied<'_>, &[Hint])| {
        let (_, own) = it.headers.as_ref()?;
        let first = own.first()?;
        let what = format!(
            "\"proxy_set_header {}\" is its own, so the Upgrade set around it is lost",
            argument(first, 0)
        );
        let edits = headers::fix(facts, it);
        Some(Hit { place: first.place(), edits, ..hit(facts, index, it, &what) })
    };
    lost.filter_map(hit).collect()
}
