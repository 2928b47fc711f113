//! The traces as they are.

use std::io::{self, Write};

use wslog::Trace;

use crate::json::disarmed;

pub(super) fn render(traces: &[Trace], to: &mut dyn Write) -> io::Result<()> {
    let json = serde_json::to_string_pretty(traces)?;
    writeln!(to, "{}", disarmed(&json))
}
