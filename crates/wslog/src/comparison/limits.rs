//! What limits a comparison, whatever its numbers say.

use std::collections::BTreeSet;

use crate::analysis::Analysis;
use crate::capability::Capability;
use crate::comparison::chance::{Sight, Table, least, sum, tables, tests, trend};
use crate::comparison::outcomes::failed;
use crate::comparison::period::{ends, millis};
use crate::comparison::{FailureChange, FindingChange, Limit, LimitId, Trend, Verdict};
use crate::diagnosis::phrase::{counted, list, share};

/// A period this many times as long as the later one saw hours and days that the later one did not.
const TIMES_LONGER: u64 = 10;

/// Periods overlap by this share of the shorter one at least: nginx writes on in a log that was rotated
/// until its workers have opened the next.
const OVERLAP: u64 = 100;

/// Most names in a sentence.
const NAMED: usize = 4;

/// A limit, if it holds for these two periods.
type Holds = fn(&Analysis, &Analysis) -> Option<String>;

const LIMITS: [(LimitId, Holds); 9] = [
    (LimitId::NoHandshakes, no_handshakes),
    (LimitId::SameSource, same_source),
    (LimitId::Order, order),
    (LimitId::Overlap, overlap),
    (LimitId::Short, short),
    (LimitId::Untimed, untimed),
    (LimitId::ShowsLess, shows_less),
    (LimitId::Inferred, inferred),
    (LimitId::VantagePoints, vantage_points),
];

/// All that hold, the gravest first.
pub(super) fn limits(before: &Analysis, after: &Analysis, failures: &FailureChange) -> Vec<Limit> {
    let holds =
        |(id, holds): &(LimitId, Holds)| holds(before, after).map(|text| Limit { id: *id, text });
    let mut limits: Vec<Limit> = LIMITS.iter().filter_map(holds).collect();
    limits.extend(rose(failures).map(|text| Limit { id: LimitId::FailuresRose, text }));
    limits.extend(mix(before, after, failures).map(|text| Limit { id: LimitId::Mix, text }));
    limits.extend(hops(before, after).map(|text| Limit { id: LimitId::Hops, text }));
    limits
}

/// Whether both periods tell handshakes in the same way, so that what counts them counts the same.
pub(super) fn is_alike(before: &Analysis, after: &Analysis) -> bool {
    inferred(before, after).is_none()
}

/// Where anything is said to have changed by more than chance.
pub(super) fn independence(failures: &FailureChange, findings: &[FindingChange]) -> Option<Limit> {
    let rests_on_counts =
        |it: &FindingChange| it.verdict != Verdict::Unchanged && !it.measures.is_empty();
    let is_changed = !matches!(failures.trend, Trend::Steady | Trend::Unknown);
    (is_changed || findings.iter().any(rests_on_counts)).then(|| Limit {
        id: LimitId::Independence,
        text: "Each p takes handshakes for independent: an outage, or one client that tries again and again, \
               is one event, however many it counts."
            .to_owned(),
    })
}

/// Whoever fails at once reaches no timer: what is gone may only be hidden.
fn rose(failures: &FailureChange) -> Option<String> {
    (failures.trend == Trend::Rose).then(|| {
        "More handshakes fail than before: what ended in one way may end in another now.".to_owned()
    })
}

fn no_handshakes(before: &Analysis, after: &Analysis) -> Option<String> {
    let which = match (before.sightings.total, after.sightings.total) {
        (0, 0) => "Neither period has an",
        (0, _) => "The earlier period has no",
        (_, 0) => "The later period has no",
        _ => return None,
    };
    Some(format!("{which} opening handshake: there is nothing to compare."))
}

fn same_source(before: &Analysis, after: &Analysis) -> Option<String> {
    let names = |analysis: &Analysis| -> BTreeSet<String> {
        analysis.input.sources.iter().map(|source| source.path.clone()).collect()
    };
    let is_parted = before.input.period != after.input.period;
    let (was, is) = (names(before), names(after));
    let same: Vec<&String> = was.intersection(&is).collect();
    (!is_parted && !same.is_empty()).then(|| {
        format!(
            "Both periods were read from {}: what is held against itself does not change.",
            list(&same, NAMED)
        )
    })
}

fn order(before: &Analysis, after: &Analysis) -> Option<String> {
    let ((first, _), (_, last)) = (ends(before)?, ends(after)?);
    (last < first).then(|| {
        "The period called the later one is the earlier: perhaps the two were swapped.".to_owned()
    })
}

fn overlap(before: &Analysis, after: &Analysis) -> Option<String> {
    let ((first, last), (other_first, other_last)) = (ends(before)?, ends(after)?);
    let common = last.min(other_last).checked_sub(first.max(other_first))?;
    let common = u64::try_from(common).ok()?;
    let shorter = millis(before)?.min(millis(after)?);
    // Two periods that hold one moment each, and the same, overlap as well.
    (common > 0 || shorter == 0 && (first, last) == (other_first, other_last))
        .then_some(())
        .filter(|()| common.saturating_mul(OVERLAP) >= shorter)
        .map(|()| {
            format!(
                "The two periods overlap, by {}: what changed in that time is on both sides.",
                length(common)
            )
        })
}

fn short(before: &Analysis, after: &Analysis) -> Option<String> {
    let (was, is) = (millis(before)?, millis(after)?);
    (after.sightings.total > 0 && is.saturating_mul(TIMES_LONGER) < was).then(|| {
        format!(
            "The later period is {} long, the earlier {}: what comes and goes by the hour or the day may not \
             have had its turn.",
            length(is),
            length(was)
        )
    })
}

fn untimed(before: &Analysis, after: &Analysis) -> Option<String> {
    let has_handshakes = before.sightings.total > 0 && after.sightings.total > 0;
    let is_unknown = ends(before).is_none() || ends(after).is_none();
    (has_handshakes && is_unknown).then(|| {
        "When requests were logged is not known of both periods: whether they overlap, and how long they \
         are, neither."
            .to_owned()
    })
}

fn shows_less(before: &Analysis, after: &Analysis) -> Option<String> {
    let lacks = |one: &Analysis, other: &Analysis| -> Vec<String> {
        let is_lost = |it: &&Capability| {
            let name = it.name();
            other.input.capabilities.contains(&name) && !one.input.capabilities.contains(&name)
        };
        let name = |it: &Capability| format!("{} ({})", it.name(), it.without());
        Capability::ALL.iter().filter(is_lost).map(name).collect()
    };
    let has_lines = |analysis: &Analysis| !analysis.basis.formats.is_empty();
    if !has_lines(before) || !has_lines(after) {
        return None;
    }
    let told = |which: &str, lacking: &[String]| {
        format!("The {which} period's lines show less than the other's: {}.", lacking.join("; "))
    };
    let (was, is) = (lacks(before, after), lacks(after, before));
    match (was.is_empty(), is.is_empty()) {
        (true, true) => None,
        (false, true) => Some(told("earlier", &was)),
        (true, false) => Some(told("later", &is)),
        (false, false) => Some(format!("{} {}", told("earlier", &was), told("later", &is))),
    }
}

fn inferred(before: &Analysis, after: &Analysis) -> Option<String> {
    let tells = |analysis: &Analysis| {
        let names = [Capability::Key, Capability::Upgrade].map(Capability::name);
        names.iter().any(|name| analysis.input.capabilities.contains(name))
    };
    let by_path = |analysis: &Analysis| analysis.sightings.by_rule.path;
    let text = |which: &str, analysis: &Analysis| {
        format!(
            "In the {which} period {} of all sightings are told by their path alone, in the other by key or \
             Upgrade: it counts failures that the other way of telling does not see, and the other way round.",
            share(by_path(analysis), analysis.sightings.total)
        )
    };
    match (tells(before), tells(after)) {
        (false, true) if by_path(before) > 0 => Some(text("earlier", before)),
        (true, false) if by_path(after) > 0 => Some(text("later", after)),
        _ => None,
    }
}

fn vantage_points(before: &Analysis, after: &Analysis) -> Option<String> {
    let names = |analysis: &Analysis| -> BTreeSet<String> {
        analysis.sightings.by_vantage.iter().map(|row| row.vantage.clone()).collect()
    };
    let (was, is) = (names(before), names(after));
    if was == is || was.is_empty() || is.is_empty() {
        return None;
    }
    let only = |one: &BTreeSet<String>, other: &BTreeSet<String>| {
        let only: Vec<String> = one.difference(other).cloned().collect();
        (!only.is_empty()).then(|| list(&only, NAMED))
    };
    if was.is_disjoint(&is) {
        return Some(format!(
            "No vantage point is in both periods ({} before, {} after): all are taken together, and what \
             differs may be the place, not the time. --vantage NAME=PATH says which log is which nginx's.",
            list(&was.iter().collect::<Vec<_>>(), NAMED),
            list(&is.iter().collect::<Vec<_>>(), NAMED)
        ));
    }
    let told = [(only(&was, &is), "earlier"), (only(&is, &was), "later")];
    let told = told.into_iter().filter_map(|(names, which)| {
        names.map(|names| format!("{names} in the {which} period only"))
    });
    let told: Vec<String> = told.collect();
    Some(format!("{}: counted, and held against nothing.", told.join(", ")))
}

fn mix(before: &Analysis, after: &Analysis, failures: &FailureChange) -> Option<String> {
    let (was, is) = (failed(before), failed(after));
    let shared = tables(&was, &is);
    if tests(&shared) < 2 {
        return None;
    }
    let all = [Table { before: sum(&was), after: sum(&is) }];
    let (together, _) = trend(least(&all, Sight::EQUAL), 1);
    let is_other = ![together, Trend::Unknown].contains(&failures.trend);
    (is_other && together != Trend::Steady).then(|| {
        format!(
            "Taken together failures {}, within the vantage points they {}: which of them had how much \
             traffic changed, and that alone moves the sum (Simpson's paradox), or no single one shows \
             enough.",
            together.name(),
            match failures.trend {
                Trend::Steady => "did not change by more than chance".to_owned(),
                Trend::Mixed => "rose here and fell there".to_owned(),
                other => other.name().to_owned(),
            }
        )
    })
}

fn hops(before: &Analysis, after: &Analysis) -> Option<String> {
    let repeated = |analysis: &Analysis| analysis.handshakes.keys_seen_more_than_once;
    let seen = repeated(before).max(repeated(after));
    (seen > 0).then(|| {
        format!(
            "Keys seen more than once: {} before, {} after. Such a handshake counts at each vantage point it \
             passed.",
            repeated(before),
            repeated(after)
        )
    })
}

/// `1 h 3 min`, of ms.
fn length(millis: u64) -> String {
    let seconds = millis / 1000;
    match seconds {
        0 => format!("{millis} ms"),
        1..120 => counted(seconds, "second"),
        120..7_200 => counted(seconds / 60, "minute"),
        7_200..172_800 => counted(seconds / 3_600, "hour"),
        _ => counted(seconds / 86_400, "day"),
    }
}
