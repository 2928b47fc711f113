//! The lines of an access log one by one, each as soon as it is complete.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::mem;
use std::path::PathBuf;

use crate::error::Error;
use crate::wait::wait_until;

/// Reads an [`AccessLog`](crate::AccessLog) once from its beginning to wherever it grows to. It
/// stays with the path: not for a log that is rotated meanwhile.
#[derive(Debug)]
pub struct Tail {
    path: PathBuf,
    read: u64,
    /// What was read and not given yet.
    rest: Vec<u8>,
}

impl Tail {
    pub(crate) fn new(path: PathBuf) -> Tail {
        Tail { path, read: 0, rest: Vec::new() }
    }

    /// Waits for the next complete line, and gives it without its end.
    ///
    /// # Errors
    /// [`Error::TimedOut`] when it does not come.
    pub fn next_line(&mut self) -> Result<Vec<u8>, Error> {
        let what = format!("another line in {}", self.path.display());
        wait_until(&what, || {
            if !self.rest.contains(&b'\n') {
                self.read_on().map_err(Error::io(format!("read {}", self.path.display())))?;
            }
            Ok(self.rest.iter().position(|&byte| byte == b'\n').map(|end| {
                let behind = self.rest.split_off(end + 1);
                let mut line = mem::replace(&mut self.rest, behind);
                line.truncate(end);
                line
            }))
        })
    }

    fn read_on(&mut self) -> io::Result<()> {
        let mut file = match File::open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            opened => opened?,
        };
        file.seek(SeekFrom::Start(self.read))?;
        let len = file.read_to_end(&mut self.rest)?;
        self.read += u64::try_from(len).unwrap_or_default();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;
    use std::io::Write;

    use super::*;

    #[test]
    fn ok_lines_come_whole_and_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("access.log");
        let mut tail = Tail::new(path.clone());
        let mut log = OpenOptions::new().create(true).append(true).open(&path).unwrap();
        log.write_all(b"one\n\ntw").unwrap();
        assert_eq!(tail.next_line().unwrap(), b"one");
        assert_eq!(tail.next_line().unwrap(), b"");
        log.write_all(b"o\nthree\n").unwrap();
        assert_eq!(tail.next_line().unwrap(), b"two");
        assert_eq!(tail.next_line().unwrap(), b"three");
    }
}
