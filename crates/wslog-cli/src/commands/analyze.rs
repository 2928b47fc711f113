//! `wslog analyze`: finished logs become a report.

use std::io::{self, BufWriter, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use wslog::{Analysis, Analyzer, Input, Progress};

use crate::args::AnalyzeArgs;
use crate::complaint;
use crate::exit_status::ExitStatus;
use crate::output::{Output, Places};
use crate::progress::ProgressBar;

pub(crate) fn run(args: AnalyzeArgs) -> Result<ExitStatus> {
    let options = args.options()?;
    let named = inputs(args.inputs, args.reading.has_nginx_conf())?;
    let (inputs, is_complete) = args.reading.inputs(named)?;
    let mut places = Places::beside(&inputs);
    let output = Output::open(&args.report, &mut places)?;
    let malformed = args.malformed.map(|path| places.open(&path, "--malformed")).transpose()?;
    let mut malformed = malformed.map(BufWriter::new);
    places.clear()?;

    let progress = Progress::default();
    let bar = ProgressBar::of(&inputs, &progress);
    let mut analyzer = Analyzer::new(options).progress_to(&progress);
    for input in inputs {
        analyzer = analyzer.input(input);
    }
    if let Some(writer) = &mut malformed {
        analyzer = analyzer.malformed_to(writer);
    }
    let analysis = bar.during(|| analyzer.run())?;
    let written = output.write(&analysis);
    let status = status(&analysis);
    written?;
    Ok(if is_complete { status } else { ExitStatus::Error })
}

/// What was named, or standard input when nothing was and something is piped in.
fn inputs(named: Vec<PathBuf>, knows_others: bool) -> Result<Vec<Input>> {
    if named.is_empty() && knows_others {
        return Ok(Vec::new());
    }
    if named.is_empty() && io::stdin().is_terminal() {
        bail!("no input: name an access log or a folder of them, or pipe one in");
    }
    if named.is_empty() {
        return Ok(vec![Input::stdin()]);
    }
    let input = |path: PathBuf| match path == Path::new(Input::STDIN) {
        true => vec![Input::stdin()],
        false => Input::of_path(path),
    };
    Ok(named.into_iter().flat_map(input).collect())
}

/// Tells of the inputs' problems; any error among them is the run's.
pub(crate) fn status(analysis: &Analysis) -> ExitStatus {
    analysis.problems.iter().for_each(complaint::problem);
    match analysis.problems.iter().any(wslog::Problem::is_error) {
        true => ExitStatus::Error,
        false => ExitStatus::Done,
    }
}
