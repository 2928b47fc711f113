//! `wslog trace`: the way of single handshakes.

mod asked;
mod missing;

use anyhow::Result;
use wslog_report::TraceFormat;

use self::asked::Asked;
use crate::args::TraceArgs;
use crate::commands::analyze::status;
use crate::exit_status::ExitStatus;
use crate::inputs::Inputs;
use crate::output::{Places, Target};
use crate::{reading, vantages};

pub(crate) fn run(args: &TraceArgs) -> Result<ExitStatus> {
    let mut options = args.finished.options(&args.reading)?;
    options.redaction = args.redact.key()?;
    let asked = Asked::of(args)?;
    let Inputs { inputs, is_complete } = Inputs::find(asked.inputs, &args.reading)?;
    vantages::check(&args.reading.vantages, &vantages::names(&inputs))?;
    let mut places = Places::beside(&inputs);
    let to = Target::open(args.out.as_deref(), &mut places)?;
    places.clear()?;

    let tracing =
        reading::read(options, inputs, |analyzer| Ok(analyzer.gather()?.trace(&asked.wanted)))?;
    let format = TraceFormat::from(args.output);
    let written = to.write(|to| format.render(&tracing.traces, to));
    let status = status(&tracing.problems);
    missing::tell(&tracing);
    written?;
    Ok(match status {
        _ if !is_complete => ExitStatus::Error,
        ExitStatus::Done if !tracing.missing.is_empty() => ExitStatus::Met,
        status => status,
    })
}
