//! `tunnels-cut-together`: many tunnels end within a moment.

use std::collections::{BTreeMap, BTreeSet};

use wslog_parse::Timestamp;

use crate::capability::Capability;
use crate::diagnosis::fisher::Group;
use crate::diagnosis::measure::{Compared, Counts, Measure, Places};
use crate::diagnosis::phrase::{counted, rounded, share};
use crate::diagnosis::pick::Pick;
use crate::diagnosis::{Affected, CutRow, Facts, Finding, Number, Rule, Severity};

/// Most moments that are told.
const TOLD: usize = 4;

/// A deploy ends tunnels at several moments, one server after the other: how long one may take, in ms.
const SPELL: u64 = 600_000;

/// Fewer tunnels of one address, where others are open as well, are those of one client.
const OF_ONE_ADDRESS: u64 = 20;

pub(super) const RULE: Rule = Rule {
    id: "tunnels-cut-together",
    text: include_str!("tunnels_cut_together.md"),
    is_followed: false,
    finding,
    shown_by,
    compared: Compared::Counted { needs: &[Capability::Duration], measures },
};

fn shown_by(facts: &Facts<'_>) -> Vec<Pick> {
    let pick = |cut: &CutRow| Pick {
        vantage: Some(cut.vantage.clone()),
        statuses: &[101],
        ended: Some((cut.first.unix_millis(), cut.last.unix_millis())),
        ..Pick::default()
    };
    cuts(facts).into_iter().map(pick).collect()
}

fn measures(before: &Facts<'_>, after: &Facts<'_>) -> Vec<Measure> {
    let what = "Ten-minute spells in which tunnels ended together";
    vec![Measure::of(Counts::Others("ten-minute spell"), what, (before, after), spells)]
}

/// What ends many tunnels is one event, however many: spells of time with such a moment, of all of the period.
fn spells(facts: &Facts<'_>) -> Places {
    let (Some(first), Some(last)) = (facts.first_logged_at, facts.input.last_logged_at) else {
        return Places::new();
    };
    let since = |at: Timestamp| at.unix_millis().abs_diff(first.unix_millis());
    let all = since(last).div_ceil(SPELL).max(1);
    let spell = |cut: &CutRow| since(cut.first) / SPELL;
    let cuts = cuts(facts);
    let place = |vantage: &String| {
        let here = cuts.iter().filter(|cut| cut.vantage == *vantage);
        let spells: BTreeSet<u64> = here.map(|cut| spell(cut)).collect();
        let failed = spells.len() as u64;
        (vantage.clone(), Group { failed, total: all.max(failed) })
    };
    facts.correlated.ages.keys().map(place).collect()
}

/// The moments that are more than somebody who leaves, the greatest first.
fn cuts<'a>(facts: &Facts<'a>) -> Vec<&'a CutRow> {
    let nodes = |vantage: &str| {
        facts.sightings.nodes.iter().filter(|node| node.vantage == vantage).take(2).count()
    };
    let is_of_several = |cut: &&CutRow| {
        cut.remote_addr.is_none() || cut.ended >= OF_ONE_ADDRESS || nodes(&cut.vantage) == 1
    };
    let mut cuts: Vec<_> = facts.correlated.cuts.iter().filter(is_of_several).collect();
    cuts.sort_by_key(|cut| (u64::MAX - cut.ended, cut.first, &cut.vantage));
    cuts
}

fn finding(facts: &Facts<'_>) -> Option<Finding> {
    let cuts = cuts(facts);
    let first = cuts.first()?;
    let ended = cuts.iter().map(|cut| cut.ended).sum();
    Some(Finding {
        id: RULE.id,
        span: None,
        severity: Severity::Warning,
        title: match cuts.len() {
            1 => format!("{} tunnels end together, at {}", first.ended, first.first),
            more => format!(
                "Tunnels end together at {more} moments, {} at {}",
                first.ended, first.first
            ),
        },
        explanation: explanation(&cuts),
        affected: Affected {
            affected: ended,
            of: facts.correlated.ages.values().map(|endings| endings.tunnels.total()).sum(),
            unit: "tunnels",
        },
        numbers: BTreeMap::from([
            ("moments", Number::Count(cuts.len() as u64)),
            ("tunnels", Number::Count(ended)),
            ("p_value", Number::Share(rounded(first.p))),
        ]),
        examples: Vec::new(),
        remedy: remedy(first),
    })
}

impl CutRow {
    fn is_all(&self) -> bool {
        self.ended >= self.open
    }

    fn statement(&self) -> String {
        let CutRow { vantage, first, last, .. } = self;
        let mut text = format!(
            "At {vantage} {} tunnels that were open ended from {first} to {last}, begun at different times",
            share(self.ended, self.open),
        );
        if let Some(node) = &self.remote_addr {
            text += &format!("; all came from {node}");
        }
        if let Some(upstream) = &self.upstream_addr {
            text += &format!("; all had been sent on to {upstream}");
        }
        text + "."
    }
}

fn explanation(cuts: &[&CutRow]) -> String {
    let mut statements: Vec<String> = cuts.iter().take(TOLD).map(|cut| cut.statement()).collect();
    if cuts.len() > TOLD {
        statements.push(format!("{} more.", counted((cuts.len() - TOLD) as u64, "moment")));
    }
    statements.push(
        "Something ended them at once: a reload of nginx, whose old workers close what is left at \
         `worker_shutdown_timeout`; a restart or a deploy of what is behind or in front; an idle timer, if \
         something had been sent to all of them at once before; or people who left together. An access log \
         does not tell which; nginx's error log does for its own timer."
            .into(),
    );
    statements.join("\n")
}

fn remedy(first: &CutRow) -> String {
    let place = match (&first.upstream_addr, first.is_all()) {
        (Some(upstream), false) => format!("Look what happened to {upstream} at that time."),
        _ => "Hold the times against reloads, deploys and restarts of nginx and of both its sides."
            .into(),
    };
    format!(
        "{place} Clients should connect again after a random wait, or all come back in one moment. For \
         reloads: a longer `worker_shutdown_timeout`, and fewer of them."
    )
}
