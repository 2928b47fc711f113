//! `idle-tunnels-closed`: lives of established tunnels cluster at one age.

use std::collections::BTreeMap;

use crate::ages::Endings;
use crate::capability::Capability;
use crate::diagnosis::cluster::{Cluster, clusters};
use crate::diagnosis::fisher::Group;
use crate::diagnosis::measure::{Compared, Counts, Measure, around, is_expected, within};
use crate::diagnosis::phrase::{age, as_seconds, counted, share};
use crate::diagnosis::pick::Pick;
use crate::diagnosis::{Affected, Facts, Finding, Number, Rule, Severity, product, timer};

/// Most clusters that are told.
const TOLD: usize = 4;

/// A timer that ends one in so many tunnels matters.
const MATTERS: u64 = 10;

pub(super) const RULE: Rule = Rule {
    id: "idle-tunnels-closed",
    text: include_str!("idle_tunnels_closed.md"),
    is_followed: false,
    finding,
    shown_by,
    compared: Compared::Counted { needs: &[Capability::Duration], measures },
};

/// A cluster of the lives of tunnels at one vantage point.
pub(super) struct Cut<'a> {
    pub(super) vantage: &'a str,
    pub(super) cluster: Cluster,
    tunnels: u64,
}

/// Those of every vantage point.
pub(super) fn cuts<'a>(facts: &Facts<'a>) -> Vec<Cut<'a>> {
    let ages = facts.correlated.ages.iter();
    ages.flat_map(|(vantage, endings)| {
        let tunnels = endings.tunnels.total();
        let cut = move |cluster| {
            let count = timer::within(&endings.tunnels, cluster);
            Cut { vantage, cluster: Cluster { count, ..cluster }, tunnels }
        };
        clusters(&endings.tunnel_events, endings.step()).into_iter().map(cut)
    })
    .collect()
}

fn shown_by(facts: &Facts<'_>) -> Vec<Pick> {
    let pick = |cut: Cut<'_>| Pick {
        vantage: Some(cut.vantage.to_owned()),
        statuses: &[101],
        ages: Some((cut.cluster.from, cut.cluster.to)),
        ..Pick::default()
    };
    cuts(facts).into_iter().map(pick).collect()
}

/// How many end at the ages of either period's timers.
fn measures(before: &Facts<'_>, after: &Facts<'_>) -> Vec<Measure> {
    let both = cuts(before).into_iter().chain(cuts(after));
    let ages = around(both.map(|cut| (cut.cluster.from, cut.cluster.to)));
    let count = |facts: &Facts<'_>| {
        let of_vantage = |(vantage, endings): (&String, &Endings)| {
            let tunnels = &endings.tunnels;
            let group = Group { failed: within(tunnels, &ages), total: tunnels.total() };
            (vantage.clone(), group)
        };
        facts.correlated.ages.iter().map(of_vantage).collect()
    };
    let what = "Tunnels that ended at a timer's age";
    let measure = Measure::of(Counts::Others("tunnel"), what, (before, after), count);
    let mut endings = after.correlated.ages.values();
    let has_background = endings.all(|it| is_expected(&it.tunnels, &ages));
    vec![Measure { has_background, ..measure }]
}

fn finding(facts: &Facts<'_>) -> Option<Finding> {
    let mut cuts = cuts(facts);
    cuts.sort_by_key(|cut| u64::MAX - cut.cluster.count);
    let first = cuts.first()?;
    let matters = |cut: &Cut<'_>| cut.cluster.count * MATTERS >= cut.tunnels;
    Some(Finding {
        id: RULE.id,
        span: None,
        severity: if cuts.iter().any(matters) { Severity::Warning } else { Severity::Info },
        title: format!("Tunnels end at an age of {} s: a timer", age(first.cluster.middle)),
        explanation: explanation(&cuts),
        affected: Affected {
            affected: cuts.iter().map(|cut| cut.cluster.count).sum(),
            of: facts.correlated.ages.values().map(|endings| endings.tunnels.total()).sum(),
            unit: "tunnels",
        },
        numbers: BTreeMap::from([
            ("at_seconds", Number::Seconds(as_seconds(first.cluster.middle))),
            ("timers", Number::Count(cuts.len() as u64)),
            ("tunnels", Number::Count(cuts.iter().map(|cut| cut.cluster.count).sum())),
        ]),
        examples: Vec::new(),
        remedy: "Send a ping more often than that, from the server or the client: it keeps every timer on \
                 the way from firing. Or raise the timer: `proxy_read_timeout` and `proxy_send_timeout` \
                 in nginx, the idle timeout of what is in front."
            .into(),
    })
}

fn explanation(cuts: &[Cut<'_>]) -> String {
    let mut statements = Vec::new();
    for Cut { vantage, cluster, tunnels } in cuts.iter().take(TOLD) {
        statements.push(format!(
            "At {vantage} {} tunnels of a second or more ended when they were from {} to {} s old.",
            share(cluster.count, *tunnels),
            age(cluster.from),
            age(cluster.to)
        ));
        statements.extend(product::of_tunnels(cluster.middle));
    }
    if cuts.len() > TOLD {
        statements.push(format!("{} more.", counted((cuts.len() - TOLD) as u64, "timer")));
    }
    statements.push(
        "A tunnel that nothing passes through ends when the shortest idle timer on its way fires; some \
         timers limit the whole life, and so may a client. Which one it was, an access log does not tell; \
         nginx's error log at level info does for its own."
            .into(),
    );
    statements.join("\n")
}
