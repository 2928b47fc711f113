//! Whether what is told can be sent out.

use anyhow::{Context, Result};
use clap::Args;
use wslog::RedactionKey;

/// Whether what is told can be sent out.
#[derive(Debug, Args)]
pub(crate) struct RedactArgs {
    /// Put pseudonyms in place of addresses, keys, paths and what malformed lines hold, so that the report
    /// can be sent out: one for one and the same throughout it, and other ones in the next
    #[arg(long)]
    redact: bool,
}

impl RedactArgs {
    /// A key that nobody has seen, or will, if one is asked for.
    pub(crate) fn key(&self) -> Result<Option<RedactionKey>> {
        let draw = || {
            let mut bytes = [0; 32];
            getrandom::fill(&mut bytes).context("cannot draw a key for pseudonyms")?;
            Ok(RedactionKey::new(bytes))
        };
        self.redact.then(draw).transpose()
    }
}
