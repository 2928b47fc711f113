//! Rows as Parquet.

use std::io;

use wslog::{Batch, Table};
use wslog_frame::ParquetFile;

use super::encoding::{Encoding, RowFile, Writer};

/// Parquet, which makes of the rows of many batches a row group.
pub(super) struct Parquet;

impl Encoding for Parquet {
    type Piece = Batch;
    type File = ParquetFile<Writer>;

    fn encode(&self, batch: Batch) -> io::Result<Batch> {
        Ok(batch)
    }

    fn begin(&self, table: Table, file: Writer) -> io::Result<ParquetFile<Writer>> {
        ParquetFile::begin(table, file).map_err(io::Error::other)
    }
}

/// About how many bytes of memory a row takes besides its texts.
const ROW_LEN: usize = 512;

impl RowFile<Batch> for ParquetFile<Writer> {
    fn write(&mut self, rows: Batch) -> io::Result<()> {
        self.write(&rows).map_err(io::Error::other)
    }

    fn waiting(&self) -> usize {
        self.waiting() * ROW_LEN + self.waiting_text()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.flush().map_err(io::Error::other)
    }

    fn finish(self) -> io::Result<()> {
        self.finish().map_err(io::Error::other)
    }
}
