//! Handshakes' ways, each as a drawing, a table and sentences.

mod drawing;
pub(crate) mod headline;
mod markdown;
pub(crate) mod rows;
mod text;

use std::io::{self, Write};

use wslog::{Trace, TracedSighting};

use crate::json::disarmed;

use self::drawing::drawing;
use self::rows::first_seen;

/// The forms traces can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TraceFormat {
    /// For people: at most 80 columns, with ANSI styles for a terminal; strip them elsewhere.
    Text,
    /// For a ticket: a section for each key.
    Markdown,
    /// For programs: an array of all that is known.
    Json,
}

impl TraceFormat {
    /// Writes the traces.
    ///
    /// # Errors
    /// Only those of `to`.
    pub fn render(self, traces: &[Trace], to: &mut dyn Write) -> io::Result<()> {
        match self {
            TraceFormat::Text => text::render(traces, to),
            TraceFormat::Markdown => markdown::render(traces, to),
            TraceFormat::Json => {
                writeln!(to, "{}", disarmed(&serde_json::to_string_pretty(traces)?))
            }
        }
    }
}

/// Most requests of one key that are shown to people.
const MOST_REQUESTS: usize = 10;

/// One request of a key as people are shown it, whatever the form.
pub(crate) struct Shown<'t> {
    /// Which of several it is.
    pub(crate) heading: Option<String>,
    pub(crate) first_seen: Option<String>,
    /// The lines of its drawing, if there is room for one.
    pub(crate) drawing: Option<Vec<String>>,
    pub(crate) sightings: &'t [TracedSighting],
}

/// The first requests of a key.
pub(crate) fn shown(trace: &Trace) -> Vec<Shown<'_>> {
    let mut first = 0;
    let mut shown = Vec::new();
    let requests = trace.sightings.chunk_by(|one, next| one.request == next.request);
    for sightings in requests.take(MOST_REQUESTS) {
        shown.push(Shown::of(trace, sightings, first));
        first += sightings.len();
    }
    shown
}

/// That there are more requests than are shown.
fn more(trace: &Trace) -> Option<String> {
    let more = trace.requests.saturating_sub(MOST_REQUESTS as u64);
    (more > 0).then(|| format!("And {more} more requests; all of them with --output json."))
}

impl<'t> Shown<'t> {
    /// `first` is the number of its first sighting among those of its key.
    fn of(trace: &Trace, sightings: &'t [TracedSighting], first: usize) -> Shown<'t> {
        let number = sightings.first().map_or(0, |first| first.request);
        let is_one_of_several = trace.requests > 1;
        Shown {
            heading: is_one_of_several.then(|| format!("Request {number} of {}", trace.requests)),
            first_seen: first_seen(sightings).map(|at| format!("First seen {at}")),
            drawing: drawing(sightings, first),
            sightings,
        }
    }
}
