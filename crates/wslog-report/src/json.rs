//! The analysis as it is. serde_json escapes what JSON must not hold raw.

use std::io::{self, Write};

use wslog::Analysis;

pub(crate) fn render(analysis: &Analysis, to: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *to, analysis)?;
    writeln!(to)
}
