//! Where a report goes, in what form.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use wslog_report::Format;

/// Where the report goes, and in what form.
#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// The form of the report
    #[arg(long, value_enum, default_value_t = Output::Text)]
    pub(crate) output: Output,
    /// Write the report to FILE [default: `-`, standard output]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// For people, at most 80 columns wide
    Text,
    /// For programs: everything
    Json,
    /// For a ticket: the same, short enough for a comment on GitHub
    Markdown,
    /// For a browser: one page with charts, which works offline
    Html,
    /// For spreadsheets: one row for each vantage point, address, protocol and status
    Csv,
    /// For programs that read line by line: a finding a line
    Ndjson,
}

impl From<Output> for Format {
    fn from(output: Output) -> Format {
        match output {
            Output::Text => Format::Text,
            Output::Json => Format::Json,
            Output::Markdown => Format::Markdown,
            Output::Html => Format::Html,
            Output::Csv => Format::Csv,
            Output::Ndjson => Format::Ndjson,
        }
    }
}
