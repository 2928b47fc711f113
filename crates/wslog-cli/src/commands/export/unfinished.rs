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
        let told = to.display();
        let found = fs::symlink_metadata(to).ok();
        // Of a link what it leads to is replaced.
        let wanted = match found.is_some_and(|found| found.is_symlink()) {
            true => to.canonicalize().with_context(|| format!("--to {told}: leads nowhere"))?,
            false => to.to_owned(),
        };
        if !is_folder && to.as_os_str().as_encoded_bytes().ends_with(b"/") {
            bail!("--to {told}: names a folder, not a file");
        }
        let found = fs::metadata(&wanted).ok();
        match &found {
            Some(found) if is_folder && (!found.is_dir() || !is_empty(&wanted)) => bail!(
                "--to {told}: is there, and would be mixed with what is exported; remove it, or name another"
            ),
            Some(found) if !is_folder && !found.is_file() => {
                bail!("--to {told}: is no file that can be replaced")
            }
            _ => {}
        }
        let path = create(&wanted, is_folder)
            .with_context(|| format!("--to {told}: cannot be written"))?;
        let unfinished = Unfinished { path, wanted, is_kept: false };
        if let Some(found) = found {
            // Nobody may read it who might not read what was there.
            let kept = fs::set_permissions(&unfinished.path, found.permissions());
            kept.with_context(|| format!("--to {told}: cannot be written"))?;
        }
        Ok(unfinished)
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

/// Creates it beside the wanted one, hidden, under a name that is not taken: another process that was
/// killed, of the same number in its container, may have left one.
fn create(wanted: &Path, is_folder: bool) -> io::Result<PathBuf> {
    let name = wanted.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    let mut last = io::Error::from(io::ErrorKind::AlreadyExists);
    for attempt in 0..ATTEMPTS {
        let mut hidden = OsString::from(".");
        hidden.push(name);
        hidden.push(match attempt {
            0 => format!(".{}.unfinished", std::process::id()),
            _ => format!(".{}-{attempt}.unfinished", std::process::id()),
        });
        let path = wanted.with_file_name(hidden);
        let created = match is_folder {
            true => fs::create_dir(&path),
            false => fs::File::create_new(&path).map(drop),
        };
        match created {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

/// How many names are tried.
const ATTEMPTS: u32 = 100;

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut files| files.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_what_a_killed_process_of_the_same_number_left_is_in_nobodys_way() {
        let folder = tempfile::tempdir().unwrap();
        let wanted = folder.path().join("rows.csv");
        let left = Unfinished::beside(&wanted, false).unwrap();
        let next = Unfinished::beside(&wanted, false).unwrap();
        assert_ne!(left.path(), next.path());
        next.keep().unwrap();
        assert!(wanted.is_file() && left.path().is_file());
    }

    #[cfg(unix)]
    #[test]
    fn ok_nobody_may_read_it_who_might_not_before() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let wanted = folder.path().join("rows.csv");
        fs::write(&wanted, "old").unwrap();
        fs::set_permissions(&wanted, fs::Permissions::from_mode(0o600)).unwrap();
        Unfinished::beside(&wanted, false).unwrap().keep().unwrap();
        assert_eq!(fs::metadata(&wanted).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[cfg(unix)]
    #[test]
    fn err_a_link_to_nothing_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("rows.csv");
        std::os::unix::fs::symlink(folder.path().join("none"), &link).unwrap();
        let error = Unfinished::beside(&link, false).err().unwrap();
        assert!(error.to_string().ends_with("leads nowhere"), "{error}");
        assert!(link.is_symlink());
    }
}
