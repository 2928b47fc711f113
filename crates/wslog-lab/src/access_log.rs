//! The file an nginx logs to, read as whole lines while it grows.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::tail::Tail;
use crate::wait::wait_until;

/// One access log; the file need not exist yet.
#[derive(Clone, Debug)]
pub struct AccessLog {
    path: PathBuf,
}

impl AccessLog {
    pub(crate) fn new(path: PathBuf) -> AccessLog {
        AccessLog { path }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The log that was this one before the last `count` rotations: `access.log.1` is the newest.
    #[must_use]
    pub fn rotated(&self, count: usize) -> AccessLog {
        let mut path = self.path.clone().into_os_string();
        path.push(format!(".{count}"));
        AccessLog::new(path.into())
    }

    /// All it holds; nothing when there is no file.
    ///
    /// # Errors
    /// [`Error::Io`] for a file that cannot be read.
    pub fn bytes(&self) -> Result<Vec<u8>, Error> {
        match fs::read(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            read => read.map_err(Error::io(format!("read {}", self.path.display()))),
        }
    }

    /// Its complete lines, without their ends. A last line that is still being written is none.
    ///
    /// # Errors
    /// [`Error::Io`] for a file that cannot be read.
    pub fn lines(&self) -> Result<Vec<Vec<u8>>, Error> {
        let bytes = self.bytes()?;
        let complete = bytes.split_inclusive(|&byte| byte == b'\n');
        Ok(complete.filter_map(|line| line.strip_suffix(b"\n")).map(<[u8]>::to_vec).collect())
    }

    /// Waits until there are `count` complete lines or more, and gives them all.
    ///
    /// # Errors
    /// [`Error::TimedOut`] when they do not come.
    pub fn wait_for_lines(&self, count: usize) -> Result<Vec<Vec<u8>>, Error> {
        let what = format!("{count} lines in {}", self.path.display());
        wait_until(&what, || {
            let lines = self.lines()?;
            Ok((lines.len() >= count).then_some(lines))
        })
    }

    /// Its lines one by one, from the first on.
    pub fn tail(&self) -> Tail {
        Tail::new(self.path.clone())
    }

    /// It and all that were this log before, the newest first, as far as they are there.
    #[must_use]
    pub fn all(&self) -> Vec<AccessLog> {
        let rotated = (1..).map(|count| self.rotated(count));
        let rotated = rotated.take_while(|log| log.path.exists());
        Some(self.clone()).into_iter().filter(|log| log.path.exists()).chain(rotated).collect()
    }

    /// Copies the file to `.1` and truncates it, as logrotate does where it is told `copytruncate`:
    /// what is logged between the two is in no file.
    ///
    /// # Errors
    /// [`Error::Io`] for a file that is not there.
    pub fn copy_and_truncate(&self) -> Result<(), Error> {
        self.make_room()?;
        let truncate = || OpenOptions::new().write(true).open(&self.path)?.set_len(0);
        fs::copy(&self.path, self.rotated(1).path)
            .and_then(|_| truncate())
            .map_err(Error::io(format!("copy and truncate {}", self.path.display())))
    }

    /// Moves the file out of nginx's way, as logrotate does: `.1` becomes `.2`, and so on.
    pub(crate) fn set_aside(&self) -> Result<(), Error> {
        self.make_room()?;
        self.rename(&self.rotated(1))
    }

    /// Has nothing be `.1`.
    fn make_room(&self) -> Result<(), Error> {
        let occupied = (1..).take_while(|&count| self.rotated(count).path.exists()).count();
        for count in (1..=occupied).rev() {
            self.rotated(count).rename(&self.rotated(count + 1))?;
        }
        Ok(())
    }

    fn rename(&self, to: &AccessLog) -> Result<(), Error> {
        let what = || format!("rename {} to {}", self.path.display(), to.path.display());
        fs::rename(&self.path, &to.path).map_err(|source| Error::io(what())(source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_an_unfinished_line_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let log = AccessLog::new(folder.path().join("access.log"));
        assert!(log.lines().unwrap().is_empty());
        fs::write(log.path(), b"one\n\ntwo\nthr").unwrap();
        assert_eq!(log.lines().unwrap(), [&b"one"[..], b"", b"two"]);
    }

    #[test]
    fn ok_the_newest_of_the_rotated_is_1() {
        let folder = tempfile::tempdir().unwrap();
        let log = AccessLog::new(folder.path().join("access.log"));
        for content in ["old\n", "new\n"] {
            fs::write(log.path(), content).unwrap();
            log.set_aside().unwrap();
        }
        assert_eq!(log.rotated(1).bytes().unwrap(), b"new\n");
        assert_eq!(log.rotated(2).bytes().unwrap(), b"old\n");
        assert!(!log.path().exists());
    }

    #[test]
    fn ok_a_copy_is_made_before_the_log_is_emptied() {
        let folder = tempfile::tempdir().unwrap();
        let log = AccessLog::new(folder.path().join("access.log"));
        assert!(log.copy_and_truncate().is_err());
        for content in ["old\n", "new\n"] {
            fs::write(log.path(), content).unwrap();
            log.copy_and_truncate().unwrap();
        }
        let contents: Vec<_> = log.all().iter().map(|log| log.bytes().unwrap()).collect();
        assert_eq!(contents, [&b""[..], b"new\n", b"old\n"]);
    }
}
