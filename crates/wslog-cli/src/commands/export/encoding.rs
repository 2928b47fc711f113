//! The forms that rows are written in.

use std::fs::File;
use std::io::{self, BufWriter};

use wslog::{Batch, Table};

/// How a file is written to.
pub(super) type Writer = BufWriter<File>;

/// A form that rows are written in.
pub(super) trait Encoding: Sync {
    /// What is made of a batch beforehand, by all threads at once.
    type Piece: Send;
    /// A file that is being written.
    type File: RowFile<Self::Piece> + Send;

    /// Makes of a batch what is to be written.
    fn encode(&self, batch: Batch) -> io::Result<Self::Piece>;

    /// Begins a file.
    fn begin(&self, table: Table, file: Writer) -> io::Result<Self::File>;
}

/// A file that is being written, piece by piece.
pub(super) trait RowFile<P> {
    /// Adds rows.
    fn write(&mut self, piece: P) -> io::Result<()>;

    /// About how many bytes of rows are kept in memory till there are enough of them.
    fn waiting(&self) -> usize {
        0
    }

    /// Writes those.
    fn flush(&mut self) -> io::Result<()>;

    /// Ends the file.
    fn finish(self) -> io::Result<()>;
}
