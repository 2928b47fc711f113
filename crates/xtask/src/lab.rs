//! A scenario of the lab, played by hand.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::process::{self, cargo};
use crate::tools;

/// Which scenario, and where.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    /// Which scenario; all of them are listed when none is named
    scenario: Option<String>,
    /// An empty folder, or one to be made; a new one for temporary files when none is named
    #[arg(long, value_name = "DIR", requires = "scenario")]
    out: Option<PathBuf>,
}

/// Plays it, once what it needs is installed.
pub(crate) fn run(args: &Args, typed_in: &Path) -> Result<()> {
    let mut command =
        cargo(&["run", "--quiet", "--locked", "-p", "wslog-lab", "--example", "lab", "--"]);
    if let Some(scenario) = &args.scenario {
        tools::install_nginx()?;
        tools::install_tcpdump()?;
        if scenario == "chromium" {
            tools::install_chromium()?;
        }
        command.arg(scenario);
    }
    if let Some(out) = &args.out {
        command.arg(typed_in.join(out));
    }
    process::run(&mut command)
}
