//! `timer-in-nginx`: failed handshakes end in 504 at one age: a timer of nginx towards its upstream fired, or one
//! further in.

use std::collections::BTreeMap;

use crate::capability::Capability;
use crate::diagnosis::measure::{Compared, Measure, around_timers, failed_at};
use crate::diagnosis::phrase::{age, as_seconds, counted, counted_were};
use crate::diagnosis::timer::{Timer, shown_by, timers};
use crate::diagnosis::{Affected, Facts, Finding, Number, Rule, Severity, product};

/// Most timers that are told.
const TOLD: usize = 4;

pub(super) const RULE: Rule = Rule {
    id: "timer-in-nginx",
    text: include_str!("timer_in_nginx.md"),
    is_followed: false,
    finding,
    shown_by: |facts| shown_by(facts, |timer| !timer.is_in_front()),
    compared: Compared::Counted { needs: &[Capability::Status, Capability::Duration], measures },
};

/// How many fail at the ages of either period's timers.
fn measures(before: &Facts<'_>, after: &Facts<'_>) -> Vec<Measure> {
    let ages = around_timers(&timers(before), &timers(after), |timer| !timer.is_in_front());
    let what = "Sightings that ended in 499 or 504 at the age of a timer of nginx or behind it";
    vec![failed_at(what, (before, after), &ages)]
}

fn finding(facts: &Facts<'_>) -> Option<Finding> {
    let mut timers: Vec<Timer<'_>> =
        timers(facts).into_iter().filter(|timer| !timer.is_in_front()).collect();
    timers.sort_by_key(|timer| u64::MAX - timer.cluster.count);
    let first = timers.first()?;
    let sum = |count: fn(&Timer<'_>) -> u64| Number::Count(timers.iter().map(count).sum());
    Some(Finding {
        id: RULE.id,
        span: None,
        severity: match timers.iter().any(Timer::matters) {
            true => Severity::Critical,
            false => Severity::Warning,
        },
        title: format!(
            "Opening handshakes end in 504 at an age of {} s: {}",
            age(first.cluster.middle),
            match (first.own, first.relayed) {
                (own, _) if own == first.gateway_timeout => "nginx's own timer",
                (_, relayed) if relayed == first.gateway_timeout => "a timer further in",
                _ => "a timer towards the upstream",
            }
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
            ("gateway_timeout", sum(|timer| timer.gateway_timeout)),
            ("own", sum(|timer| timer.own)),
            ("relayed", sum(|timer| timer.relayed)),
        ]),
        examples: Vec::new(),
        remedy: "Find out why the upstream server accepts the connection and does not answer: it may not \
                 know the path, wait for something itself, or get a handshake without its Upgrade header \
                 (`proxy_http_version 1.1;`, `proxy_set_header Upgrade $http_upgrade;`). A longer \
                 `proxy_read_timeout` would only make the wait longer."
            .into(),
    })
}

fn explanation(timers: &[Timer<'_>], facts: &Facts<'_>) -> String {
    let mut statements = Vec::new();
    for timer in timers.iter().take(TOLD) {
        statements.push(timer.statement());
        statements.extend(who_fired(timer));
        let product = product::of_requests(timer.cluster.middle);
        statements.extend(product.filter(|it| !statements.contains(it)));
    }
    if timers.len() > TOLD {
        statements.push(format!("{} more.", counted((timers.len() - TOLD) as u64, "timer")));
    }
    statements.extend(facts.inferred());
    statements.join("\n")
}

/// Whether it was nginx itself, or one behind it.
fn who_fired(timer: &Timer<'_>) -> Vec<String> {
    let mut statements = Vec::new();
    if timer.own > 0 {
        statements.push(format!(
            "{} given up by {} itself: no server had sent the header of an answer.",
            counted_were(timer.own, "handshake"),
            timer.vantage
        ));
    }
    if timer.relayed > 0 {
        statements.push(format!(
            "{} answered 504 by an upstream server, and {} handed it on: look at the log of what is behind.",
            counted_were(timer.relayed, "handshake"),
            timer.vantage
        ));
    }
    let unknown = timer.gateway_timeout.saturating_sub(timer.own + timer.relayed);
    if unknown > 0 {
        statements.push(format!(
            "Of {unknown} it is not shown whether it was the own timer of {} or one further in, whose 504 it \
             handed on: `$upstream_header_time` would (`-` is its own), or the inner nginx's log.",
            timer.vantage
        ));
    }
    statements
}
