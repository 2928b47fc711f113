//! `tunnels-cut-together`: many tunnels end within a moment.

use std::collections::BTreeMap;

use crate::ages::Life;
use crate::diagnosis::moment::{Moment, moments};
use crate::diagnosis::phrase::{counted, rounded, share};
use crate::diagnosis::{Facts, Finding, Hops, Number, Rule, Severity};

/// Most moments that are told.
const TOLD: usize = 4;

/// Fewer tunnels of one address, where others are open as well, are those of one client.
const OF_ONE_ADDRESS: u64 = 20;

pub(super) const RULE: Rule = Rule {
    id: "tunnels-cut-together",
    text: include_str!("tunnels_cut_together.md"),
    is_followed: false,
    finding,
};

/// A moment at one vantage point, and the only node and the only upstream server that its tunnels went by
/// way of.
struct Cut<'a> {
    vantage: &'a str,
    moment: Moment<'a>,
    node: Option<String>,
    upstream: Option<String>,
}

fn finding(facts: &Facts<'_>) -> Option<Finding> {
    let mut cuts: Vec<Cut<'_>> = facts
        .correlated
        .ages
        .iter()
        .flat_map(|(vantage, endings)| {
            let cut = |moment| Cut::new(vantage, moment, facts.hops);
            moments(&endings.lives).into_iter().map(cut).filter(Cut::is_of_several_clients)
        })
        .collect();
    cuts.sort_by_key(|cut| (u64::MAX - cut.ended(), cut.moment.first(), cut.vantage));
    let first = cuts.first()?;
    let at = first.moment.ended.first()?.ended_at();
    Some(Finding {
        id: RULE.id,
        severity: Severity::Warning,
        title: match cuts.len() {
            1 => format!("{} tunnels end together, at {at}", first.ended()),
            more => format!("Tunnels end together at {more} moments, {} at {at}", first.ended()),
        },
        explanation: explanation(&cuts),
        numbers: BTreeMap::from([
            ("moments", Number::Count(cuts.len() as u64)),
            ("tunnels", Number::Count(cuts.iter().map(Cut::ended).sum())),
            ("p_value", Number::Share(rounded(first.moment.p))),
        ]),
        examples: Vec::new(),
        remedy: remedy(first),
    })
}

impl<'a> Cut<'a> {
    fn new(vantage: &'a str, moment: Moment<'a>, hops: &dyn Fn(u32) -> Hops) -> Cut<'a> {
        let mut ways: Vec<u32> = moment.ended.iter().map(|life| life.way).collect();
        ways.sort_unstable();
        ways.dedup();
        let hops: Vec<Hops> = ways.into_iter().map(hops).collect();
        let node = only(hops.iter().map(|it| &it.remote_addr));
        let upstream = only(hops.iter().map(|it| &it.upstream_addr));
        Cut { vantage, moment, node, upstream: upstream.filter(|it| !["", "-"].contains(&&**it)) }
    }

    fn ended(&self) -> u64 {
        self.moment.ended.len() as u64
    }

    fn is_all(&self) -> bool {
        self.ended() >= self.moment.open
    }

    /// Whether it is more than somebody who leaves: of one address among others that stay there are many.
    fn is_of_several_clients(&self) -> bool {
        self.node.is_none() || self.is_all() || self.ended() >= OF_ONE_ADDRESS
    }

    fn statement(&self) -> String {
        let Cut { vantage, moment, node, upstream } = self;
        let at =
            |life: Option<&Life>| life.map_or_else(String::new, |it| it.ended_at().to_string());
        let mut text = format!(
            "At {vantage} {} tunnels that were open ended from {} to {}, begun at different times",
            share(self.ended(), moment.open),
            at(moment.ended.first()),
            at(moment.ended.last())
        );
        if let Some(node) = node {
            text += &format!("; all came from {node}");
        }
        if let Some(upstream) = upstream {
            text += &format!("; all had been sent on to {upstream}");
        }
        text + "."
    }
}

/// What all of these are.
fn only<'s>(mut texts: impl Iterator<Item = &'s String>) -> Option<String> {
    let first = texts.next()?;
    texts.all(|text| text == first).then(|| first.clone())
}

fn explanation(cuts: &[Cut<'_>]) -> String {
    let mut statements: Vec<String> = cuts.iter().take(TOLD).map(Cut::statement).collect();
    if cuts.len() > TOLD {
        statements.push(format!("{} more.", counted((cuts.len() - TOLD) as u64, "moment")));
    }
    statements.push(
        "Something ended them at once: a reload of nginx, whose old workers close what is left at \
         `worker_shutdown_timeout`; a restart or a deploy of what is behind or in front. An access log does \
         not tell which."
            .into(),
    );
    statements.join("\n")
}

fn remedy(first: &Cut<'_>) -> String {
    let place = match (&first.upstream, first.is_all()) {
        (Some(upstream), false) => format!("Look what happened to {upstream} at that time."),
        _ => "Hold the times against reloads, deploys and restarts of nginx and of both its sides."
            .into(),
    };
    format!(
        "{place} Clients should connect again after a random wait, or all come back in one moment. For \
         reloads: a longer `worker_shutdown_timeout`, and fewer of them."
    )
}
