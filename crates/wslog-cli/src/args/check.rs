//! What can be typed behind `wslog check`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use wslog::NginxVersion;
use wslog_report::AuditFormat;

use super::fail_on::FailOn;

pub(super) const EXAMPLES: &str = "\
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

#[derive(Debug, Args)]
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
