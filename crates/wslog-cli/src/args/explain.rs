//! What can be typed behind `wslog explain`.

use clap::Args;

pub(super) const EXAMPLES: &str = "\
Examples:
  wslog explain
  wslog explain http10-downgrade
  wslog explain proxy-http-version";

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// A finding's name, such as http10-downgrade
    pub(crate) finding: Option<String>,
}
