//! `timer-in-front`: failed handshakes are given up at one age, by what is in front of nginx.

use std::collections::BTreeMap;

use crate::capability::Capability;
use crate::diagnosis::measure::{Compared, Measure, around_timers, failed_at};
use crate::diagnosis::phrase::{age, as_seconds, counted};
use crate::diagnosis::timer::{Timer, shown_by, timers};
use crate::diagnosis::{Affected, Facts, Finding, Number, Rule, Severity, product};

/// Most timers that are told.
const TOLD: usize = 4;

pub(super) const RULE: Rule = Rule {
    id: "timer-in-front",
    text: include_str!("timer_in_front.md"),
    is_followed: false,
    finding,
    shown_by: |facts| shown_by(facts, |timer| timer.is_in_front()),
    compared: Compared::Counted { needs: &[Capability::Status, Capability::Duration], measures },
};

/// How many fail at the ages of either period's timers.
fn measures(before: &Facts<'_>, after: &Facts<'_>) -> Vec<Measure> {
    let ages = around_timers(&timers(before), &timers(after), |timer| timer.is_in_front());
    let what = "Sightings that ended in 499 or 504 at the age of a timer in front";
    vec![failed_at(what, (before, after), &ages)]
}

fn finding(facts: &Facts<'_>) -> Option<Finding> {
    let mut timers: Vec<Timer<'_>> = timers(facts).into_iter().filter(Timer::is_in_front).collect();
    timers.sort_by_key(|timer| u64::MAX - timer.cluster.count);
    let first = timers.first()?;
    let sum = |count: fn(&Timer<'_>) -> u64| timers.iter().map(count).sum();
    Some(Finding {
        id: RULE.id,
        span: None,
        severity: match timers.iter().any(Timer::matters) {
            true => Severity::Critical,
            false => Severity::Warning,
        },
        title: format!(
            "Opening handshakes are given up in front of nginx at an age of {} s: a timer",
            age(first.cluster.middle)
        ),
        explanation: explanation(&timers, facts),
        affected: Affected {
            affected: timers.iter().map(|timer| timer.cluster.count).sum(),
            of: facts.sightings.total,
            unit: "sightings",
        },
        numbers: BTreeMap::from([
            ("at_seconds", Number::Seconds(as_seconds(first.cluster.middle))),
            ("timers", Number::Count(timers.len() as u64)),
            ("client_closed", Number::Count(sum(|timer| timer.client_closed))),
            ("gateway_timeout", Number::Count(sum(|timer| timer.gateway_timeout))),
        ]),
        examples: Vec::new(),
        remedy: "Find out why nobody answers in that time: a longer timer would only make the wait \
                 longer. Where HTTP/1.0 or a missing Upgrade is told as well, that is why: the backend \
                 takes the handshake for a plain request. Else look at the backend's own log."
            .into(),
    })
}

fn explanation(timers: &[Timer<'_>], facts: &Facts<'_>) -> String {
    let mut statements = Vec::new();
    for timer in timers.iter().take(TOLD) {
        statements.push(timer.statement());
        if timer.is_race() {
            statements.push(
                "Both sides have a timer of that length, and whichever fires first decides: 499 is the \
                 one in front, 504 nginx's or one behind it."
                    .into(),
            );
        }
        let product = product::of_requests(timer.cluster.middle);
        statements.extend(product.filter(|it| !statements.contains(it)));
    }
    if timers.len() > TOLD {
        statements.push(format!("{} more.", counted((timers.len() - TOLD) as u64, "timer")));
    }
    statements.push(
        "499 says that whoever connected closed the connection before there was an answer: a balancer, a \
         proxy, or the client itself."
            .into(),
    );
    statements.extend(facts.inferred());
    statements.join("\n")
}
