//! A file that is replaced again and again, each time at once: whoever reads it sees one or the other.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::commands::follow::events::Events;
use crate::commands::follow::lock::Lock;
use crate::output::Places;

pub(super) struct Replaced {
    /// What was typed for it.
    flag: &'static str,
    path: PathBuf,
    /// Where the next one is written before it takes the old one's place.
    draft: PathBuf,
    /// Whether the last one could not be written, which is told once.
    has_failed: bool,
    _lock: Lock,
}

impl Replaced {
    /// At this place, which must be writable now, and nothing else's.
    pub(super) fn at(path: &Path, flag: &'static str, places: &mut Places) -> Result<Replaced> {
        let cannot = || format!("{flag} {}: cannot be written", path.display());
        places.take(path, flag)?;
        if path.is_symlink() && !path.exists() {
            bail!("{flag} {}: is a link to nothing", path.display());
        }
        let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if path.metadata().is_ok_and(|metadata| !metadata.is_file()) {
            bail!("{flag} {}: is no file that can be replaced", path.display());
        }
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".wslog-draft");
        let draft = path.with_file_name(name);
        // One that was killed may have left its own there, and nobody else has a file of this name.
        if draft.symlink_metadata().is_ok_and(|metadata| !metadata.is_file()) {
            bail!("{}: is no file, and a draft is to be written there", draft.display());
        }
        let lock = Lock::on(path).with_context(cannot)?;
        File::create(&draft).and_then(|_| fs::remove_file(&draft)).with_context(cannot)?;
        Ok(Replaced { flag, path: path.clone(), draft, has_failed: false, _lock: lock })
    }

    /// Whether it could not be written the last time.
    pub(super) fn has_failed(&self) -> bool {
        self.has_failed
    }

    /// What is in it now, if it is there.
    pub(super) fn read(&self) -> Result<Option<Vec<u8>>> {
        match fs::read(&self.path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| self.shown()),
        }
    }

    /// What was typed.
    pub(super) fn shown(&self) -> String {
        format!("{} {}", self.flag, self.path.display())
    }

    /// Replaces it. Where that fails, the old one stays, and following goes on.
    pub(super) fn replace(
        &mut self,
        events: &mut Events,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) {
        let written = self.write(write);
        match &written {
            Ok(()) if self.has_failed => {
                events.warn(&format!("{}: is written again", self.shown()));
            }
            Err(error) if !self.has_failed => {
                let text = format!("{}: {error}; the old one stays, trying again", self.shown());
                events.warn(&text);
            }
            _ => {}
        }
        self.has_failed = written.is_err();
    }

    fn write(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let written = File::create(&self.draft).and_then(|file| {
            let mut draft = BufWriter::new(file);
            write(&mut draft)?;
            draft.flush()?;
            // Else a crash of the machine might leave an empty file under the name.
            draft.get_ref().sync_data()
        });
        match written {
            Ok(()) => fs::rename(&self.draft, &self.path),
            Err(error) => {
                // Half a draft only takes up the room that is lacking.
                let _ = fs::remove_file(&self.draft);
                Err(error)
            }
        }
    }
}
