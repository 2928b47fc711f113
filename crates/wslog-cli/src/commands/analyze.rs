//! `wslog analyze`: finished logs become a report.

use std::io::{self, BufWriter, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use wslog::{Analysis, Analyzer, Input};

use crate::args::AnalyzeArgs;
use crate::complaint;
use crate::exit_status::ExitStatus;
use crate::output::{Output, Places};

pub(crate) fn run(args: AnalyzeArgs) -> Result<ExitStatus> {
    let options = args.options()?;
    let inputs = inputs(args.inputs)?;
    let mut places = Places::beside(&inputs);
    let output = Output::open(&args.report, &mut places)?;
    let malformed = args.malformed.map(|path| places.open(&path, "--malformed")).transpose()?;
    let mut malformed = malformed.map(BufWriter::new);
    places.clear()?;

    let mut analyzer = Analyzer::new(options);
    for path in &inputs {
        let is_stdin = path == Path::new(Input::STDIN);
        analyzer = analyzer.input(if is_stdin { Input::stdin() } else { Input::file(path) });
    }
    if let Some(writer) = &mut malformed {
        analyzer = analyzer.malformed_to(writer);
    }
    let analysis = analyzer.run()?;
    let written = output.write(&analysis);
    let status = status(&analysis);
    written?;
    Ok(status)
}

/// What was named, or standard input when nothing was and something is piped in.
fn inputs(named: Vec<PathBuf>) -> Result<Vec<PathBuf>> {
    if !named.is_empty() {
        return Ok(named);
    }
    if io::stdin().is_terminal() {
        bail!("no input: name an access log, or pipe one in");
    }
    Ok(vec![Input::STDIN.into()])
}

/// Tells of the inputs' problems; any error among them is the run's.
pub(crate) fn status(analysis: &Analysis) -> ExitStatus {
    analysis.problems.iter().for_each(complaint::problem);
    match analysis.problems.iter().any(wslog::Problem::is_error) {
        true => ExitStatus::Error,
        false => ExitStatus::Done,
    }
}
