//! What can be typed behind `wslog export`.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use wslog::Table;

use super::reading::{FinishedArgs, ReadingArgs};
use super::stdin::StdinArgs;

pub(super) const EXAMPLES: &str = "\
Examples:
  wslog export --to entries.parquet /var/log/nginx/
  wslog export --table handshakes --to handshakes.csv edge.log inner.log
  zcat access.log.2.gz | wslog export --to entries.ndjson
  wslog export --partition-by date --to entries.parquet /var/log/nginx/
  duckdb -c \"SELECT status, count(*) FROM 'entries.parquet' GROUP BY status\"";

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// Access logs, gz, zst, bz2 and xz as they are, or folders of them; `-`, or none and a pipe, is
    /// standard input. Captures have handshakes, and no entries
    pub(crate) inputs: Vec<PathBuf>,
    /// The file to write, in the form that its name ends in: .parquet, .csv or .ndjson. It is there when all
    /// inputs have been read
    #[arg(long, value_name = "FILE")]
    pub(crate) to: PathBuf,
    /// What the rows are
    #[arg(long, value_enum, default_value_t = TableArg::Entries)]
    table: TableArg,
    /// Make FILE a folder with a folder in it for each day, in UTC: date=2018-03-09
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) partition_by: Option<PartitionBy>,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
    #[command(flatten)]
    pub(crate) finished: FinishedArgs,
    #[command(flatten)]
    pub(crate) stdin: StdinArgs,
}

impl ExportArgs {
    pub(crate) fn table(&self) -> Table {
        match self.table {
            TableArg::Entries => Table::Entries,
            TableArg::Handshakes => Table::Handshakes,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum TableArg {
    /// One row a line of an access log that could be read
    Entries,
    /// One row a sighting of an opening handshake
    Handshakes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PartitionBy {
    /// The day a line was written, in UTC
    Date,
}

/// The forms of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileForm {
    Parquet,
    Csv,
    Ndjson,
}

impl FileForm {
    /// The form that a path ends in.
    pub(crate) fn of(path: &Path) -> Result<FileForm> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("parquet") => Ok(FileForm::Parquet),
            Some("csv") => Ok(FileForm::Csv),
            Some("ndjson") => Ok(FileForm::Ndjson),
            _ => bail!(
                "--to {}: expected a name that ends in .parquet, .csv or .ndjson, which says the form",
                path.display()
            ),
        }
    }

    pub(crate) fn extension(self) -> &'static str {
        match self {
            FileForm::Parquet => "parquet",
            FileForm::Csv => "csv",
            FileForm::Ndjson => "ndjson",
        }
    }
}
