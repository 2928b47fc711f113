//! `wslog merge`: what several processes counted becomes one report.

use std::io;
use std::path::Path;

use anyhow::Result;
use wslog::{Input, Merger, Options, Wanted};
use wslog_report::Report;

use crate::args::MergeArgs;
use crate::commands::analyze::report;
use crate::exit_status::ExitStatus;
use crate::output::{Output, Places, Target};
use crate::{complaint, vantages};

pub(crate) fn run(args: &MergeArgs) -> Result<ExitStatus> {
    let options =
        Options { redaction: args.redact.key()?, threads: args.threads, ..Options::default() };
    let inputs: Vec<_> = args.partials.iter().map(Input::file).collect();
    let mut places = Places::beside(&inputs);
    if let Some(to) = &args.partial {
        let target = Target::open_as(Some(to), &mut places, "--partial")?;
        let partial = merger(args, options)?.partials()?;
        places.clear()?;
        target.write_whole(&partial)?;
        complaint::notice(&format!("{} bytes in {}", partial.len(), to.display()));
        return Ok(ExitStatus::Done);
    }
    let output = Output::open(&args.report, &mut places)?;
    let gathered = merger(args, options)?.merge(args.allow_overlap)?;
    let names: Vec<_> = gathered.source_names().map(str::to_owned).collect();
    vantages::check(&gathered.options().vantages, &names)?;
    places.clear()?;
    let traces = output.traces();
    let traces = match traces {
        0 => Vec::new(),
        traces => gathered.trace(&Wanted::Worst(traces)).traces,
    };
    let analysis = gathered.analysis();
    report(output, Report { analysis: &analysis, traces: &traces }, &args.fail_on)
}

fn merger(args: &MergeArgs, options: Options) -> Result<Merger> {
    let mut merger = Merger::new(options);
    for partial in &args.partials {
        match partial == Path::new(Input::STDIN) {
            true => merger.reader(Input::STDIN, io::stdin())?,
            false => merger.file(partial)?,
        }
    }
    Ok(merger)
}
