//! `wslog compare`: two periods side by side.

use std::path::Path;

use anyhow::{Result, bail};
use wslog::{Analysis, Comparison, Gathered, Input, Moment, Options, Period, Problem, compare};
use wslog_report::ComparisonFormat;

use crate::args::{CompareArgs, CompareFailOn};
use crate::commands::analyze::status;
use crate::exit_status::ExitStatus;
use crate::inputs::Inputs;
use crate::output::{Places, Target};
use crate::{reading, vantages};

/// What is read of one period, and how.
struct Side {
    options: Options,
    inputs: Vec<Input>,
}

pub(crate) fn run(args: CompareArgs) -> Result<ExitStatus> {
    let options = args.finished.options(&args.reading)?;
    let CompareArgs { at, inputs, before, after, reading: how, .. } = args;
    let (one, other) = match at {
        Some(_) => Inputs::find_both(inputs.clone(), inputs, &how)?,
        None => Inputs::find_both(before, after, &how)?,
    };
    let is_complete = one.is_complete && other.is_complete;
    let [before, after] = match at {
        Some(at) => {
            can_be_read_twice(&one.inputs)?;
            parted(&options, at, one.inputs, other.inputs)?
        }
        None => {
            are_different(&one.inputs, &other.inputs)?;
            let before = Side { options: options.clone(), inputs: one.inputs };
            [before, Side { options, inputs: other.inputs }]
        }
    };
    let names = [vantages::names(&before.inputs), vantages::names(&after.inputs)].concat();
    vantages::check(&how.vantages, &names)?;
    let mut places = Places::beside(&before.inputs).and_beside(&after.inputs);
    let to = Target::open(args.out.as_deref(), &mut places)?;
    places.clear()?;

    let [before, after] = analyze(before, after)?;
    let comparison = compare(&before, &after);
    let format = ComparisonFormat::from(args.output);
    let written = to.write(|to| format.render(&comparison, to));
    let status = status(&problems(&before, &after));
    written?;
    let is_met = args.fail_on.iter().any(|it| is_met(*it, &comparison, &after));
    Ok(match status {
        _ if !is_complete => ExitStatus::Error,
        ExitStatus::Done if is_met => ExitStatus::Met,
        status => status,
    })
}

/// One set of inputs, parted by a moment.
fn parted(options: &Options, at: Moment, one: Vec<Input>, other: Vec<Input>) -> Result<[Side; 2]> {
    let Period { since, until } = options.period;
    let side = |period: Period, inputs| {
        if period.is_empty() {
            bail!("--at is not between --since and --until: one of the periods would be empty");
        }
        Ok(Side { options: Options { period, ..options.clone() }, inputs })
    };
    let before = side(Period { since, until: Some(at) }, one)?;
    Ok([before, side(Period { since: Some(at), until }, other)?])
}

/// Both periods are in each of them, so each is read once for the one and once for the other.
fn can_be_read_twice(inputs: &[Input]) -> Result<()> {
    let is_stream = |path: &Path| path.metadata().is_ok_and(|metadata| !metadata.is_file());
    for input in inputs {
        if input.path().is_none_or(is_stream) {
            bail!(
                "--at reads its inputs twice, which {} does not allow: name a file, compressed or not",
                input.name()
            );
        }
    }
    Ok(())
}

/// No input may be on both sides.
fn are_different(before: &[Input], after: &[Input]) -> Result<()> {
    for one in before {
        let is_same = |other: &&Input| {
            let identity = one.identity();
            one.name() == other.name() || identity.is_some() && identity == other.identity()
        };
        let Some(other) = after.iter().find(is_same) else { continue };
        if one.path().is_none() {
            bail!(
                "standard input is on both sides, and can be read once only: keep it in a file, whose parts \
                 --at TIME holds against each other"
            );
        }
        match one.name() == other.name() {
            true => bail!(
                "{} is on both sides; --at TIME holds its parts against each other",
                one.name()
            ),
            false => bail!(
                "--before {} and --after {} are one file; --at TIME holds its parts against each other",
                one.name(),
                other.name()
            ),
        }
    }
    Ok(())
}

/// Reads both; what one learns of paths that open WebSockets holds for the other too.
fn analyze(before: Side, after: Side) -> Result<[Analysis; 2]> {
    let [mut before, mut after] = [gather(before)?, gather(after)?];
    before.share_paths(&mut after);
    let analysis = before.analysis();
    // What the other needs no more makes room for it.
    drop(before);
    Ok([analysis, after.analysis()])
}

fn gather(Side { options, inputs }: Side) -> Result<Gathered> {
    reading::read(options, inputs, |analyzer| analyzer.gather())
}

/// Those of both sides; what both have is told once.
fn problems(before: &Analysis, after: &Analysis) -> Vec<Problem> {
    let is_new = |problem: &&Problem| !before.problems.contains(problem);
    before.problems.iter().chain(after.problems.iter().filter(is_new)).cloned().collect()
}

fn is_met(fail_on: CompareFailOn, comparison: &Comparison, after: &Analysis) -> bool {
    match fail_on {
        CompareFailOn::Worse => comparison.is_worse(),
        CompareFailOn::After(fail_on) => fail_on.is_met(&after.findings),
    }
}
