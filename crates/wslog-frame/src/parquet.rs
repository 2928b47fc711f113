//! A Parquet file, row group by row group.

mod column;
mod dictionary;
mod texts;

use std::io::Write;

use polars::prelude::{CompatLevel, PolarsError, PolarsResult, SchemaExt};
use polars_parquet::parquet::error::ParquetError;
use polars_parquet::write::{
    CompressedPage, CompressionOptions, Compressor, DynIter, DynStreamingIterator,
    FallibleStreamingIterator, FileWriter, Page, ParquetType, StatisticsOptions, Version,
    WriteOptions, ZstdLevel, array_to_columns,
};
use wslog::{Batch, Table};

use self::column::ColumnRows;
use crate::frame::schema;

/// How many rows a row group has; the last one, or one that is flushed, has fewer.
pub const ROW_GROUP_LEN: usize = 64 << 10;

/// A Parquet file that is being written, compressed with zstd. Memory is bounded by a row group.
///
/// The writer of DataFrames would look for the texts that come again in every column; here a batch brings
/// that along, which halves the time.
pub struct ParquetFile<W: Write> {
    writer: FileWriter<W>,
    /// Rows that are no row group yet.
    columns: Vec<ColumnRows>,
    waiting: usize,
}

/// The least of zstd's levels: what is left to find once texts are in dictionaries and numbers are
/// differences, it finds as well.
const ZSTD_LEVEL: i32 = 1;

fn options() -> PolarsResult<WriteOptions> {
    Ok(WriteOptions {
        statistics: StatisticsOptions::default(),
        version: Version::V1,
        compression: CompressionOptions::Zstd(Some(ZstdLevel::try_new(ZSTD_LEVEL)?)),
        data_page_size: None,
    })
}

impl<W: Write> ParquetFile<W> {
    /// Begins a file for the rows of a table.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn begin(table: Table, to: W) -> PolarsResult<ParquetFile<W>> {
        let schema = schema(table).to_arrow(CompatLevel::newest());
        let writer = FileWriter::try_new(to, schema, options()?)?;
        let columns = table.columns().iter().map(|column| ColumnRows::new(column.kind)).collect();
        Ok(ParquetFile { writer, columns, waiting: 0 })
    }

    /// Adds rows of that table.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&mut self, batch: &Batch) -> PolarsResult<()> {
        let mut start = 0;
        while start < batch.len() {
            let end = batch.len().min(start + ROW_GROUP_LEN - self.waiting);
            for (rows, (_, values)) in self.columns.iter_mut().zip(batch.columns()) {
                rows.extend(values, start..end);
            }
            self.waiting += end - start;
            start = end;
            if self.waiting == ROW_GROUP_LEN {
                self.flush()?;
            }
        }
        Ok(())
    }

    /// How many rows are no row group yet.
    pub fn waiting(&self) -> usize {
        self.waiting
    }

    /// Makes them one.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn flush(&mut self) -> PolarsResult<()> {
        let rows = std::mem::take(&mut self.waiting);
        if rows == 0 {
            return Ok(());
        }
        let types = self.writer.parquet_schema().fields().to_vec();
        let columns = self.columns.iter_mut().zip(types);
        let options = self.writer.options();
        let pages = columns.map(|(rows, type_)| pages(rows, type_, options));
        let pages = pages.collect::<PolarsResult<Vec<_>>>()?;
        self.writer.write(rows as u64, DynIter::new(pages.into_iter().flatten()))
    }

    /// Writes the last row group, and what the file ends in.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn finish(mut self) -> PolarsResult<()> {
        self.flush()?;
        self.writer.end(None).map(drop)
    }
}

/// What is written of a column, and what is left to be done while it is.
type Pages = DynStreamingIterator<'static, CompressedPage, PolarsError>;

fn pages(
    rows: &mut ColumnRows,
    type_: ParquetType,
    options: WriteOptions,
) -> PolarsResult<Vec<PolarsResult<Pages>>> {
    let (array, encoding) = rows.take()?;
    let columns = array_to_columns(&array, type_, options, &[encoding])?;
    let compressed = |pages: DynIter<'static, PolarsResult<Page>>| {
        let pages = pages
            .map(|page| page.map_err(|error| ParquetError::FeatureNotSupported(error.to_string())));
        let compressor = Compressor::new_from_vec(pages, options.compression, Vec::new());
        Ok(DynStreamingIterator::new(compressor.map_err(PolarsError::from)))
    };
    Ok(columns.into_iter().map(compressed).collect())
}
