//! Handshakes' ways, each as a drawing, a table and sentences.

mod drawing;
mod headline;
mod markdown;
mod rows;
mod text;

use std::io::{self, Write};

use wslog::{Trace, TracedSighting};

use crate::json::disarmed;

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

/// The sightings of each request, with the number of its first among all of the key.
fn requests(trace: &Trace) -> impl Iterator<Item = (&[TracedSighting], usize)> {
    let mut first = 0;
    trace.sightings.chunk_by(|one, next| one.request == next.request).map(move |request| {
        let number = first;
        first += request.len();
        (request, number)
    })
}
