//! The table of handshakes: one row a sighting. Which requests are some is known when all is read, so
//! that each is kept till then, in 64 bytes.

use std::cmp::Ordering;

use wslog_parse::Escape;

use crate::directory::{NOWHERE, Renumbering};
use crate::export::batch::Batch;
use crate::export::entries::push_protocol;
use crate::export::table::{HandshakeRows, Table};
use crate::input::feed::SourceInfo;
use crate::options::Options;
use crate::partial::Partial;
use crate::sighting::{Sighting, UpstreamHeader};
use crate::summary::Names;

/// How many rows a batch has.
const BATCH_LEN: usize = 16 << 10;

/// A sighting where it is kept, and how the number of its way reads.
type Kept<'p> = (&'p Sighting, Option<&'p Renumbering>);

/// All sightings, in the order of their places.
pub(super) fn batches(
    partial: &Partial,
    names: &Names<'_>,
    sources: &[SourceInfo],
    options: &Options,
) -> impl Iterator<Item = Batch> {
    let mut kept: Vec<Kept<'_>> = partial.store.kept().collect();
    kept.extend(partial.paths.inferred().map(|sighting| (sighting, None)));
    kept.sort_unstable_by(|one, other| order(one.0, other.0));
    let places = 0..kept.len().div_ceil(BATCH_LEN);
    places.map(move |batch| {
        let some = kept.iter().skip(batch * BATCH_LEN).take(BATCH_LEN);
        let mut rows = HandshakeRows::with_capacity(BATCH_LEN);
        for &(sighting, numbers) in some {
            let sighting = numbers.map_or(*sighting, |numbers| sighting.renumbered(numbers));
            let is_capture = sources.get(usize::from(sighting.position().source));
            let is_capture = is_capture.is_some_and(SourceInfo::is_capture);
            rows.push(&sighting, names, is_capture, options);
        }
        Batch::new(Table::Handshakes, rows.into_values())
    })
}

/// By place. Of those of one place in a capture by what tells them apart.
fn order(one: &Sighting, other: &Sighting) -> Ordering {
    let by_value = |it: &Sighting| (it.key(), it.logged_at(), it.status(), it.request_time());
    let by_place = one.position().cmp(&other.position());
    by_place.then_with(|| by_value(one).cmp(&by_value(other)))
}

impl HandshakeRows {
    fn push(
        &mut self,
        sighting: &Sighting,
        names: &Names<'_>,
        is_capture: bool,
        options: &Options,
    ) {
        let position = sighting.position();
        let (source, line) = names.place(position, sighting.lines_before());
        self.source.push(Some(&source));
        self.line.push(Some(line).filter(|_| !is_capture));
        self.byte.push(Some(position.byte));
        self.key.push(sighting.key().map(|key| key.to_string()).as_deref());
        self.rule.push(Some(sighting.rule().name()));
        self.push_way(sighting, names);
        push_protocol(&mut self.protocol, sighting.protocol());
        self.status.push(Some(sighting.status().code()));
        self.outcome.push(Some(sighting.outcome().name()));
        self.near_mark.push(Some(sighting.is_near(options.mark)));
        self.request_time_ms.push_millis(sighting.request_time());
        self.upstream_header_time_ms.push_millis(match sighting.upstream_header() {
            UpstreamHeader::Came(after) => Some(after),
            UpstreamHeader::Absent | UpstreamHeader::NotLogged => None,
        });
        self.started_at.push(sighting.started_at());
        self.logged_at.push(sighting.logged_at());
        self.offset_minutes.push(sighting.logged_at().map(|at| at.offset_minutes()));
    }

    fn push_way(&mut self, sighting: &Sighting, names: &Names<'_>) {
        let way = names.way(sighting);
        self.vantage.push(Some(&names.vantage(way.vantage)));
        let is_told = |text: &&[u8]| !text.is_empty() && *text != NOWHERE;
        let node = Some(names.text(way.node)).filter(is_told);
        self.remote_addr.push_logged(node, Escape::None);
        let upstream = names.upstream(sighting);
        self.last_upstream_addr.push(Some(&*upstream).filter(|name| !name.is_empty()));
    }
}
