//! The lines of error logs.

use wslog_parse::error_log::ErrorEntry;
use wslog_parse::{BYTE_ORDER_MARK, LineError, Mismatch};

use crate::error_log::ErrorPlace;
use crate::fold::lines::rejected;
use crate::fold::{Fold, Place, Seen};
use crate::input::chunk::{Chunk, MAX_LINE};
use crate::partial::Refusal;
use crate::period::Away;

impl Fold<'_> {
    /// Reads the lines of a chunk of an error log, whose clock is so many minutes east of UTC; `each` is
    /// told as in [`Fold::chunk`].
    pub(super) fn errors(
        &mut self,
        chunk: &Chunk,
        offset_minutes: i16,
        mut each: impl FnMut(u32, u64, &[u8], Seen),
    ) {
        let (mut start, mut number) = (0, chunk.stretch.lines);
        for line in chunk.bytes.split_inclusive(|&byte| byte == b'\n') {
            let bytes = line.strip_suffix(b"\n").unwrap_or(line);
            let place = Place { chunk, start, lines_before: number, has_error_log: false };
            let seen = self.error_line(place, bytes, offset_minutes);
            each(number, chunk.start + start as u64, bytes, seen);
            start += line.len();
            number += 1;
        }
        let part = self.partial.source(chunk.source);
        part.bytes += chunk.len;
        part.count_lines(chunk.stretch, number);
    }

    fn error_line(&mut self, place: Place<'_>, line: &[u8], offset_minutes: i16) -> Seen {
        let is_oversized = line.len() > MAX_LINE;
        let line = trimmed(line, place);
        if line.trim_ascii().is_empty() {
            self.partial.source(place.chunk.source).blank += 1;
            return Seen::Blank;
        }
        let refusal = |mismatch| Refusal::from(&LineError::Malformed(mismatch));
        let parsed = match is_oversized {
            true => Err(refusal(Mismatch::oversized(line))),
            false if place.is_cut() => Err(refusal(Mismatch::cut(line))),
            false => {
                let refused = |error| Refusal::of_error_line(error, line);
                ErrorEntry::parse(line).map_err(refused)
            }
        };
        match parsed {
            Ok(entry) => self.error_entry(place, &entry, offset_minutes),
            Err(refusal) => {
                self.partial.error_log.record_refused(place.position());
                rejected(&mut self.partial, place, line, &refusal)
            }
        }
    }

    fn error_entry(
        &mut self,
        place: Place<'_>,
        entry: &ErrorEntry<'_>,
        offset_minutes: i16,
    ) -> Seen {
        let logged_at = entry.logged_at.at_offset(offset_minutes);
        let away = self.options.period.away(logged_at);
        let part = self.partial.source(place.chunk.source);
        part.error_lines += 1;
        part.outside += u64::from(away != Away::INSIDE);
        let place = ErrorPlace {
            position: place.position(),
            lines_before: place.lines_before,
            away,
            nginx: place.chunk.vantage.as_deref(),
        };
        self.partial.error_log.record(entry, place);
        Seen::Ordinary
    }
}

/// A line without the return that its end may begin with, and without the mark that a file may.
fn trimmed<'l>(line: &'l [u8], place: Place<'_>) -> &'l [u8] {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    match place.position().byte {
        0 => line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line),
        _ => line,
    }
}
