//! Where the lines of one name go.

use std::io;

/// Takes what is read of one name.
pub(crate) trait Sink {
    /// Whole lines; `is_old` if they were there when following began.
    fn lines(&mut self, bytes: &[u8], is_old: bool);

    /// What was taken last, a line without its newline, is whole: nothing comes behind it.
    fn end(&mut self);

    /// Something could not be read; the rest is.
    fn trouble(&mut self, error: io::Error);

    /// Whether lines can be taken: a sample of a file's first lines may be needed to know their
    /// format.
    fn is_ready(&mut self, sample: &mut dyn FnMut() -> io::Result<Vec<u8>>) -> io::Result<bool>;
}
