//! `wslog analyze`: finished logs become a report.

use std::io::BufWriter;

use anyhow::Result;
use wslog::{Problem, Wanted};
use wslog_report::Report;

use crate::args::{AnalyzeArgs, FailOn};
use crate::complaint;
use crate::exit_status::ExitStatus;
use crate::inputs::Inputs;
use crate::output::{Output, Places};
use crate::{reading, vantages};

mod part;

pub(crate) fn run(args: AnalyzeArgs) -> Result<ExitStatus> {
    let mut options = args.finished.options(&args.reading)?;
    options.redaction = args.redact.key()?;
    options.beside_error_log = args.partial.beside_error_log;
    let Inputs { inputs, is_complete } = Inputs::find_as(args.inputs, &args.reading, &args.stdin)?;
    let inputs = part::of(inputs, &args.partial)?;
    if let Some(to) = &args.partial.partial {
        // What others read may be the input that a name is for.
        vantages::check_alike(&args.reading.vantages, &vantages::names(&inputs))?;
        return part::write(to, args.partial.buckets, options, (inputs, is_complete));
    }
    vantages::check(&args.reading.vantages, &vantages::names(&inputs))?;
    let mut places = Places::beside(&inputs);
    let output = Output::open(&args.report, &mut places)?;
    let malformed = args.malformed.map(|path| places.open(&path, "--malformed")).transpose()?;
    let mut malformed = malformed.map(BufWriter::new);
    places.clear()?;

    let traces = output.traces();
    let (analysis, tracing) = reading::read(options, inputs, |analyzer| {
        let analyzer = match &mut malformed {
            Some(writer) => analyzer.malformed_to(writer),
            None => analyzer,
        };
        let gathered = analyzer.gather()?;
        let tracing = (traces > 0).then(|| gathered.trace(&Wanted::Worst(traces)));
        Ok((gathered.analysis(), tracing))
    })?;
    let traces = tracing.map_or_else(Vec::new, |tracing| tracing.traces);
    let status = report(output, Report { analysis: &analysis, traces: &traces }, &args.fail_on)?;
    Ok(if is_complete { status } else { ExitStatus::Error })
}

/// Writes a report, and tells of its inputs' problems; whether it has what was asked for.
pub(crate) fn report(output: Output, report: Report<'_>, fail_on: &[FailOn]) -> Result<ExitStatus> {
    let Report { analysis, .. } = report;
    let written = output.write(report);
    let status = status(&analysis.problems);
    written?;
    let is_met = fail_on.iter().any(|fail_on| fail_on.is_met(&analysis.findings));
    Ok(match status {
        ExitStatus::Done if is_met => ExitStatus::Met,
        status => status,
    })
}

/// Tells of the inputs' problems; any error among them is the run's.
pub(crate) fn status(problems: &[Problem]) -> ExitStatus {
    problems.iter().for_each(complaint::problem);
    match problems.iter().any(Problem::is_error) {
        true => ExitStatus::Error,
        false => ExitStatus::Done,
    }
}
