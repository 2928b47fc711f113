//! One of the two periods: when it was, and what was read of it.

use crate::analysis::{Analysis, Totals};
use crate::comparison::ComparedPeriod;

pub(super) fn period(analysis: &Analysis) -> ComparedPeriod {
    let input = &analysis.input;
    let mut all = Totals::default();
    analysis.sightings.cells.iter().for_each(|cell| all.add(cell));
    ComparedPeriod {
        sources: input.sources.iter().map(|source| source.path.clone()).collect(),
        period: input.period,
        first_logged_at: analysis.basis.first_logged_at,
        last_logged_at: input.last_logged_at,
        seconds: millis(analysis).map(seconds),
        lines: input.lines,
        parsed: input.parsed,
        malformed: input.malformed,
        ambiguous: input.ambiguous,
        blank: input.blank,
        outside_period: input.outside_period,
        capabilities: input.capabilities.clone(),
        handshakes: analysis.handshakes.total,
        sightings: all.total,
        established: all.established,
        failed: all.failed,
        near_mark: all.near_mark,
        http10: all.http10,
    }
}

/// When the first and the last request were logged, in ms since 1970.
pub(super) fn ends(analysis: &Analysis) -> Option<(i64, i64)> {
    let first = analysis.basis.first_logged_at?;
    let last = analysis.input.last_logged_at?;
    Some((first.unix_millis(), last.unix_millis()))
}

/// How long it is, in ms.
pub(super) fn millis(analysis: &Analysis) -> Option<u64> {
    ends(analysis).map(|(first, last)| last.abs_diff(first))
}

#[expect(clippy::cast_precision_loss, reason = "a period of more than 2^53 ms there is not")]
fn seconds(millis: u64) -> f64 {
    millis as f64 / 1000.0
}
