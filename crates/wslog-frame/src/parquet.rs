//! A Parquet file, row group by row group.

use std::io::Write;

use polars::prelude::{BatchedWriter, DataFrame, ParquetCompression, ParquetWriter, PolarsResult};
use wslog::Table;

use crate::frame::schema;

/// How many rows a row group has; the last one, or one that is flushed, has fewer.
pub const ROW_GROUP_LEN: usize = 64 << 10;

/// A Parquet file that is being written, compressed with zstd. Memory is bounded by a row group.
pub struct ParquetFile<W: Write> {
    writer: BatchedWriter<W>,
    /// Rows that are no row group yet.
    waiting: DataFrame,
}

impl<W: Write> ParquetFile<W> {
    /// Begins a file for the rows of a table.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn begin(table: Table, to: W) -> PolarsResult<ParquetFile<W>> {
        let schema = schema(table);
        let writer = ParquetWriter::new(to).with_compression(ParquetCompression::Zstd(None));
        let writer = writer.batched(&schema)?;
        Ok(ParquetFile { writer, waiting: DataFrame::empty_with_schema(&schema) })
    }

    /// Adds rows of that table.
    ///
    /// # Errors
    /// Those of the writer, and of rows of another table.
    pub fn write(&mut self, rows: DataFrame) -> PolarsResult<()> {
        self.waiting.vstack_mut_owned(rows)?;
        while self.waiting.height() >= ROW_GROUP_LEN {
            let (group, rest) =
                self.waiting.split_at(i64::try_from(ROW_GROUP_LEN).unwrap_or(i64::MAX));
            self.waiting = rest;
            self.write_group(group)?;
        }
        Ok(())
    }

    /// How many rows are no row group yet.
    pub fn waiting(&self) -> usize {
        self.waiting.height()
    }

    /// Makes them one.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn flush(&mut self) -> PolarsResult<()> {
        let rest = self.waiting.clear();
        let group = std::mem::replace(&mut self.waiting, rest);
        self.write_group(group)
    }

    /// Writes the last row group, and what the file ends in.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn finish(mut self) -> PolarsResult<()> {
        self.flush()?;
        self.writer.finish().map(drop)
    }

    fn write_group(&mut self, mut group: DataFrame) -> PolarsResult<()> {
        // Each of its pieces would become a row group.
        group.rechunk_mut_par();
        self.writer.write_batch(&group)
    }
}
