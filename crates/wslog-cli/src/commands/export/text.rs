//! Rows as CSV and NDJSON.

use std::io::{self, Write};

use wslog::{Batch, Table};
use wslog_report::RowFormat;

use super::encoding::{Encoding, RowFile, Writer};

/// The text of rows.
pub(super) struct Text(pub(super) RowFormat);

impl Encoding for Text {
    type Piece = Vec<u8>;
    type File = Writer;

    fn encode(&self, batch: &Batch) -> io::Result<Vec<u8>> {
        // Most rows of a log are longer than their lines.
        let mut text = Vec::with_capacity(batch.len() * 512);
        self.0.render(batch, &mut text)?;
        Ok(text)
    }

    fn begin(&self, table: Table, mut file: Writer) -> io::Result<Writer> {
        file.write_all(&self.0.header(table))?;
        Ok(file)
    }
}

impl RowFile<Vec<u8>> for Writer {
    fn write(&mut self, text: Vec<u8>) -> io::Result<()> {
        self.write_all(&text)
    }

    fn flush(&mut self) -> io::Result<()> {
        Write::flush(self)
    }

    fn finish(mut self) -> io::Result<()> {
        Write::flush(&mut self)
    }
}
