//! Where the lines of one name go.

use std::io;

use crate::tail::open_log::{OpenLog, Turn};

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

impl dyn Sink + '_ {
    /// Takes what is there now of a log, a turn's worth of it.
    pub(crate) fn read(&mut self, log: &mut OpenLog, buffer: &mut Vec<u8>) -> io::Result<Turn> {
        if !self.is_ready(&mut || log.sample())? {
            return Ok(Turn::End);
        }
        let is_old = log.is_old();
        let turn = log.read(buffer, &mut |lines| self.lines(lines, is_old))?;
        let Turn::Damaged { from, to } = turn else { return Ok(turn) };
        let text = format!("is damaged; its bytes {from} to {to} are left out");
        self.trouble(io::Error::new(io::ErrorKind::InvalidData, text));
        Ok(Turn::More)
    }
}
