//! What is told of error logs.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::error_log::what::What;
use crate::error_log::{ErrorLog, Joined, wording};

/// What nginx's error logs say.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ErrorLogSummary {
    /// How often what was said, by event, then activity.
    pub events: Vec<ErrorEventRow>,
    /// Events about requests that were not looked at, because there were too many; the first in time are
    /// kept.
    pub lost: u64,
    /// The same in words, a sentence each; not part of the JSON report.
    #[serde(skip)]
    pub sentences: Vec<String>,
}

/// Lines of error logs that say the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ErrorEventRow {
    /// What happened, such as `upstream_timed_out`; `other` for all that has no name here.
    pub event: &'static str,
    /// What nginx was doing then, such as `proxying_upgraded_connection`; `other` for all that has no name
    /// here, none where the line does not tell.
    pub activity: Option<&'static str>,
    /// Lines, above 0.
    pub count: u64,
    /// Those of them that are known to be about a sighting.
    pub joined: u64,
    /// The outcomes of those sightings, each with the number of such lines.
    pub outcomes: BTreeMap<&'static str, u64>,
}

impl ErrorLogSummary {
    pub(crate) fn of(log: &ErrorLog, joined: &Joined) -> ErrorLogSummary {
        let row = |(&what, &count): (&What, &u64)| {
            let outcomes = joined.outcomes(what).map(|(outcome, count)| (outcome.name(), count));
            let outcomes: BTreeMap<_, _> = outcomes.collect();
            let row = ErrorEventRow {
                event: what.event_name(),
                activity: what.activity_name(),
                count,
                joined: outcomes.values().sum(),
                outcomes,
            };
            (what, row)
        };
        let mut rows: Vec<(What, ErrorEventRow)> = log.counts.iter().map(row).collect();
        rows.sort_by_key(|(_, row)| (row.event, row.activity));
        let lost = joined.lost;
        ErrorLogSummary {
            sentences: wording::sentences(&rows, lost),
            events: rows.into_iter().map(|(_, row)| row).collect(),
            lost,
        }
    }
}
