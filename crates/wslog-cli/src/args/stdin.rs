//! What standard input is.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use wslog::Input;

/// What standard input is.
#[derive(Debug, Args)]
pub(crate) struct StdinArgs {
    /// What the file is called that standard input is
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    stdin_name: Option<String>,
}

impl StdinArgs {
    /// What it is called.
    pub(crate) fn name(&self) -> &str {
        self.stdin_name.as_deref().unwrap_or(Input::STDIN)
    }
}
