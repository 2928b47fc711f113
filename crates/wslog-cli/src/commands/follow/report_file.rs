//! A report that is replaced again and again, each time at once: whoever reads it sees one or the
//! other.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use wslog::Analysis;
use wslog_report::Format;

use crate::complaint;

pub(super) struct ReportFile {
    path: PathBuf,
    /// Where the next one is written before it takes the old one's place.
    draft: PathBuf,
    /// Whether the last one could not be written, which is told once.
    has_failed: bool,
}

impl ReportFile {
    /// At this place, which must be writable now.
    pub(super) fn at(path: &Path) -> Result<ReportFile> {
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if path.metadata().is_ok_and(|metadata| !metadata.is_file()) {
            bail!("--report {}: is no file that can be replaced", path.display());
        }
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".new");
        let draft = path.with_file_name(name);
        File::create(&draft)
            .and_then(|_| fs::remove_file(&draft))
            .with_context(|| format!("--report {}: cannot be written", path.display()))?;
        Ok(ReportFile { path, draft, has_failed: false })
    }

    pub(super) fn replace(&mut self, analysis: &Analysis) {
        let written = self.write(analysis);
        if let (Err(error), false) = (&written, self.has_failed) {
            let path = self.path.display();
            complaint::warning(&format!("--report {path}: {error}; trying again"));
        }
        self.has_failed = written.is_err();
    }

    fn write(&self, analysis: &Analysis) -> io::Result<()> {
        let mut draft = BufWriter::new(File::create(&self.draft)?);
        Format::Json.render(analysis, &mut draft)?;
        draft.flush()?;
        fs::rename(&self.draft, &self.path)
    }
}
