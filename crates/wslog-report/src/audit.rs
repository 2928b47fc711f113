//! A configuration's audit: what breaks WebSockets, where it stands, and what mends it.

mod markdown;
mod text;
mod words;

use std::io::{self, Write};

use wslog::Audit;

use crate::json::disarmed;

/// The forms an audit can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuditFormat {
    /// For people: at most 80 columns but for lines of configuration, with ANSI styles for a terminal;
    /// strip them elsewhere.
    Text,
    /// For a ticket.
    Markdown,
    /// For programs: everything, schema version 1.
    Json,
    /// For `patch -p0` and `git apply -p0`: byte for byte, so not for a terminal.
    Patch,
}

impl AuditFormat {
    /// Writes the audit.
    ///
    /// # Errors
    /// Only those of `to`.
    pub fn render(self, audit: &Audit, to: &mut dyn Write) -> io::Result<()> {
        match self {
            AuditFormat::Text => text::render(audit, to),
            AuditFormat::Markdown => markdown::render(audit, to),
            AuditFormat::Json => {
                writeln!(to, "{}", disarmed(&serde_json::to_string_pretty(audit)?))
            }
            AuditFormat::Patch => to.write_all(audit.patch_bytes()),
        }
    }
}
