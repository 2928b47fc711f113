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

/// How many rows a row group has at most; the last one, one that is flushed, and one of long texts have
/// fewer.
pub const ROW_GROUP_LEN: usize = 64 << 10;

/// A row group ends with the row with which its texts are so long together, in bytes.
pub const ROW_GROUP_TEXT_LEN: usize = 64 << 20;

/// A Parquet file that is being written, compressed with zstd. Memory is bounded by a row group.
///
/// The writer of DataFrames would look for the texts that come again in every column; here a batch brings
/// that along, which halves the time.
pub struct ParquetFile<W: Write> {
    writer: FileWriter<W>,
    /// Rows that are no row group yet.
    columns: Vec<ColumnRows>,
    waiting: usize,
    waiting_text: usize,
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
        // Others can do little with what Arrow calls a view.
        let schema = schema(table).to_arrow(CompatLevel::oldest());
        let writer = FileWriter::try_new(to, schema, options()?)?;
        let columns = table.columns().iter().map(|column| ColumnRows::new(column.kind)).collect();
        Ok(ParquetFile { writer, columns, waiting: 0, waiting_text: 0 })
    }

    /// Adds rows of that table.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&mut self, batch: &Batch) -> PolarsResult<()> {
        let mut start = 0;
        while start < batch.len() {
            let (end, text_len) = self.fitting(batch, start);
            for (rows, (_, values)) in self.columns.iter_mut().zip(batch.columns()) {
                rows.extend(values, start..end);
            }
            self.waiting += end - start;
            self.waiting_text += text_len;
            start = end;
            if self.waiting >= ROW_GROUP_LEN || self.waiting_text >= ROW_GROUP_TEXT_LEN {
                self.flush()?;
            }
        }
        Ok(())
    }

    /// Behind the last row that belongs to this row group, and how long the texts are up to it. However rows
    /// come in batches, row groups have the same.
    fn fitting(&self, batch: &Batch, start: usize) -> (usize, usize) {
        let most = ROW_GROUP_LEN - self.waiting;
        let longest = ROW_GROUP_TEXT_LEN - self.waiting_text;
        let whole = batch.text_len();
        if start == 0 && batch.len() <= most && whole < longest {
            return (batch.len(), whole);
        }
        let mut text_len = 0;
        for row in start..batch.len().min(start + most) {
            text_len += batch.text_len_of(row);
            if text_len >= longest {
                return (row + 1, text_len);
            }
        }
        (batch.len().min(start + most), text_len)
    }

    /// How many rows are no row group yet.
    pub fn waiting(&self) -> usize {
        self.waiting
    }

    /// How long their texts are together, in bytes.
    pub fn waiting_text(&self) -> usize {
        self.waiting_text
    }

    /// Makes them one.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn flush(&mut self) -> PolarsResult<()> {
        let rows = std::mem::take(&mut self.waiting);
        self.waiting_text = 0;
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
