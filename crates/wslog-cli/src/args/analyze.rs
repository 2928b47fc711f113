//! What can be typed behind `wslog analyze`.

use std::path::PathBuf;

use clap::Args;

use super::fail_on::FailOn;
use super::partial::PartialArgs;
use super::reading::{FinishedArgs, ReadingArgs};
use super::redact::RedactArgs;
use super::report::ReportArgs;
use super::stdin::StdinArgs;

pub(super) const EXAMPLES: &str = "\
Examples:
  wslog analyze access.log
  wslog analyze /var/log/nginx/edge.log /var/log/nginx/inner.log
  zcat access.log.2.gz | wslog analyze
  wslog analyze --log-format '$remote_addr \"$request\" $status' access.log
  wslog analyze --nginx-conf /etc/nginx/nginx.conf
  wslog analyze --since '2018-03-09 15:00' --until 2018-03-10 access.log
  wslog analyze --mark 30s --tolerance 500ms --output json --out report.json access.log
  wslog analyze --redact --output html --out report.html access.log
  wslog analyze --malformed rejected.txt access.log
  wslog analyze --partial monday.partial monday/   (see wslog help merge)
  wslog analyze --vantage edge=edge.log --vantage inner=/logs/inner edge.log /logs/inner";

#[derive(Debug, Args)]
pub(crate) struct AnalyzeArgs {
    /// Access logs, gz, zst, bz2 and xz as they are, or folders of them; `-`, or none and a pipe, is
    /// standard input
    pub(crate) inputs: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
    #[command(flatten)]
    pub(crate) finished: FinishedArgs,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
    #[command(flatten)]
    pub(crate) redact: RedactArgs,
    #[command(flatten)]
    pub(crate) partial: PartialArgs,
    #[command(flatten)]
    pub(crate) stdin: StdinArgs,
    /// Write every malformed line to FILE, as SOURCE:LINE:BYTE:TEXT (of one over 16 MiB its start)
    #[arg(long, value_name = "FILE", conflicts_with = "redact")]
    pub(crate) malformed: Option<PathBuf>,
    /// End with status 1 if the report has any of these: critical, warning (or graver), info (anything), or a
    /// finding's name
    #[arg(long, value_name = "FINDING", value_delimiter = ',', value_parser = FailOn::parse)]
    pub(crate) fail_on: Vec<FailOn>,
}
