//! `clock-skew`: one handshake at two vantage points at times that cannot both be right.

use std::collections::BTreeMap;

use crate::comparison::Verdict;
use crate::diagnosis::measure::Compared;
use crate::diagnosis::phrase::{as_seconds, counted, seconds};
use crate::diagnosis::{Affected, ClockRow, Example, Facts, Finding, Number, Rule, Severity};

/// Most pairs that are told.
const TOLD: usize = 4;

/// Clocks that differ by less, in ms, keep the order of most things.
const MATTERS: u64 = 1_000;

pub(super) const RULE: Rule = Rule {
    id: "clock-skew",
    text: include_str!("clock_skew.md"),
    is_followed: false,
    finding,
    shown_by: |_| Vec::new(),
    compared: Compared::Told(compared),
};

/// Clocks are not set by chance: the greatest difference is held against the greatest.
fn compared(before: &Facts<'_>, after: &Facts<'_>) -> (Verdict, String) {
    let greatest = |facts: &Facts<'_>| facts.correlated.clocks.iter().map(|row| row.from).max();
    let [was, is] = [before, after].map(greatest);
    let repeated = after.correlated.keys_seen_more_than_once;
    match (was, is) {
        (Some(_), None) if repeated == 0 => (
            Verdict::Unchanged,
            "No handshake of the later period was seen at two places: nothing tells of the clocks."
                .into(),
        ),
        (Some(was), None) => {
            (Verdict::Fixed, format!("Clocks that differed by {} s agree now.", seconds(was)))
        }
        (None, Some(is)) => (Verdict::Worse, format!("Clocks differ now by {} s.", seconds(is))),
        (Some(was), Some(is)) => {
            let verdict = match is {
                _ if 2 * is < was => Verdict::Better,
                _ if is > 2 * was => Verdict::Worse,
                _ => Verdict::Unchanged,
            };
            let [was, is] = [was, is].map(seconds);
            (verdict, format!("Clocks differed by {was} s, and differ by {is} s."))
        }
        (None, None) => (Verdict::Unchanged, String::new()),
    }
}

fn finding(facts: &Facts<'_>) -> Option<Finding> {
    let mut rows: Vec<&ClockRow> = facts.correlated.clocks.iter().collect();
    rows.sort_by_key(|row| (u64::MAX - row.from, &row.behind, &row.ahead));
    let first = rows.first()?;
    let statement = |row: &&ClockRow| {
        format!(
            "The clock of {} is ahead of that of {} by {}: {} that both logged with the same answer.",
            row.ahead,
            row.behind,
            how_far(row),
            counted(row.count, "handshake")
        )
    };
    let mut statements: Vec<String> = rows.iter().take(TOLD).map(statement).collect();
    if rows.len() > TOLD {
        statements.push(format!("{} more differ.", counted((rows.len() - TOLD) as u64, "pair")));
    }
    statements.push(
        "What needs both clocks is not proven there: in which order they were passed, and which sightings of \
         a key are one request."
            .into(),
    );
    Some(Finding {
        id: RULE.id,
        span: None,
        severity: if first.from >= MATTERS { Severity::Warning } else { Severity::Info },
        title: format!(
            "The clocks of {} and {} differ by {} s",
            first.behind,
            first.ahead,
            seconds(first.from)
        ),
        explanation: statements.join("\n"),
        affected: Affected {
            affected: rows.iter().map(|row| row.count).sum(),
            of: facts.correlated.keys_seen_more_than_once,
            unit: "keys",
        },
        numbers: BTreeMap::from([
            ("pairs", Number::Count(rows.len() as u64)),
            ("seconds", Number::Seconds(as_seconds(first.from))),
            ("handshakes", Number::Count(first.count)),
        ]),
        examples: first.examples.iter().cloned().map(Example::Sighting).collect(),
        remedy: "Have both hosts set their clocks by one source (chrony, NTP), and take logs from \
                 afterwards. For these: correct one log's times by the difference before the logs are read \
                 together."
            .into(),
    })
}

/// `3600.002 to 3600.019 s`.
fn how_far(row: &ClockRow) -> String {
    match row.from == row.to {
        true => format!("{} s", seconds(row.from)),
        false => format!("{} to {} s", seconds(row.from), seconds(row.to)),
    }
}
