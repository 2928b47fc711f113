//! What is being written stands under another name until it is whole.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// A file, or a folder of them, that is not whole yet. It is removed unless it is kept.
pub(super) struct Unfinished {
    /// Where it stands till then.
    path: PathBuf,
    /// Where it is to stand.
    wanted: PathBuf,
    is_kept: bool,
}

impl Unfinished {
    /// One that is to stand at `to`: a folder, if it `is_folder`, which must not be there or be empty.
    pub(super) fn beside(to: &Path, is_folder: bool) -> Result<Unfinished> {
        // Of a link what it leads to is replaced.
        let wanted = to.canonicalize().unwrap_or_else(|_| to.to_owned());
        let cannot = || format!("--to {}: cannot be written", to.display());
        match fs::metadata(&wanted) {
            Ok(found) if is_folder && (!found.is_dir() || !is_empty(&wanted)) => bail!(
                "--to {}: is there, and would be mixed with what is exported; remove it, or name another",
                to.display()
            ),
            Ok(found) if !is_folder && !found.is_file() => {
                bail!("--to {}: is no file that can be replaced", to.display())
            }
            _ => {}
        }
        let path = temporary(&wanted).with_context(cannot)?;
        match is_folder {
            true => fs::create_dir(&path),
            false => fs::File::create_new(&path).map(drop),
        }
        .with_context(cannot)?;
        Ok(Unfinished { path, wanted, is_kept: false })
    }

    /// Where it stands now.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Puts it where it is to stand.
    pub(super) fn keep(mut self) -> Result<()> {
        let renamed = fs::rename(&self.path, &self.wanted);
        renamed.with_context(|| format!("cannot write {}", self.wanted.display()))?;
        self.is_kept = true;
        Ok(())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.is_kept {
            // Nobody is helped by an error about what nobody will miss.
            let _ = match self.path.is_dir() {
                true => fs::remove_dir_all(&self.path),
                false => fs::remove_file(&self.path),
            };
        }
    }
}

/// A name beside the wanted one, hidden, and of this process alone.
fn temporary(wanted: &Path) -> io::Result<PathBuf> {
    let name = wanted.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    let mut hidden = OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{}.unfinished", std::process::id()));
    Ok(wanted.with_file_name(hidden))
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut files| files.next().is_none())
}
