//! What the window shows at one moment, and which of its findings came or went.

use std::collections::HashSet;
use std::time::SystemTime;

use serde::Serialize;
use wslog_parse::{Millis, Timestamp};

use crate::analysis::{Downgrades, InputSummary, Sightings};
use crate::diagnosis::{Correlated, Finding};
use crate::follow::event::{Change, Event, FindingEvent};
use crate::follow::reading::{Reading, unix_millis};
use crate::follow::window::Counted;
use crate::summary::{Judged, Names, capabilities, formats, judge, upstream_cells};

/// What a window shows at one moment, by the times that lines were logged at: the latest line of each
/// log counts as logged when it came.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// The moment, by this machine's clock and the log's offset from UTC.
    #[serde(serialize_with = "crate::analysis::display")]
    pub at: Timestamp,
    /// How long the window is, in seconds.
    #[serde(serialize_with = "crate::analysis::whole_seconds")]
    pub window: Millis,
    /// Lines in the window.
    pub lines: u64,
    /// Those that do not fit their format.
    pub malformed: u64,
    /// Those that could be read in several ways.
    pub ambiguous: u64,
    /// When the last request in it ended.
    #[serde(serialize_with = "crate::analysis::display_option")]
    pub last_logged_at: Option<Timestamp>,
    /// Every opening handshake in it, at every place it was seen.
    pub sightings: Sightings,
    /// Those at HTTP/1.0.
    pub downgrades: Downgrades,
    /// The verdicts on it, the most severe first.
    pub findings: Vec<Finding>,
    /// Handshakes that had to be forgotten, wholly or in part, since following began: what is
    /// counted by key is a lower bound if there are any.
    pub evicted: u64,
}

impl Summary {
    pub(super) fn of(
        counted: &Counted,
        reading: &Reading,
        names: &Names<'_>,
        now: SystemTime,
    ) -> Summary {
        let last_logged_at = counted.extent.last_logged_at();
        let ever = reading.partial.extent.last_logged_at();
        let offset = ever.map_or(0, Timestamp::offset_minutes);
        let formats = formats(&reading.partial);
        let input = InputSummary {
            lines: counted.lines.all(),
            parsed: counted.lines.parsed,
            malformed: counted.lines.malformed,
            ambiguous: counted.lines.ambiguous,
            blank: counted.lines.blank,
            contested: counted.lines.contested,
            capabilities: capabilities(&formats),
            first_started_at: counted.extent.first_started_at(),
            last_logged_at,
            ..InputSummary::default()
        };
        // Captures are not followed.
        let correlated = Correlated::default();
        let logged = upstream_cells(&counted.counts, names);
        let Judged { sightings, downgrades, findings } = judge(
            &counted.counts,
            (&input, &formats, &logged),
            &correlated,
            names,
            &reading.options,
        );
        let window = reading.window.length().as_millis();
        Summary {
            at: Timestamp::new(unix_millis(now), offset),
            window: Millis(u64::try_from(window).unwrap_or(u64::MAX)),
            lines: input.lines,
            malformed: input.malformed,
            ambiguous: input.ambiguous,
            last_logged_at,
            sightings,
            downgrades,
            findings,
            evicted: reading.handshakes.evicted(),
        }
    }
}

/// What was told last of findings and names.
#[derive(Debug, Default)]
pub(super) struct Standing {
    findings: Vec<Finding>,
    /// Names that several vantage points have.
    pub(super) split_names: HashSet<u32>,
}

impl Standing {
    /// Tells what has changed, and keeps how things stand now.
    pub(super) fn tell(&mut self, summary: &Summary, mut each: impl FnMut(Event)) {
        let now = &summary.findings;
        let mut event = |change, finding: &Finding| {
            let at = match change {
                Change::Opened | Change::Changed => summary.last_logged_at.unwrap_or(summary.at),
                Change::Closed => summary.at,
            };
            each(Event::Finding(FindingEvent { at, change, finding: finding.clone() }));
        };
        for finding in now {
            match self.findings.iter().find(|old| old.id == finding.id) {
                None => event(Change::Opened, finding),
                Some(old) if old.severity != finding.severity => event(Change::Changed, finding),
                Some(_) => {}
            }
        }
        let is_gone = |old: &&Finding| now.iter().all(|finding| finding.id != old.id);
        self.findings.iter().filter(is_gone).for_each(|old| event(Change::Closed, old));
        self.findings.clone_from(now);
    }
}
