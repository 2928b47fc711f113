//! Where a report goes. Its place is opened before the work begins: a path that cannot be written
//! should not cost anybody an hour. Nothing that is there is lost before all places are open.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anstream::{AutoStream, StripStream};
use anyhow::{Context, Result, bail};
use wslog::{FileIdentity, Input};
use wslog_report::{Format, Report, printable};

use crate::args::ReportArgs;

/// An open place for a report.
pub(crate) struct Output {
    format: Format,
    to: Target,
}

/// An open place.
pub(crate) enum Target {
    Stdout,
    File(PathBuf, File),
}

impl Output {
    /// Opens the place that was asked for.
    pub(crate) fn open(args: &ReportArgs, places: &mut Places) -> Result<Output> {
        let to = Target::open(args.out.as_deref(), places)?;
        Ok(Output { format: args.output.into(), to })
    }

    /// Whether a program is to read standard output.
    pub(crate) fn needs_stdout_alone(&self) -> bool {
        matches!(self.to, Target::Stdout) && self.format != Format::Text
    }

    /// How many handshakes' ways the report draws.
    pub(crate) fn traces(&self) -> usize {
        self.format.traces()
    }

    /// Writes the report.
    pub(crate) fn write(self, report: Report<'_>) -> Result<()> {
        self.to.write(|to| self.format.render(report, to))
    }
}

impl Target {
    /// Opens the file of `--out`, if there is one; else it is standard output, and so is `-`.
    pub(crate) fn open(out: Option<&Path>, places: &mut Places) -> Result<Target> {
        Target::open_as(out, places, "--out")
    }

    /// The same of another flag.
    pub(crate) fn open_as(
        out: Option<&Path>,
        places: &mut Places,
        flag: &'static str,
    ) -> Result<Target> {
        Ok(match out {
            None => Target::Stdout,
            Some(path) if path == Path::new("-") => Target::Stdout,
            Some(path) => Target::File(path.to_owned(), places.open(path, flag)?),
        })
    }

    /// Has something written; colours reach terminals only. That nobody reads standard output any more
    /// is no error.
    pub(crate) fn write(self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
        match self {
            Target::Stdout => stdout(write),
            Target::File(path, file) => {
                let mut file = BufWriter::new(StripStream::new(file));
                let written = write(&mut file).and_then(|()| file.flush());
                written.with_context(|| format!("cannot write {}", path.display()))
            }
        }
    }
}

impl Target {
    /// Writes bytes as they are, for a program that needs all of them.
    pub(crate) fn write_whole(self, bytes: &[u8]) -> Result<()> {
        match self {
            Target::Stdout if io::stdout().is_terminal() => {
                bail!("these bytes are for a program: send them to a file or a pipe")
            }
            Target::Stdout => {
                let mut stdout = io::stdout().lock();
                let written = stdout.write_all(bytes).and_then(|()| stdout.flush());
                written.context("cannot write to standard output")
            }
            Target::File(path, mut file) => {
                file.write_all(bytes).with_context(|| format!("cannot write {}", path.display()))
            }
        }
    }

    /// Writes bytes as they are, for a program; a terminal gets what it can show of them.
    pub(crate) fn write_exactly(self, bytes: &[u8]) -> Result<()> {
        match self {
            Target::Stdout if io::stdout().is_terminal() => stdout(|to| {
                let text = String::from_utf8_lossy(bytes);
                text.lines().try_for_each(|line| {
                    let words: Vec<_> = line.split('\t').map(printable).collect();
                    writeln!(to, "{}", words.join("\t"))
                })
            }),
            Target::Stdout => match io::stdout().lock().write_all(bytes) {
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
                written => written.context("cannot write to standard output"),
            },
            Target::File(path, mut file) => {
                file.write_all(bytes).with_context(|| format!("cannot write {}", path.display()))
            }
        }
    }
}

/// Has something written to standard output, in one go.
pub(crate) fn stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let mut stdout = BufWriter::new(AutoStream::auto(io::stdout().lock()));
    match write(&mut stdout).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("cannot write to standard output"),
    }
}

/// The files to be written; none of them may be an input, or another of them.
pub(crate) struct Places {
    taken: Vec<Taken>,
    opened: Vec<File>,
}

/// A file that nothing else may be written to, whether it is there yet or not.
struct Taken {
    identity: Option<FileIdentity>,
    path: Option<PathBuf>,
    what: String,
}

impl Taken {
    fn by_path(path: &Path, what: String) -> Taken {
        Taken { identity: FileIdentity::of(path), path: whole(path), what }
    }

    fn is(&self, path: &Path) -> bool {
        let is_same = self.identity.is_some() && self.identity == FileIdentity::of(path);
        is_same || self.path.is_some() && self.path == whole(path)
    }
}

/// The path from the root on, of a file that need not be there.
fn whole(path: &Path) -> Option<PathBuf> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new(".")).canonicalize().ok()?;
    Some(folder.join(path.file_name()?))
}

impl Places {
    /// Places that must not be one of these inputs.
    pub(crate) fn beside(inputs: &[Input]) -> Places {
        let taken = inputs.iter().map(|input| Taken {
            identity: input.identity(),
            path: input.path().and_then(whole),
            what: "an input".to_owned(),
        });
        Places { taken: taken.collect(), opened: Vec::new() }
    }

    /// The same, and none of these either.
    pub(crate) fn and_beside(mut self, inputs: &[Input]) -> Places {
        self.taken.extend(Places::beside(inputs).taken);
        self
    }

    /// Takes a file to write to, unless it is taken. What is no file, a terminal for example, may be
    /// written to by several.
    pub(crate) fn take(&mut self, path: &Path, flag: &'static str) -> Result<()> {
        if path.metadata().is_ok_and(|metadata| !metadata.is_file()) {
            return Ok(());
        }
        if let Some(Taken { what, .. }) = self.taken.iter().find(|taken| taken.is(path)) {
            bail!("{flag} {}: is {what}, and would be overwritten", path.display());
        }
        self.taken.push(Taken::by_path(path, format!("the file of {flag}")));
        Ok(())
    }

    /// Opens a file to write to, and leaves in it what is there.
    pub(crate) fn open(&mut self, path: &Path, flag: &'static str) -> Result<File> {
        let cannot = || format!("{flag} {}: cannot be written", path.display());
        self.take(path, flag)?;
        let mut options = OpenOptions::new();
        let file = options.write(true).create(true).truncate(false).open(path);
        let file = file.with_context(cannot)?;
        if file.metadata().is_ok_and(|metadata| metadata.is_file()) {
            self.opened.push(file.try_clone().with_context(cannot)?);
        }
        Ok(file)
    }

    /// Empties the files, now that all are open.
    pub(crate) fn clear(self) -> Result<()> {
        self.opened.iter().try_for_each(|file| file.set_len(0)).context("cannot empty a file")
    }
}
