//! What can be typed behind `wslog merge`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;

use super::fail_on::FailOn;
use super::redact::RedactArgs;
use super::report::ReportArgs;
use super::values::threads;

pub(super) const EXAMPLES: &str = "\
Examples:
  wslog analyze --partial a.partial /logs/a/     on one machine
  wslog analyze --partial b.partial /logs/b/     on another
  wslog merge a.partial b.partial                the report of both
  wslog merge --output html --out report.html *.partial";

#[derive(Debug, Args)]
pub(crate) struct MergeArgs {
    /// What `wslog analyze --partial` wrote; `-` is standard input
    #[arg(required = true)]
    pub(crate) partials: Vec<PathBuf>,
    /// Count bytes twice that are in several partials, instead of refusing them
    #[arg(long)]
    pub(crate) allow_overlap: bool,
    /// Instead of a report write one partial to FILE, which has everything that these have; `-` is standard
    /// output
    #[arg(long, value_name = "FILE", conflicts_with_all = ["output", "out", "redact", "fail_on", "allow_overlap"])]
    pub(crate) partial: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
    #[command(flatten)]
    pub(crate) redact: RedactArgs,
    /// Threads to use, 1 to 256 [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = threads)]
    pub(crate) threads: Option<NonZeroUsize>,
    /// End with status 1 if the report has any of these: critical, warning (or graver), info (anything), or a
    /// finding's name
    #[arg(long, value_name = "FINDING", value_delimiter = ',', value_parser = FailOn::parse)]
    pub(crate) fail_on: Vec<FailOn>,
}
