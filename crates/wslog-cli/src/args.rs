//! What can be typed: the doc comments are the help text.

use std::io::{self, IsTerminal};
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::SystemTime;

use anyhow::{Context, Result, bail};
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use wslog::parse::{LogFormat, Millis, NamedFormat};
use wslog::{
    Audit, AuditFinding, ChunkSize, Explanation, Finding, Mark, Moment, NginxVersion, NoMoment,
    Options, Period, RedactionKey, Regex, Severity, VantageName,
};
use wslog_report::{AuditFormat, ComparisonFormat, Format, TraceFormat};

use crate::export_args::{self, ExportArgs};

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

const ANALYZE_EXAMPLES: &str = "\
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
  wslog analyze --vantage edge=edge.log --vantage inner=/logs/inner edge.log /logs/inner";

const TRACE_EXAMPLES: &str = "\
Examples:
  wslog trace 8+qDYeKJGFTWKB2ov4p5TA== client.har edge.log inner.log
  wslog trace --worst 5 /var/log/nginx/
  wslog trace --worst 5 --redact --output markdown --out ticket.md /var/log/nginx/
  grep ' 499 ' access.log | grep -o '[A-Za-z0-9+/]*==$' | wslog trace - access.log
  wslog trace --output markdown --out ticket.md 8+qDYeKJGFTWKB2ov4p5TA== access.log
  wslog trace --vantage edge=edge.log --vantage inner=inner.log --worst 1 edge.log inner.log";

const TRACE_USAGE: &str = "wslog trace [OPTIONS] <KEY>... [--] [INPUT]...
       wslog trace [OPTIONS] --worst <N> [INPUT]...";

const COMPARE_EXAMPLES: &str = "\
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

const COMPARE_USAGE: &str = "wslog compare [OPTIONS] --at <TIME> [INPUT]...
       wslog compare [OPTIONS] --before <INPUT>... --after <INPUT>...";

const CHECK_EXAMPLES: &str = "\
Examples:
  wslog check /etc/nginx/nginx.conf
  nginx -T | wslog check --nginx-version 1.24.0 -
  wslog check --with /var/log/nginx/ /etc/nginx/nginx.conf
  wslog check --output patch site.conf | patch -p0
  wslog check --fail-on warning nginx.conf

Exit status:
  0  done, whatever was found
  1  what --fail-on asked for was found
  2  an error: there is no such file, or it is not written in nginx's language";

const FOLLOW_EXAMPLES: &str = "\
Examples:
  wslog follow /var/log/nginx/access.log
  wslog follow '/var/log/nginx/*.access.log' --from-end --output ndjson
  tail -F /var/log/nginx/access.log | wslog follow -
  kubectl logs -f deploy/ingress | wslog follow --out report.txt
  wslog follow access.log --listen 9117 > events.txt
  wslog follow access.log --from-end --fail-on critical   (status 1 as soon as there is one)";

const FORMATS_EXAMPLES: &str = "\
Examples:
  wslog formats
  wslog formats /var/log/nginx/access.log
  zcat access.log.2.gz | wslog formats -";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  wslog explain
  wslog explain http10-downgrade
  wslog explain proxy-http-version";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Report on finished logs
    #[command(after_help = ANALYZE_EXAMPLES)]
    Analyze(AnalyzeArgs),
    /// Watch a growing log: each failed or downgraded handshake as it is logged
    #[command(after_help = FOLLOW_EXAMPLES)]
    Follow(FollowArgs),
    /// One handshake's way through every vantage point that saw it
    #[command(after_help = TRACE_EXAMPLES, override_usage = TRACE_USAGE)]
    Trace(TraceArgs),
    /// Is it fixed? Two periods side by side, and whether what changed is more than chance
    #[command(after_help = COMPARE_EXAMPLES, override_usage = COMPARE_USAGE)]
    Compare(CompareArgs),
    /// What breaks WebSockets in an nginx.conf, where, and the patch that mends it
    #[command(after_help = CHECK_EXAMPLES)]
    Check(CheckArgs),
    /// Entries or handshakes as Parquet, CSV or NDJSON, for SQL to ask
    #[command(after_help = export_args::EXAMPLES)]
    Export(ExportArgs),
    /// Known formats; which fits a log, why the others do not, and the one we recommend
    #[command(after_help = FORMATS_EXAMPLES)]
    Formats(FormatsArgs),
    /// What a finding means, how it is computed, and what to do; without a name, which there are
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(ExplainArgs),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ExplainArgs {
    /// A finding's name, such as http10-downgrade
    pub(crate) finding: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct FormatsArgs {
    /// An access log to try them on; `-` is standard input
    pub(crate) input: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
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
    /// Write every malformed line to FILE, as SOURCE:LINE:BYTE:TEXT (of one over 16 MiB its start)
    #[arg(long, value_name = "FILE", conflicts_with = "redact")]
    pub(crate) malformed: Option<PathBuf>,
    /// End with status 1 if the report has any of these: critical, warning (or graver), info (anything), or a
    /// finding's name
    #[arg(long, value_name = "FINDING", value_delimiter = ',', value_parser = FailOn::parse)]
    pub(crate) fail_on: Vec<FailOn>,
}

#[derive(Debug, ClapArgs)]
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

#[derive(Debug, ClapArgs)]
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

#[derive(Debug, ClapArgs)]
pub(crate) struct CheckArgs {
    /// An nginx.conf, or a file that one includes; `-` is standard input, where the output of nginx -T
    /// may come as well [default: /etc/nginx/nginx.conf]
    pub(crate) conf: Option<PathBuf>,
    /// The version of the nginx that is to read it, as `nginx -v` tells it [default: any]
    #[arg(long, value_name = "VERSION")]
    pub(crate) nginx_version: Option<NginxVersion>,
    /// What this nginx logged, as evidence: an access log, gz, zst, bz2 and xz as they are, or a folder of
    /// them; may be given several times
    #[arg(long, value_name = "LOG")]
    pub(crate) with: Vec<PathBuf>,
    /// The form of the report
    #[arg(long, value_enum, default_value_t = CheckOutput::Text)]
    pub(crate) output: CheckOutput,
    /// Write the report to FILE [default: `-`, standard output]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// End with status 1 if there is any of these: critical, warning (or graver), info (anything), or a
    /// finding's name
    #[arg(long, value_name = "FINDING", value_delimiter = ',', value_parser = FailOn::parse_checked)]
    pub(crate) fail_on: Vec<FailOn>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckOutput {
    /// For people
    Text,
    /// For a ticket
    Markdown,
    /// For programs: everything
    Json,
    /// A unified diff that mends what can be mended, for patch -p0 or git apply -p0
    Patch,
}

impl From<CheckOutput> for AuditFormat {
    fn from(output: CheckOutput) -> AuditFormat {
        match output {
            CheckOutput::Text => AuditFormat::Text,
            CheckOutput::Markdown => AuditFormat::Markdown,
            CheckOutput::Json => AuditFormat::Json,
            CheckOutput::Patch => AuditFormat::Patch,
        }
    }
}

#[derive(Debug, ClapArgs)]
pub(crate) struct FollowArgs {
    /// Access logs, followed by their names; folders or quoted patterns, whose new logs are followed
    /// as they come; `-`, or none and a pipe, is standard input
    pub(crate) inputs: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
    /// The form of what is told, and of the report at the end
    #[arg(long, value_enum, default_value_t = FollowOutput::Text)]
    pub(crate) output: FollowOutput,
    /// Write the report at the end to FILE [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Write lines on a terminal as well, instead of the live screen
    #[arg(long)]
    lines: bool,
    /// Leave out what is in the logs now
    #[arg(long)]
    pub(crate) from_end: bool,
    /// How far back a summary looks
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = duration)]
    pub(crate) window: Millis,
    /// How often there is one; 0: never
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration)]
    pub(crate) every: Millis,
    /// Keep a JSON report of everything seen in FILE, replaced at each summary and at the end
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    /// Keep in FILE what was seen and how far, and go on from there the next time
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// Serve the numbers for Prometheus at http://ADDR/metrics, and the JSON report at /report.json;
    /// a port alone means 127.0.0.1, and port 0 any free one
    #[arg(long, value_name = "ADDR", value_parser = listen)]
    pub(crate) listen: Option<SocketAddr>,
    /// End with status 1 as soon as the window shows any of these: critical, warning (or graver), info
    /// (anything), or a finding's name
    #[arg(long, value_name = "FINDING", value_delimiter = ',', value_parser = FailOn::parse_followed)]
    pub(crate) fail_on: Vec<FailOn>,
}

impl FollowArgs {
    /// Whether there is somebody to look at a screen.
    pub(crate) fn wants_screen(&self) -> bool {
        let is_terminal = io::stdout().is_terminal() && io::stdin().is_terminal();
        !self.lines && self.output == FollowOutput::Text && is_terminal
    }

    /// Where the report at the end goes, and in what form.
    pub(crate) fn report_args(&self) -> ReportArgs {
        let output = match self.output {
            FollowOutput::Text => Output::Text,
            FollowOutput::Json | FollowOutput::Ndjson => Output::Json,
            FollowOutput::Csv => Output::Csv,
        };
        ReportArgs { output, out: self.out.clone() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FollowOutput {
    /// For people: a line for each event, and at the end the report
    Text,
    /// For programs: a JSON object a line for each event and summary, and for the report
    Ndjson,
    /// The report as JSON; events go to standard error
    Json,
    /// The report as CSV; events go to standard error
    Csv,
}

/// What a run fails on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FailOn {
    /// A finding at least so severe.
    Severity(Severity),
    /// The finding of this name.
    Finding(&'static str),
}

impl FailOn {
    fn parse(text: &str) -> Result<FailOn, String> {
        FailOn::of(text, Finding::explanations())
    }

    /// The same for a configuration, which has findings of its own.
    fn parse_checked(text: &str) -> Result<FailOn, String> {
        FailOn::of(text, Audit::explanations())
    }

    /// The same where logs are followed, which do not show every finding.
    fn parse_followed(text: &str) -> Result<FailOn, String> {
        FailOn::of(text, Finding::explanations().filter(|it| it.is_followed))
    }

    fn of(text: &str, there: impl Iterator<Item = Explanation>) -> Result<FailOn, String> {
        let severity = match text {
            "critical" => Some(Severity::Critical),
            "warning" => Some(Severity::Warning),
            "info" => Some(Severity::Info),
            _ => None,
        };
        let ids: Vec<_> = there.map(|it| it.id).collect();
        let finding = || ids.iter().copied().find(|id| *id == text);
        let found = severity.map(FailOn::Severity).or_else(|| finding().map(FailOn::Finding));
        found.ok_or_else(|| {
            format!("expected critical, warning, info, or a finding: {}", ids.join(", "))
        })
    }

    /// Whether any of these findings about a configuration is what it is about.
    pub(crate) fn is_met_by(self, findings: &[AuditFinding]) -> bool {
        findings.iter().any(|finding| match self {
            FailOn::Severity(severity) => finding.severity <= severity,
            FailOn::Finding(name) => finding.id == name,
        })
    }

    /// Whether any of these findings is what it is about.
    pub(crate) fn is_met(self, findings: &[Finding]) -> bool {
        findings.iter().any(|finding| match self {
            FailOn::Severity(severity) => finding.severity <= severity,
            FailOn::Finding(name) => finding.id == name,
        })
    }
}

/// How lines are read and judged.
#[derive(Debug, ClapArgs)]
pub(crate) struct ReadingArgs {
    /// The log's format by name, see `wslog formats` [default: detected from the first lines]
    #[arg(long, value_name = "NAME", conflicts_with = "log_format")]
    format: Option<String>,
    /// The log's format as it stands in nginx.conf: the log_format directive, or its text
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<String>,
    /// An nginx.conf, or the output of nginx -T (`-`: on standard input), that says which log is in
    /// which format
    #[arg(long, value_name = "FILE", conflicts_with_all = ["format", "log_format"])]
    pub(crate) nginx_conf: Option<PathBuf>,
    /// Which of its formats; needed where it has several and no access_log names the input
    #[arg(long, value_name = "NAME", requires = "nginx_conf")]
    pub(crate) log_format_name: Option<String>,
    /// The age at which a timer is suspected
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration)]
    #[arg(allow_hyphen_values = true)]
    mark: Millis,
    /// How far from the mark still counts
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = duration)]
    #[arg(allow_hyphen_values = true)]
    tolerance: Millis,
    /// A GET whose path matches is a handshake, whatever its line shows
    #[arg(long, value_name = "REGEX")]
    websocket_path: Option<Regex>,
    /// NAME is what the nginx, or the capture, is called whose log PATH is, whatever its lines tell. PATH is
    /// an input, with all its rotated files, a folder, or `-`; may be given several times
    #[arg(long = "vantage", value_name = "NAME=PATH", value_parser = VantageName::parse)]
    pub(crate) vantages: Vec<VantageName>,
}

/// How logs are read that are finished.
#[derive(Debug, ClapArgs)]
pub(crate) struct FinishedArgs {
    /// Count only what was logged at TIME or later: RFC 3339, "2018-03-09 15:00" by the log's own
    /// clock, or -3h
    #[arg(long, value_name = "TIME", value_parser = moment, allow_hyphen_values = true)]
    since: Option<Moment>,
    /// Count only what was logged before TIME
    #[arg(long, value_name = "TIME", value_parser = moment, allow_hyphen_values = true)]
    until: Option<Moment>,
    /// Threads to use, 1 to 256 [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = threads)]
    threads: Option<NonZeroUsize>,
    /// Bytes read at a time; the report does not depend on it
    #[arg(long, value_name = "BYTES", hide = true)]
    chunk_size: Option<NonZeroUsize>,
}

/// Whether what is told can be sent out.
#[derive(Debug, ClapArgs)]
pub(crate) struct RedactArgs {
    /// Put pseudonyms in place of addresses, keys, paths and what malformed lines hold, so that the report
    /// can be sent out: one for one and the same throughout it, and other ones in the next
    #[arg(long)]
    redact: bool,
}

impl RedactArgs {
    /// A key that nobody has seen, or will, if one is asked for.
    pub(crate) fn key(&self) -> Result<Option<RedactionKey>> {
        let draw = || {
            let mut bytes = [0; 32];
            getrandom::fill(&mut bytes).context("cannot draw a key for pseudonyms")?;
            Ok(RedactionKey::new(bytes))
        };
        self.redact.then(draw).transpose()
    }
}

/// Where the report goes, and in what form.
#[derive(Debug, ClapArgs)]
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

impl ReadingArgs {
    /// What the library is to do.
    pub(crate) fn options(&self) -> Result<Options> {
        Ok(Options {
            format: self.log_format()?,
            mark: Mark { at: self.mark, tolerance: self.tolerance },
            websocket_path: self.websocket_path.clone(),
            vantages: self.vantages.clone(),
            ..Options::default()
        })
    }

    fn log_format(&self) -> Result<Option<LogFormat>> {
        if let Some(text) = &self.log_format {
            let format =
                LogFormat::from_config(text).with_context(|| format!("--log-format '{text}'"));
            return format.map(Some);
        }
        let Some(name) = &self.format else { return Ok(None) };
        let known = || NamedFormat::ALL.iter().map(|format| format.name).collect::<Vec<_>>();
        let format = NamedFormat::find(name).and_then(NamedFormat::compile).with_context(|| {
            format!("--format {name}: no such format; there are {}", known().join(", "))
        });
        format.map(Some)
    }
}

impl FinishedArgs {
    /// What the library is to do.
    pub(crate) fn options(&self, reading: &ReadingArgs) -> Result<Options> {
        let mut options = reading.options()?;
        options.period = Period { since: self.since, until: self.until };
        if options.period.is_empty() {
            bail!("--since is not before --until: no line can be in that period");
        }
        options.threads = self.threads;
        options.chunk_size = self.chunk_size.map_or(options.chunk_size, ChunkSize);
        Ok(options)
    }
}

fn worst(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (1..=1000).contains(number));
    number.ok_or_else(|| "expected a number from 1 to 1000".to_owned())
}

fn threads(text: &str) -> Result<NonZeroUsize, String> {
    let number = text.parse().ok().filter(|threads: &NonZeroUsize| threads.get() <= 256);
    number.ok_or_else(|| "expected a number from 1 to 256".to_owned())
}

fn moment(text: &str) -> Result<Moment, NoMoment> {
    Moment::parse(text, SystemTime::now())
}

/// `127.0.0.1:9117`, `[::1]:9117`, `localhost:9117`, `:9117` or `9117`: this machine alone is
/// reached, unless another address is named.
fn listen(text: &str) -> Result<SocketAddr, String> {
    let port = text.strip_prefix("localhost:").or_else(|| text.strip_prefix(':')).unwrap_or(text);
    let local = || port.parse().ok().map(|port: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    text.parse().ok().or_else(local).ok_or_else(|| {
        "expected a port, or an IP address and a port, like 9117, 127.0.0.1:9117 or [::1]:9117"
            .to_owned()
    })
}

/// `60`, `60s`, `1.5s`, `500ms`, `1m`, `1h`: seconds where there is no unit.
fn duration(text: &str) -> Result<Millis, String> {
    let message = || "expected a time like 60s, 1.5s, 500ms or 1m, not below 0".to_owned();
    let end = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit = match unit {
        "ms" => 1.0,
        "" | "s" => 1_000.0,
        "m" => 60_000.0,
        "h" => 3_600_000.0,
        _ => return Err(message()),
    };
    let millis = number.parse::<f64>().map_err(|_| message())? * unit;
    if !(0.0..=1e12).contains(&millis) {
        return Err(message());
    }
    #[expect(clippy::cast_possible_truncation, reason = "checked to be at most 10^12")]
    #[expect(clippy::cast_sign_loss, reason = "checked not to be below 0")]
    Ok(Millis(millis.round() as u64))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn ok_the_definitions_agree_with_each_other() {
        Args::command().debug_assert();
    }

    #[test]
    fn ok_durations() {
        for (text, millis) in
            [("60", 60_000), ("60s", 60_000), ("1.5s", 1_500), ("500ms", 500), ("2m", 120_000)]
        {
            assert_eq!(duration(text), Ok(Millis(millis)), "{text}");
        }
    }

    #[test]
    fn ok_addresses_to_listen_on() {
        for (text, address) in [
            ("9117", "127.0.0.1:9117"),
            (":9117", "127.0.0.1:9117"),
            ("localhost:9117", "127.0.0.1:9117"),
            ("127.0.0.1:0", "127.0.0.1:0"),
            ("[::1]:9117", "[::1]:9117"),
            ("0.0.0.0:9117", "0.0.0.0:9117"),
        ] {
            assert_eq!(listen(text), Ok(address.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn err_addresses_to_listen_on() {
        for text in ["", ":", "65536", "-1", "127.0.0.1", "::1", "example.com:9117", "127.0.0.1:x"]
        {
            assert!(listen(text).is_err(), "{text}");
        }
    }

    #[test]
    fn err_durations() {
        for text in ["", "-1", "-1s", "s", "1d", "inf", "nan", "1e300", "1 s"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
