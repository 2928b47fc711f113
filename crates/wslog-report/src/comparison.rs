//! Two periods side by side: is it fixed, what got worse, can that be trusted.

mod markdown;
mod text;
mod words;

use std::io::{self, Write};

use wslog::Comparison;

use crate::json::disarmed;

/// The forms a comparison can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ComparisonFormat {
    /// For people: at most 80 columns, with ANSI styles for a terminal; strip them elsewhere.
    Text,
    /// For a ticket.
    Markdown,
    /// For programs: everything, schema version 1.
    Json,
}

impl ComparisonFormat {
    /// Writes the comparison.
    ///
    /// # Errors
    /// Only those of `to`.
    pub fn render(self, comparison: &Comparison, to: &mut dyn Write) -> io::Result<()> {
        match self {
            ComparisonFormat::Text => text::render(comparison, to),
            ComparisonFormat::Markdown => markdown::render(comparison, to),
            ComparisonFormat::Json => {
                writeln!(to, "{}", disarmed(&serde_json::to_string_pretty(comparison)?))
            }
        }
    }
}
