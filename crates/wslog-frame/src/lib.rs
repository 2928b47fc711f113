//! Entries and handshakes of nginx's access logs as polars [`DataFrame`]s, and as Parquet.
//!
//! ```
//! use polars::prelude::ChunkAgg;
//!
//! # let log = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/case/access.log");
//! let entries = wslog_frame::entries(&[log])?;
//! assert_eq!(entries.height(), 4);
//! let lived = entries.column("request_time_ms")?.i64()?.sum();
//! assert_eq!(lived, Some(167_823));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The columns are those of [`Table::columns`]: text is polars' `String`, whole numbers are `Int64`, and
//! instants `Datetime` in milliseconds and UTC. Durations are whole milliseconds, which sum exactly,
//! whatever the order.
//!
//! Nothing else of wslog needs this crate: polars takes minutes to build.

mod error;
mod frame;
mod parquet;

use std::io;
use std::path::Path;

pub use polars::frame::DataFrame;
use wslog::{Analyzer, Exported, Options, Problem, Table};

pub use crate::error::Error;
pub use crate::frame::{frame, schema};
pub use crate::parquet::{ParquetFile, ROW_GROUP_LEN, ROW_GROUP_TEXT_LEN};

/// The entries of access logs: one row a line that could be read.
///
/// # Errors
/// Those of [`read`]; and [`Error::Inputs`], if an input could not be read, or most of it does not fit its
/// format. Other malformed lines are left out; [`read`] says how many.
pub fn entries(paths: &[impl AsRef<Path>]) -> Result<DataFrame, Error> {
    of_files(Table::Entries, paths)
}

/// The opening handshakes in access logs and captures: one row for each at each place it was seen.
///
/// # Errors
/// As of [`entries`].
pub fn handshakes(paths: &[impl AsRef<Path>]) -> Result<DataFrame, Error> {
    of_files(Table::Handshakes, paths)
}

/// The rows of a table, of all inputs of an analyzer, and what there is to know about them.
///
/// # Errors
/// [`Error::Analyzer`]: before anything is read, or with an error of polars'.
pub fn read(analyzer: Analyzer<'_>, table: Table) -> Result<(DataFrame, Exported), Error> {
    let mut all = DataFrame::empty_with_schema(&schema(table));
    let exported = analyzer.export(
        table,
        |batch| frame(&batch),
        |rows| {
            let stacked = rows.and_then(|rows| all.vstack_mut_owned(rows).map(drop));
            stacked.map_err(io::Error::other)
        },
    )?;
    Ok((all, exported))
}

fn of_files(table: Table, paths: &[impl AsRef<Path>]) -> Result<DataFrame, Error> {
    let mut analyzer = Analyzer::new(Options::default());
    for input in paths.iter().flat_map(|path| wslog::Input::of_path(path.as_ref())) {
        analyzer = analyzer.input(input);
    }
    let (frame, exported) = read(analyzer, table)?;
    let errors: Vec<_> = exported.problems.into_iter().filter(Problem::is_error).collect();
    match errors.is_empty() {
        true => Ok(frame),
        false => Err(Error::Inputs(errors)),
    }
}
