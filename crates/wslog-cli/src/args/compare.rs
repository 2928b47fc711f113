//! What can be typed behind `wslog compare`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use wslog::Moment;
use wslog_report::ComparisonFormat;

use super::fail_on::FailOn;
use super::reading::{FinishedArgs, ReadingArgs};
use super::values::moment;

pub(super) const EXAMPLES: &str = "\
Examples:
  wslog compare --at '2018-03-09 16:00' access.log
  wslog compare --before access.log.1 --after access.log
  wslog compare --before monday/ --after tuesday/ --output markdown --out ticket.md
  wslog compare --at -2h --fail-on worse,http10-downgrade /var/log/nginx/
  wslog compare --vantage edge=old.log --vantage edge=new.log --before old.log --after new.log

Exit status:
  0  done
  1  what --fail-on asked for is there
  2  an error (the report is still written if there was anything to read)";

pub(super) const USAGE: &str = "wslog compare [OPTIONS] --at <TIME> [INPUT]...
       wslog compare [OPTIONS] --before <INPUT>... --after <INPUT>...";

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("sides").required(true).args(["at", "before"]))]
pub(crate) struct CompareArgs {
    /// With --at: access logs, captures, or folders, which are read twice
    #[arg(value_name = "INPUT", conflicts_with_all = ["before", "after"])]
    pub(crate) inputs: Vec<PathBuf>,
    /// The moment of the change: what was logged earlier is held against what was logged from then on.
    /// RFC 3339, "2018-03-09 16:00" by the log's own clock, or -3h
    #[arg(long, value_name = "TIME", value_parser = moment, allow_hyphen_values = true)]
    #[arg(conflicts_with_all = ["before", "after"])]
    pub(crate) at: Option<Moment>,
    /// Access logs, captures, or folders from before the change; `-` is standard input
    #[arg(long, value_name = "INPUT", num_args = 1.., requires = "after")]
    pub(crate) before: Vec<PathBuf>,
    /// Those from after it
    #[arg(long, value_name = "INPUT", num_args = 1.., requires = "before")]
    pub(crate) after: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
    #[command(flatten)]
    pub(crate) finished: FinishedArgs,
    /// The form of the report
    #[arg(long, value_enum, default_value_t = CompareOutput::Text)]
    pub(crate) output: CompareOutput,
    /// Write the report to FILE [default: `-`, standard output]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// End with status 1 if anything got worse (worse), or if the later period has any of these:
    /// critical, warning (or graver), info (anything), or a finding's name
    #[arg(long, value_name = "FINDING", value_delimiter = ',', value_parser = CompareFailOn::parse)]
    pub(crate) fail_on: Vec<CompareFailOn>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CompareOutput {
    /// For people, at most 80 columns wide
    Text,
    /// For a ticket: the same as Markdown
    Markdown,
    /// For programs: everything
    Json,
}

impl From<CompareOutput> for ComparisonFormat {
    fn from(output: CompareOutput) -> ComparisonFormat {
        match output {
            CompareOutput::Text => ComparisonFormat::Text,
            CompareOutput::Markdown => ComparisonFormat::Markdown,
            CompareOutput::Json => ComparisonFormat::Json,
        }
    }
}

/// What a comparison fails on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CompareFailOn {
    /// That anything got worse.
    Worse,
    /// That the later period has such a finding.
    After(FailOn),
}

impl CompareFailOn {
    fn parse(text: &str) -> Result<CompareFailOn, String> {
        match text {
            "worse" => Ok(CompareFailOn::Worse),
            _ => FailOn::parse(text)
                .map(CompareFailOn::After)
                .map_err(|error| error.replacen("expected ", "expected worse, ", 1)),
        }
    }
}
