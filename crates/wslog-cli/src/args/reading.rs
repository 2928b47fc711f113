//! How logs are read and judged.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;
use wslog::parse::{LogFormat, Millis, NamedFormat};
use wslog::{ChunkSize, Mark, Moment, Options, Period, Regex, VantageName};

use super::values::{duration, moment, threads};

/// How lines are read and judged.
#[derive(Debug, Args)]
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

/// How logs are read that are finished.
#[derive(Debug, Args)]
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
