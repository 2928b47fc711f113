//! `wslog explain`: what findings mean.

use anyhow::{Result, bail};
use wslog::{Audit, Explanation, Finding};

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
    let all = || Finding::explanations().chain(Audit::explanations());
    let width = all().map(|it| it.id.len()).max().unwrap_or(0);
    let row = |it: Explanation| format!("{:width$}  {}", it.id, it.summary);
    stdout(|to| {
        writeln!(to, "In logs and captures (wslog analyze):")?;
        Finding::explanations().try_for_each(|it| writeln!(to, "{}", row(it)))?;
        writeln!(to, "\nIn a configuration (wslog check):")?;
        Audit::explanations().try_for_each(|it| writeln!(to, "{}", row(it)))
    })
}

fn explain(name: &str) -> Result<()> {
    let mut all = Finding::explanations().chain(Audit::explanations());
    match all.find(|it| it.id == name) {
        Some(explanation) => stdout(|to| to.write_all(explanation.text.as_bytes())),
        None => {
            let all = Finding::explanations().chain(Audit::explanations());
            let names: Vec<_> = all.map(|it| it.id).collect();
            bail!("no finding is called {name:?}; there are {}", names.join(", "))
        }
    }
}
