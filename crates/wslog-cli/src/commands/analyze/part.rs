//! A part of logs, to be merged with others.

use std::path::Path;

use anyhow::{Result, bail};
use wslog::{Buckets, Input, Options};

use super::status;
use crate::args::PartialArgs;
use crate::exit_status::ExitStatus;
use crate::output::{Places, Target};
use crate::{complaint, reading};

/// The range of the one input there is, if one was asked for.
pub(super) fn of(inputs: Vec<Input>, args: &PartialArgs) -> Result<Vec<Input>> {
    let Some(range) = args.range else { return Ok(inputs) };
    if inputs.len() != 1 {
        bail!("--range: there has to be one input and no more, not {}", inputs.len());
    }
    Ok(inputs.into_iter().map(|input| input.within(range)).collect())
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
    let gathered = reading::read(options, inputs, wslog::Analyzer::gather)?;
    let (problems, sightings) = (gathered.problems(), gathered.sightings());
    let partial = gathered.into_partials(buckets)?;
    places.clear()?;
    target.write_whole(&partial)?;
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
