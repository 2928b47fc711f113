//! The lines of a chunk of an access log, each of which is asked for everything it shows.

use wslog_parse::Entry;

use crate::fold::lines::{Told, told};
use crate::fold::{Current, Fold, Place};
use crate::input::chunk::Chunk;
use crate::input::source::SourceFormats;
use crate::partial::Run;

impl Fold<'_> {
    /// Tells `each` the entries of a chunk that were logged in the period asked for. Nothing is kept of
    /// them but their number.
    pub(crate) fn entries(
        &mut self,
        chunk: &Chunk,
        formats: &SourceFormats,
        mut each: impl FnMut(Place<'_>, &Entry<'_>),
    ) {
        let Fold { options, partial, current, .. } = self;
        let Current { parser, .. } = Current::of(current, chunk.source, formats);
        let mut number = chunk.stretch.lines;
        let mut run = Run::default();
        parser.each_line(&chunk.bytes, |parser, start, line| {
            let place = Place { chunk, start, lines_before: number, has_error_log: false };
            number += 1;
            let told = told(partial, &mut run, options, parser, place, line);
            let Told::Entry(entry) = told else { return };
            if let Some(logged_at) = entry.logged_at() {
                partial.extent.add(logged_at, entry.request_time());
            }
            each(place, &entry);
        });
        let part = partial.source(chunk.source);
        part.count_parsed(run);
        part.bytes += chunk.len;
        part.count_lines(chunk.stretch, number);
    }
}
