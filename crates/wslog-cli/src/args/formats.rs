//! What can be typed behind `wslog formats`.

use std::path::PathBuf;

use clap::Args;

pub(super) const EXAMPLES: &str = "\
Examples:
  wslog formats
  wslog formats /var/log/nginx/access.log
  zcat access.log.2.gz | wslog formats -";

#[derive(Debug, Args)]
pub(crate) struct FormatsArgs {
    /// An access log to try them on; `-` is standard input
    pub(crate) input: Option<PathBuf>,
}
