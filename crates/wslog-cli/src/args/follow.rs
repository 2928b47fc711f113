//! What can be typed behind `wslog follow`.

use std::io::{self, IsTerminal};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use wslog::parse::Millis;

use super::fail_on::FailOn;
use super::reading::ReadingArgs;
use super::report::{Output, ReportArgs};
use super::values::duration;

pub(super) const EXAMPLES: &str = "\
Examples:
  wslog follow /var/log/nginx/access.log
  wslog follow '/var/log/nginx/*.access.log' --from-end --output ndjson
  tail -F /var/log/nginx/access.log | wslog follow -
  kubectl logs -f deploy/ingress | wslog follow --out report.txt
  wslog follow access.log --listen 9117 > events.txt
  wslog follow access.log --from-end --fail-on critical   (status 1 as soon as there is one)";

#[derive(Debug, Args)]
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
