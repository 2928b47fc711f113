//! `wslog explain`: what findings mean.

use anyhow::{Result, bail};
use wslog::Finding;

use crate::args::ExplainArgs;
use crate::exit_status::ExitStatus;
use crate::output::stdout;

pub(crate) fn run(args: &ExplainArgs) -> Result<ExitStatus> {
    match &args.finding {
        None => list()?,
        Some(name) => explain(name)?,
    }
    Ok(ExitStatus::Done)
}

fn list() -> Result<()> {
    let width = Finding::explanations().map(|it| it.id.len()).max().unwrap_or(0);
    stdout(|to| {
        Finding::explanations().try_for_each(|it| writeln!(to, "{:width$}  {}", it.id, it.summary))
    })
}

fn explain(name: &str) -> Result<()> {
    match Finding::explanations().find(|it| it.id == name) {
        Some(explanation) => stdout(|to| to.write_all(explanation.text.as_bytes())),
        None => {
            let names: Vec<_> = Finding::explanations().map(|it| it.id).collect();
            bail!("no finding is called {name:?}; there are {}", names.join(", "))
        }
    }
}
