//! Where a report goes. Its place is opened before the work begins: a path that cannot be written
//! should not cost anybody an hour.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anstream::{AutoStream, StripStream};
use anyhow::{Context, Result, bail};
use wslog::Analysis;
use wslog_report::Format;

use crate::args::ReportArgs;

/// An open place for a report.
pub(crate) struct Output {
    format: Format,
    to: Target,
}

enum Target {
    Stdout,
    File(PathBuf, File),
}

impl Output {
    /// Opens the place that was asked for; it must not be one of the inputs.
    pub(crate) fn open(args: &ReportArgs, inputs: &[PathBuf]) -> Result<Output> {
        let to = match &args.out {
            None => Target::Stdout,
            Some(path) => Target::File(path.clone(), create(path, inputs, "--out")?),
        };
        Ok(Output { format: args.output.into(), to })
    }

    /// Whether a program is to read standard output.
    pub(crate) fn needs_stdout_alone(&self) -> bool {
        matches!(self.to, Target::Stdout) && self.format != Format::Text
    }

    /// Writes the report. Colours reach terminals only.
    pub(crate) fn write(self, analysis: &Analysis) -> Result<()> {
        match self.to {
            Target::Stdout => {
                let mut stdout = BufWriter::new(AutoStream::auto(io::stdout().lock()));
                self.format.render(analysis, &mut stdout)?;
                stdout.flush()?;
            }
            Target::File(path, file) => {
                let mut file = BufWriter::new(StripStream::new(file));
                let written = self.format.render(analysis, &mut file).and_then(|()| file.flush());
                written.with_context(|| format!("cannot write {}", path.display()))?;
            }
        }
        Ok(())
    }
}

/// Creates a file to write to, unless that would destroy an input.
pub(crate) fn create(path: &Path, inputs: &[PathBuf], flag: &str) -> Result<File> {
    if let Ok(target) = fs::canonicalize(path)
        && inputs.iter().any(|input| fs::canonicalize(input).is_ok_and(|input| input == target))
    {
        bail!("{flag} {}: is one of the inputs, and would be overwritten", path.display());
    }
    File::create(path).with_context(|| format!("{flag} {}: cannot be written", path.display()))
}
