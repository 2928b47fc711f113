//! An [`Analysis`] becomes text, JSON or CSV: one renderer a file, behind [`Format::render`]. A
//! [`Trace`](wslog::Trace) is drawn by [`TraceFormat::render`], a [`Comparison`](wslog::Comparison) told by
//! [`ComparisonFormat::render`], an [`Audit`](wslog::Audit) by [`AuditFormat::render`].
//!
//! ```
//! use wslog::{Analyzer, Options};
//! use wslog_report::Format;
//!
//! let analysis = Analyzer::new(Options::default()).reader("empty.log", std::io::empty()).run()?;
//! let mut json = Vec::new();
//! Format::Json.render(&analysis, &mut json)?;
//! assert!(json.starts_with(b"{"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Nothing is analysed here. Text from a log is never written raw: each renderer disarms it for
//! where it goes.

use std::io::{self, Write};

use wslog::Analysis;

mod audit;
mod comparison;
mod csv;
mod disarm;
mod event;
mod formats;
mod json;
mod ndjson;
mod paragraph;
mod table;
mod text;
mod trace;

pub use crate::audit::AuditFormat;
pub use crate::comparison::ComparisonFormat;
pub use crate::disarm::printable;
pub use crate::event::{event_line, length, summary_line};
pub use crate::formats::{excerpt, render_formats, render_survey};
pub use crate::ndjson::{event_json, report_json, summary_json};
pub use crate::trace::TraceFormat;

/// The forms a report can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// For people: at most 80 columns, with ANSI styles for a terminal; strip them elsewhere.
    Text,
    /// For programs: the whole analysis, schema version 1.
    Json,
    /// For spreadsheets: one row for each vantage point, address, protocol and status.
    Csv,
}

impl Format {
    /// Writes the report.
    ///
    /// # Errors
    /// Only those of `to`.
    pub fn render(self, analysis: &Analysis, to: &mut dyn Write) -> io::Result<()> {
        match self {
            Format::Text => text::render(analysis, to),
            Format::Json => json::render(analysis, to),
            Format::Csv => csv::render(analysis, to),
        }
    }
}
