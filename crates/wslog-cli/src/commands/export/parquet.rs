//! Rows as Parquet.

use std::io;

use wslog::{Batch, Table};
use wslog_frame::{DataFrame, ParquetFile};

use super::encoding::{Encoding, RowFile, Writer};

/// Parquet, by way of DataFrames.
pub(super) struct Parquet;

impl Encoding for Parquet {
    type Piece = DataFrame;
    type File = ParquetFile<Writer>;

    fn encode(&self, batch: &Batch) -> io::Result<DataFrame> {
        wslog_frame::frame(batch).map_err(io::Error::other)
    }

    fn begin(&self, table: Table, file: Writer) -> io::Result<ParquetFile<Writer>> {
        ParquetFile::begin(table, file).map_err(io::Error::other)
    }
}

impl RowFile<DataFrame> for ParquetFile<Writer> {
    fn write(&mut self, rows: DataFrame) -> io::Result<()> {
        self.write(rows).map_err(io::Error::other)
    }

    fn waiting(&self) -> usize {
        self.waiting()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.flush().map_err(io::Error::other)
    }

    fn finish(self) -> io::Result<()> {
        self.finish().map_err(io::Error::other)
    }
}
