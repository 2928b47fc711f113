//! `wslog analyze`: finished logs become a report.

use std::io::BufWriter;

use anyhow::Result;
use wslog::{Analysis, Analyzer, Progress};

use crate::args::AnalyzeArgs;
use crate::complaint;
use crate::exit_status::ExitStatus;
use crate::inputs::Inputs;
use crate::interrupt;
use crate::output::{Output, Places};
use crate::progress::ProgressBar;

pub(crate) fn run(args: AnalyzeArgs) -> Result<ExitStatus> {
    let options = args.options()?;
    let Inputs { inputs, is_complete } = Inputs::find(args.inputs, &args.reading)?;
    let mut places = Places::beside(&inputs);
    let output = Output::open(&args.report, &mut places)?;
    let malformed = args.malformed.map(|path| places.open(&path, "--malformed")).transpose()?;
    let mut malformed = malformed.map(BufWriter::new);
    places.clear()?;

    let reads_pipe = inputs.iter().any(|input| input.path().is_none()) && interrupt::is_pipe();
    let progress = Progress::default();
    let bar = ProgressBar::of(&inputs, &progress);
    let mut analyzer = Analyzer::new(options).progress_to(&progress);
    for input in inputs {
        analyzer = analyzer.input(input);
    }
    if let Some(writer) = &mut malformed {
        analyzer = analyzer.malformed_to(writer);
    }
    if reads_pipe {
        interrupt::wait_for_the_end()?;
    }
    let analysis = bar.during(|| analyzer.run())?;
    let written = output.write(&analysis);
    let status = status(&analysis);
    written?;
    let is_met = args.fail_on.is_some_and(|fail_on| fail_on.is_met(&analysis.findings));
    Ok(match status {
        _ if !is_complete => ExitStatus::Error,
        ExitStatus::Done if is_met => ExitStatus::Met,
        status => status,
    })
}

/// Tells of the inputs' problems; any error among them is the run's.
pub(crate) fn status(analysis: &Analysis) -> ExitStatus {
    analysis.problems.iter().for_each(complaint::problem);
    match analysis.problems.iter().any(wslog::Problem::is_error) {
        true => ExitStatus::Error,
        false => ExitStatus::Done,
    }
}
