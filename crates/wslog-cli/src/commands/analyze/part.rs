//! A part of logs, to be merged with others.

use std::path::Path;

use anyhow::{Result, bail};
use wslog::{Buckets, Input, Options};

use super::status;
use crate::args::PartialArgs;
use crate::exit_status::ExitStatus;
use crate::output::{Places, Target};
use crate::{complaint, reading};

/// The inputs, or the range of the one there is.
pub(super) fn of(inputs: Vec<Input>, args: &PartialArgs) -> Result<Vec<Input>> {
    let is_stdin = |input: &Input| input.name() == Input::STDIN;
    if args.stdin_name.is_some() && !inputs.iter().any(is_stdin) {
        bail!("--stdin-name: standard input is not among the inputs");
    }
    if args.range.is_some() && inputs.len() != 1 {
        bail!("--range: there has to be one input and no more, not {}", inputs.len());
    }
    let named = |input: Input| match &args.stdin_name {
        Some(name) if is_stdin(&input) => input.named(name),
        _ => input,
    };
    let within = |input: Input| match args.range {
        Some(range) => input.within(range),
        None => input,
    };
    Ok(inputs.into_iter().map(named).map(within).collect())
}

/// Writes what was counted.
pub(super) fn write(
    to: &Path,
    buckets: Buckets,
    options: Options,
    (inputs, is_complete): (Vec<Input>, bool),
) -> Result<ExitStatus> {
    let mut places = Places::beside(&inputs);
    let target = Target::open_as(Some(to), &mut places, "--partial")?;
    places.clear()?;
    let gathered = reading::read(options, inputs, wslog::Analyzer::gather)?;
    let (problems, sightings) = (gathered.problems(), gathered.sightings());
    let partial = gathered.into_partials(buckets)?;
    target.write_exactly(&partial)?;
    complaint::notice(&format!(
        "{sightings} sightings, {} bytes in {}",
        partial.len(),
        to.display()
    ));
    Ok(match status(&problems) {
        _ if !is_complete => ExitStatus::Error,
        status => status,
    })
}
