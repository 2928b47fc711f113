//! `handshake-answered`: an `if` answers handshakes before they are passed on.

use crate::audit::answered::Answered;
use crate::audit::rule::{Rule, hit};
use crate::audit::tree::argument;
use crate::audit::{Facts, Hit};

pub(super) const RULE: Rule = Rule {
    id: "handshake-answered",
    title: "An if answers every handshake, so none is passed on",
    text: include_str!("handshake_answered.md"),
    hits,
    explanation: |_| {
        "nginx goes through the if and return of a server and of a location before it passes a request on. \
         This condition holds for every handshake."
            .to_owned()
    },
    remedy: "Take the return out if WebSockets are to be opened there; if they are not, take the Upgrade \
             out that is passed.",
};

fn hits(facts: &Facts<'_>) -> Vec<Hit> {
    let answered = facts.located().filter_map(|(index, it, _)| {
        let Answered { by, .. } = Answered::of(&facts.tree, &facts.variables, it)?;
        let what = format!("a handshake is answered {} by an if", argument(by, 0));
        Some(Hit { place: by.place(), ..hit(facts, index, it, &what) })
    });
    answered.collect()
}
