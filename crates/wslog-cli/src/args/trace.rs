//! What can be typed behind `wslog trace`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use wslog_report::TraceFormat;

use super::reading::{FinishedArgs, ReadingArgs};
use super::redact::RedactArgs;

pub(super) const EXAMPLES: &str = "\
Examples:
  wslog trace 8+qDYeKJGFTWKB2ov4p5TA== client.har edge.log inner.log
  wslog trace --worst 5 /var/log/nginx/
  wslog trace --worst 5 --redact --output markdown --out ticket.md /var/log/nginx/
  grep ' 499 ' access.log | grep -o '[A-Za-z0-9+/]*==$' | wslog trace - access.log
  wslog trace --output markdown --out ticket.md 8+qDYeKJGFTWKB2ov4p5TA== access.log
  wslog trace --vantage edge=edge.log --vantage inner=inner.log --worst 1 edge.log inner.log";

pub(super) const USAGE: &str = "wslog trace [OPTIONS] <KEY>... [--] [INPUT]...
       wslog trace [OPTIONS] --worst <N> [INPUT]...";

#[derive(Debug, Args)]
pub(crate) struct TraceArgs {
    /// Sec-WebSocket-Keys, behind them access logs, captures, or folders; a `-` in front of all reads
    /// keys from standard input
    #[arg(value_name = "KEY|INPUT")]
    pub(crate) arguments: Vec<PathBuf>,
    /// Behind `--` there are inputs alone, and in front of it keys alone
    #[arg(last = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,
    /// Instead of keys: the N handshakes most worth a look, 1 to 1000. Downgraded ones that failed near
    /// the mark come first, then others that failed
    #[arg(long, value_name = "N", value_parser = worst)]
    pub(crate) worst: Option<usize>,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
    #[command(flatten)]
    pub(crate) finished: FinishedArgs,
    #[command(flatten)]
    pub(crate) redact: RedactArgs,
    /// The form of the traces
    #[arg(long, value_enum, default_value_t = TraceOutput::Text)]
    pub(crate) output: TraceOutput,
    /// Write the traces to FILE [default: `-`, standard output]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TraceOutput {
    /// For people: a drawing and a table, at most 80 columns wide
    Text,
    /// For a ticket: the same as Markdown
    Markdown,
    /// For programs: an array of all that is known of each key
    Json,
}

impl From<TraceOutput> for TraceFormat {
    fn from(output: TraceOutput) -> TraceFormat {
        match output {
            TraceOutput::Text => TraceFormat::Text,
            TraceOutput::Markdown => TraceFormat::Markdown,
            TraceOutput::Json => TraceFormat::Json,
        }
    }
}

fn worst(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (1..=1000).contains(number));
    number.ok_or_else(|| "expected a number from 1 to 1000".to_owned())
}
