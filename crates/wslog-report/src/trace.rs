//! The way of single handshakes, in the forms it can be told in.

mod clock;
mod drawing;
mod json;
mod markdown;
mod text;
mod words;

#[cfg(test)]
mod examples;

use std::io::{self, Write};

use wslog::{Trace, TracedSighting};

/// The forms that [traces](Trace) can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TraceFormat {
    /// For people: a drawing and a table, at most 80 columns, with ANSI styles for a terminal; strip
    /// them elsewhere.
    Text,
    /// For tickets: the same as Markdown.
    Markdown,
    /// For programs: an array of everything.
    Json,
}

impl TraceFormat {
    /// Writes the traces, in their order.
    ///
    /// # Errors
    /// Only those of `to`.
    pub fn render(self, traces: &[Trace], to: &mut dyn Write) -> io::Result<()> {
        match self {
            TraceFormat::Text => text::render(traces, to),
            TraceFormat::Markdown => markdown::render(traces, to),
            TraceFormat::Json => json::render(traces, to),
        }
    }
}

/// Most sightings of a key that people are shown.
const MOST_SHOWN: usize = 20;

/// The sightings that people are shown, by request.
fn requests(trace: &Trace) -> impl Iterator<Item = &[TracedSighting]> {
    shown(trace).chunk_by(|one, next| one.request == next.request)
}

fn shown(trace: &Trace) -> &[TracedSighting] {
    trace.sightings.get(..MOST_SHOWN).unwrap_or(&trace.sightings)
}
