//! Bars of the outcomes, a protocol a bar.

use std::collections::BTreeMap;

use serde::Serialize;
use wslog::parse::Protocol;
use wslog::{Analysis, Outcome};

/// In the drawing's units: the room for the protocols' names, for the bars, for the numbers behind them,
/// and from one bar to the next.
const LEFT: f64 = 90.0;
const WIDTH: f64 = 760.0;
const RIGHT: f64 = 100.0;
const STEP: f64 = 34.0;

#[derive(Serialize)]
pub(super) struct Outcomes {
    left: f64,
    width: f64,
    height: f64,
    bars: Vec<Bar>,
}

#[derive(Serialize)]
struct Bar {
    protocol: String,
    y: f64,
    parts: Vec<Part>,
    end: f64,
    count: u64,
}

#[derive(Serialize)]
struct Part {
    outcome: &'static str,
    x: f64,
    width: f64,
    count: u64,
}

/// The outcomes that any sighting had, in their order.
pub(super) fn present(analysis: &Analysis) -> Vec<Outcome> {
    let rows = &analysis.sightings.by_protocol_status;
    let is_there = |outcome: &Outcome| rows.iter().any(|row| row.outcome == *outcome);
    Outcome::ALL.iter().copied().filter(is_there).collect()
}

impl Outcomes {
    pub(super) fn of(analysis: &Analysis) -> Outcomes {
        let mut counts: BTreeMap<Protocol, BTreeMap<Outcome, u64>> = BTreeMap::new();
        for row in &analysis.sightings.by_protocol_status {
            let of_protocol = counts.entry(row.protocol).or_default();
            *of_protocol.entry(row.outcome).or_default() += row.count;
        }
        let most = counts.values().map(|it| it.values().sum()).max().unwrap_or(1).max(1);
        let mut bars = Vec::new();
        let mut y = 4.0;
        for (protocol, outcomes) in &counts {
            bars.push(Bar::of(*protocol, outcomes, most, y));
            y += STEP;
        }
        Outcomes { left: LEFT, width: LEFT + WIDTH + RIGHT, height: y, bars }
    }
}

impl Bar {
    fn of(protocol: Protocol, outcomes: &BTreeMap<Outcome, u64>, most: u64, y: f64) -> Bar {
        let mut x = LEFT;
        let part = |(outcome, count): (&Outcome, &u64)| {
            // One of a million shows as well.
            let width = (WIDTH * share(*count, most)).max(2.0);
            let part = Part {
                outcome: outcome.name(),
                x: rounded(x),
                width: rounded(width),
                count: *count,
            };
            x += width;
            part
        };
        let parts: Vec<_> = outcomes.iter().map(part).collect();
        Bar {
            protocol: protocol.to_string(),
            y,
            parts,
            end: rounded(x),
            count: outcomes.values().sum(),
        }
    }
}

/// How much this is of all, from 0 to 1.
#[expect(clippy::cast_precision_loss, reason = "a drawing has no 2^53 points")]
pub(super) fn share(some: u64, all: u64) -> f64 {
    some as f64 / all as f64
}

/// To a hundredth of the drawing's unit.
pub(super) fn rounded(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}
