//! What can be typed: the doc comments are the help text.

mod analyze;
mod check;
mod compare;
mod explain;
mod export;
mod fail_on;
mod follow;
mod formats;
mod merge;
mod partial;
mod reading;
mod redact;
mod report;
mod stdin;
mod trace;
mod values;

use clap::{Parser, Subcommand};

pub(crate) use self::analyze::AnalyzeArgs;
pub(crate) use self::check::CheckArgs;
pub(crate) use self::compare::{CompareArgs, CompareFailOn};
pub(crate) use self::explain::ExplainArgs;
pub(crate) use self::export::{ExportArgs, FileForm};
pub(crate) use self::fail_on::FailOn;
pub(crate) use self::follow::{FollowArgs, FollowOutput};
pub(crate) use self::formats::FormatsArgs;
pub(crate) use self::merge::MergeArgs;
pub(crate) use self::partial::PartialArgs;
pub(crate) use self::reading::ReadingArgs;
pub(crate) use self::report::ReportArgs;
pub(crate) use self::stdin::StdinArgs;
pub(crate) use self::trace::TraceArgs;

/// Says why WebSocket connections die behind nginx, and where on the way.
///
/// Reads nginx's access logs, finds the opening handshakes in them, and tells how they ended, by
/// protocol version, node and nginx: above all those that arrive as HTTP/1.0, which no WebSocket
/// client sends.
#[derive(Debug, Parser)]
#[command(name = "wslog", version, after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Start here:
  wslog analyze access.log                   what is broken, where, since when, what now
  wslog explain http10-downgrade             what a finding means, and what would prove it
  wslog formats access.log                   nothing found? what this log can show at all

Then:
  wslog trace --worst 3 edge.log inner.log   one handshake's way, hop by hop
  wslog check /etc/nginx/nginx.conf          what in it breaks WebSockets, and the patch
  wslog follow access.log                    each failure as it happens, across rotations
  wslog compare --at '2018-03-09 16:00' access.log
                                             is it fixed since then?

To show it to others:
  wslog analyze --output html --out report.html access.log
                                             a page with charts; markdown is for a ticket
  wslog analyze --redact --output html --out report.html access.log
                                             the same with pseudonyms, to be sent out
  wslog analyze --output json access.log | jq .findings
                                             for a program; csv and ndjson as well
  wslog export --to entries.csv access.log   every line as a row, for SQL

Exit status:
  0  done
  1  what --fail-on asked for was found, or a key to trace was nowhere
  2  an error: unreadable input, bad arguments, a log that does not fit its format
     (the report is still written)

Each command has examples of its own: wslog help analyze";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Report on finished logs
    #[command(after_help = analyze::EXAMPLES)]
    Analyze(AnalyzeArgs),
    /// Watch a growing log: each failed or downgraded handshake as it is logged
    #[command(after_help = follow::EXAMPLES)]
    Follow(FollowArgs),
    /// One handshake's way through every vantage point that saw it
    #[command(after_help = trace::EXAMPLES, override_usage = trace::USAGE)]
    Trace(TraceArgs),
    /// Is it fixed? Two periods side by side, and whether what changed is more than chance
    #[command(after_help = compare::EXAMPLES, override_usage = compare::USAGE)]
    Compare(CompareArgs),
    /// What breaks WebSockets in an nginx.conf, where, and the patch that mends it
    #[command(after_help = check::EXAMPLES)]
    Check(CheckArgs),
    /// Entries or handshakes as Parquet, CSV or NDJSON, for SQL to ask
    #[command(after_help = export::EXAMPLES)]
    Export(ExportArgs),
    /// The report of what several processes analyzed
    #[command(after_help = merge::EXAMPLES)]
    Merge(MergeArgs),
    /// Known formats; which fits a log, why the others do not, and the one we recommend
    #[command(after_help = formats::EXAMPLES)]
    Formats(FormatsArgs),
    /// What a finding means, how it is computed, and what to do; without a name, which there are
    #[command(after_help = explain::EXAMPLES)]
    Explain(ExplainArgs),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn ok_the_definitions_agree_with_each_other() {
        Args::command().debug_assert();
    }
}
