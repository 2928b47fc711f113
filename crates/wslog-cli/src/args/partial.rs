//! How parts of logs are analyzed, to be merged.

use std::path::PathBuf;

use clap::Args;
use wslog::{Buckets, ByteRange};

/// What is read by one of several processes, and where what it counted goes.
#[derive(Debug, Args)]
pub(crate) struct PartialArgs {
    /// Instead of a report write all that was counted to FILE, for `wslog merge`; `-` is standard output
    #[arg(long, value_name = "FILE")]
    #[arg(conflicts_with_all = ["output", "out", "redact", "malformed", "fail_on"])]
    pub(crate) partial: Option<PathBuf>,
    /// Part the sightings in it by their keys into K frames, 1 to 4096, which may be merged apart
    #[arg(long, value_name = "K", default_value_t = Buckets::ONE, requires = "partial")]
    pub(crate) buckets: Buckets,
    /// Of the one input read only the lines that begin in its bytes from FROM on and before TO (to the end:
    /// `FROM-`). Standard input is to begin at byte FROM - 1 then, and at 0 only if FROM is 0, and to go on to the
    /// end of the last of these lines at least
    #[arg(long, value_name = "FROM-TO")]
    pub(crate) range: Option<ByteRange>,
    /// An error log is read by another process, whose lines may be about the requests read here: keep what
    /// they ask of these
    #[arg(long, requires = "partial")]
    pub(crate) beside_error_log: bool,
}
