//! JSON objects, each on a line of its own: for programs that read line by line.

use std::io::{self, Write};

use serde::Serialize;
use wslog::{Analysis, Event, Summary};

use crate::json::disarmed;

/// A line for each finding, the most severe first: the objects of the JSON report's `findings`.
pub(crate) fn render(analysis: &Analysis, to: &mut dyn Write) -> io::Result<()> {
    analysis.findings.iter().try_for_each(|finding| writeln!(to, "{}", json(finding)))
}

/// What stands on one line of what a follower tells; the key `event` says which it is.
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
