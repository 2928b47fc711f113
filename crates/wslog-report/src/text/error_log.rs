//! What nginx's error logs say.

use std::io::{self, Write};

use wslog::ErrorLogSummary;

use super::heading;
use crate::disarm::printable;
use crate::paragraph::bullet;

pub(super) fn render(error_log: &ErrorLogSummary, to: &mut dyn Write) -> io::Result<()> {
    writeln!(to)?;
    heading("What nginx's error log says", to)?;
    error_log
        .sentences
        .iter()
        .try_for_each(|sentence| writeln!(to, "{}", bullet(&printable(sentence))))
}
