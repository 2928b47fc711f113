//! One row for each vantage point, address, protocol and status, as RFC 4180 has it but for the ends of lines,
//! which are what other tools here have.

use std::io::{self, Write};

use csv::{QuoteStyle, WriterBuilder};
use wslog::{Analysis, Outcome};

use crate::disarm::cell;

const HEADER: [&str; 7] =
    ["vantage", "remote_addr", "protocol", "status", "outcome", "count", "near_mark"];

pub(crate) fn render(analysis: &Analysis, to: &mut dyn Write) -> io::Result<()> {
    // Also where cells are parted at semicolons, a text stays one.
    let mut writer = WriterBuilder::new().quote_style(QuoteStyle::NonNumeric).from_writer(to);
    writer.write_record(HEADER)?;
    for row in &analysis.sightings.cells {
        writer.write_record([
            cell(&row.vantage),
            cell(&row.remote_addr),
            row.protocol.to_string(),
            row.status.to_string(),
            Outcome::of(row.status).to_string(),
            row.count.to_string(),
            row.near_mark.to_string(),
        ])?;
    }
    writer.flush()
}
