//! An [`Analysis`] becomes text, JSON, Markdown, HTML or rows: one renderer a file, behind
//! [`Format::render`]. A [`Trace`] is drawn by [`TraceFormat::render`], a
//! [`Comparison`](wslog::Comparison) told by [`ComparisonFormat::render`], an [`Audit`](wslog::Audit) by
//! [`AuditFormat::render`].
//!
//! ```
//! use wslog::{Analyzer, Options};
//! use wslog_report::{Format, Report};
//!
//! let analysis = Analyzer::new(Options::default()).reader("empty.log", std::io::empty()).run()?;
//! let mut json = Vec::new();
//! Format::Json.render(Report::of(&analysis), &mut json)?;
//! assert!(json.starts_with(b"{"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Nothing is analysed here. Text from a log is never written raw: each renderer disarms it for
//! where it goes.

use std::io::{self, Write};

use wslog::{Analysis, Trace};

mod audit;
mod comparison;
mod csv;
mod disarm;
mod event;
mod formats;
mod html;
mod json;
mod markdown;
mod ndjson;
mod paragraph;
mod rows;
mod table;
mod tables;
mod text;
mod trace;
mod words;

pub use crate::audit::AuditFormat;
pub use crate::comparison::ComparisonFormat;
pub use crate::disarm::printable;
pub use crate::event::{event_line, length, summary_line};
pub use crate::formats::{excerpt, render_formats, render_survey};
pub use crate::ndjson::{event_json, report_json, summary_json};
pub use crate::rows::RowFormat;
pub use crate::trace::TraceFormat;

/// What a report is made of.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// What was found.
    pub analysis: &'a Analysis,
    /// The ways of the handshakes most worth a look, the worst first.
    pub traces: &'a [Trace],
}

impl<'a> Report<'a> {
    /// A report in which no handshake's way is drawn.
    pub fn of(analysis: &'a Analysis) -> Report<'a> {
        Report { analysis, traces: &[] }
    }
}

/// The forms a report can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// For people: at most 80 columns, with ANSI styles for a terminal; strip them elsewhere.
    Text,
    /// For programs: the whole analysis, schema version 1.
    Json,
    /// For programs that read line by line: a finding a line, the most severe first.
    Ndjson,
    /// For spreadsheets: one row for each vantage point, address, protocol and status.
    Csv,
    /// For a ticket: short enough for a comment on GitHub.
    Markdown,
    /// For a browser: one file with charts, that asks for nothing else.
    Html,
}

impl Format {
    /// How many handshakes' ways it draws, if it is given so many.
    pub fn traces(self) -> usize {
        match self {
            Format::Text | Format::Json | Format::Ndjson | Format::Csv => 0,
            Format::Markdown => 1,
            Format::Html => 5,
        }
    }

    /// Writes the report.
    ///
    /// # Errors
    /// Only those of `to`.
    pub fn render(self, report: Report<'_>, to: &mut dyn Write) -> io::Result<()> {
        match self {
            Format::Text => text::render(report.analysis, to),
            Format::Json => json::render(report.analysis, to),
            Format::Ndjson => ndjson::render(report.analysis, to),
            Format::Csv => csv::render(report.analysis, to),
            Format::Markdown => markdown::render(report, to),
            Format::Html => html::render(report, to),
        }
    }
}
