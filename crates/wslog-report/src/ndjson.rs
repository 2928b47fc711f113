//! What a follower tells, a JSON object each on a line of its own: for programs.

use serde::Serialize;
use wslog::{Analysis, Event, Summary};

use crate::json::disarmed;

/// What stands on one line; the key `event` says which it is.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Line<'a> {
    Summary(&'a Summary),
    Report { report: &'a Analysis },
}

/// An event as a line, without its end.
pub fn event_json(event: &Event) -> String {
    json(event)
}

/// What a window shows, as a line.
pub fn summary_json(summary: &Summary) -> String {
    json(&Line::Summary(summary))
}

/// The report at the end, as a line.
pub fn report_json(report: &Analysis) -> String {
    json(&Line::Report { report })
}

fn json(value: &impl Serialize) -> String {
    // All keys are texts, and nothing in it can fail to be written.
    disarmed(&serde_json::to_string(value).unwrap_or_default())
}
