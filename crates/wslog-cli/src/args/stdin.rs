//! What standard input is.

use clap::Args;
use wslog::Input;

/// What standard input is.
#[derive(Debug, Args)]
pub(crate) struct StdinArgs {
    /// What the file is called that standard input is
    #[arg(long, value_name = "NAME")]
    stdin_name: Option<String>,
}

impl StdinArgs {
    /// What it is called.
    pub(crate) fn name(&self) -> &str {
        self.stdin_name.as_deref().unwrap_or(Input::STDIN)
    }
}
