//! One row for each vantage point, address, protocol and status (RFC 4180).

use std::io::{self, Write};

use wslog::{Analysis, Outcome};

use crate::disarm::cell;

const HEADER: [&str; 7] =
    ["vantage", "remote_addr", "protocol", "status", "outcome", "count", "near_mark"];

pub(crate) fn render(analysis: &Analysis, to: &mut dyn Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(to);
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
