//! Finished logs are read, while a bar shows how far.

use anyhow::Result;
use wslog::{Analyzer, Error, Input, Options, Progress};

use crate::interrupt;
use crate::progress::ProgressBar;

/// Reads all inputs `with` what is to become of them.
pub(crate) fn read<'w, T>(
    options: Options,
    inputs: Vec<Input>,
    with: impl FnOnce(Analyzer<'w>) -> Result<T, Error>,
) -> Result<T> {
    let reads_pipe = inputs.iter().any(|input| input.path().is_none()) && interrupt::is_pipe();
    let progress = Progress::default();
    let bar = ProgressBar::of(&inputs, &progress);
    let mut analyzer = Analyzer::new(options).progress_to(&progress);
    for input in inputs {
        analyzer = analyzer.input(input);
    }
    if reads_pipe {
        interrupt::wait_for_the_end()?;
    }
    Ok(bar.during(|| with(analyzer))?)
}
