//! `wslog formats`: the known formats, or how they fit a log.

use std::path::Path;

use anyhow::{Context, Result};
use wslog::parse::NamedFormat;
use wslog::{FormatFit, Input, survey};
use wslog_report::{render_formats, render_survey};

use crate::args::FormatsArgs;
use crate::exit_status::ExitStatus;
use crate::output::stdout;

/// An empty log fits nothing and is no error; one that cannot be read is.
pub(crate) fn run(args: FormatsArgs) -> Result<ExitStatus> {
    match args.input {
        None => {
            let fits = NamedFormat::ALL.iter().copied().filter_map(FormatFit::untried);
            let fits: Vec<_> = fits.collect();
            stdout(|stdout| render_formats(&fits, stdout))?;
        }
        Some(path) => {
            let name = path.display().to_string();
            let is_stdin = path == Path::new(Input::STDIN);
            let input = if is_stdin { Input::stdin() } else { Input::file(path) };
            let survey = survey(input).with_context(|| name.clone())?;
            stdout(|stdout| render_survey(&name, &survey, stdout))?;
        }
    }
    Ok(ExitStatus::Done)
}
