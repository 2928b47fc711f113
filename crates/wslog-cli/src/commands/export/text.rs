//! Rows as CSV and NDJSON.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use wslog::{Batch, Table};
use wslog_report::RowFormat;

use super::encoding::{Encoding, RowFile, Writer};

/// The text of rows.
pub(super) struct Text {
    format: RowFormat,
    spare: Spare,
}

/// Memory of what has been written: fresh one for every batch costs more than what is done in it.
type Spare = Arc<Mutex<Vec<Vec<u8>>>>;

impl Text {
    pub(super) fn new(format: RowFormat) -> Text {
        Text { format, spare: Spare::default() }
    }
}

impl Encoding for Text {
    type Piece = Vec<u8>;
    type File = TextFile;

    fn encode(&self, batch: Batch) -> io::Result<Vec<u8>> {
        let spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut text = spare.unwrap_or_default();
        self.format.render(&batch, &mut text);
        Ok(text)
    }

    fn begin(&self, table: Table, mut file: Writer) -> io::Result<TextFile> {
        file.write_all(&self.format.header(table))?;
        Ok(TextFile { file, spare: Arc::clone(&self.spare) })
    }
}

/// A file of text.
pub(super) struct TextFile {
    file: Writer,
    spare: Spare,
}

impl RowFile<Vec<u8>> for TextFile {
    fn write(&mut self, mut text: Vec<u8>) -> io::Result<()> {
        self.file.write_all(&text)?;
        text.clear();
        self.spare.lock().unwrap_or_else(PoisonError::into_inner).push(text);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }

    fn finish(mut self) -> io::Result<()> {
        self.file.flush()
    }
}
