//! The texts that reports show for numbers.

use std::collections::HashSet;

use crate::analysis::SightingExample;
use crate::correlation::is_client;
use crate::correlation::route::Route;
use crate::directory::{NOWHERE, Seat, Way, servers};
use crate::input::feed::SourceInfo;
use crate::keys::Keys;
use crate::names::readable;
use crate::partial::{Partial, SourcePart};
use crate::path_shape::PathShape;
use crate::redaction::marks::{Kind, Marks, plain};
use crate::sighting::{Position, Sighting};
use crate::vantage_names::vantage_names;

/// Line numbers, from the stretches' line counts.
pub(super) struct Places<'a> {
    sources: &'a [SourceInfo],
    /// For each source its stretches' first bytes, with the number of lines before each.
    stretches: Vec<Vec<(u64, u64)>>,
}

impl<'a> Places<'a> {
    fn new(partial: &Partial, sources: &'a [SourceInfo]) -> Places<'a> {
        let before = |source: &SourcePart| {
            let mut stretches = source.stretches.clone();
            stretches.sort_unstable();
            let mut lines = 0;
            let starts = stretches.into_iter().map(|(start, count)| {
                let before = lines;
                lines += u64::from(count);
                (start, before)
            });
            starts.collect()
        };
        Places { sources, stretches: partial.sources.iter().map(before).collect() }
    }

    fn source(&self, position: Position) -> &'a str {
        let source = self.sources.get(usize::from(position.source));
        source.map_or("", |source| &source.name)
    }

    /// The line's number, from 1; 0 in a capture.
    pub(super) fn line(&self, position: Position, lines_before: u32) -> u64 {
        if self.sources.get(usize::from(position.source)).is_some_and(SourceInfo::is_capture) {
            return 0;
        }
        let source = usize::from(position.source);
        let stretches = self.stretches.get(source).map_or(&[][..], Vec::as_slice);
        let next = stretches.partition_point(|(start, _)| *start <= position.byte);
        let before = next.checked_sub(1).and_then(|stretch| stretches.get(stretch));
        before.map_or(0, |(_, lines)| *lines) + u64::from(lines_before) + 1
    }
}

/// The texts that reports show for numbers.
pub(crate) struct Names<'a> {
    pub(super) partial: &'a Partial,
    vantages: Vec<String>,
    pub(super) places: Places<'a>,
    marks: Marks,
}

impl<'a> Names<'a> {
    /// The names under `split_names` are those of several vantage points.
    pub(crate) fn new(
        partial: &'a Partial,
        sources: &'a [SourceInfo],
        split_names: &HashSet<u32>,
        marks: Marks,
    ) -> Names<'a> {
        let vantages = vantage_names(&partial.directory, sources, split_names, marks);
        Names { partial, vantages, places: Places::new(partial, sources), marks }
    }

    pub(crate) fn vantage(&self, vantage: u32) -> String {
        let name = usize::try_from(vantage).ok().and_then(|vantage| self.vantages.get(vantage));
        name.cloned().unwrap_or_default()
    }

    /// Whether a vantage point is taken for the client's own side.
    pub(super) fn is_client(&self, vantage: u32) -> bool {
        self.partial.directory.vantages.get(vantage).is_some_and(|it| is_client(it.seat))
    }

    /// Whether a vantage point is an nginx by its own log.
    pub(super) fn is_nginx(&self, vantage: u32) -> bool {
        let vantage = self.partial.directory.vantages.get(vantage);
        vantage.is_some_and(|it| matches!(it.seat, Seat::Nginx { .. }))
    }

    /// Whence a sighting came, who logged it and where it went on to.
    pub(crate) fn way(&self, sighting: &Sighting) -> Way {
        self.partial.directory.way_of(sighting.way())
    }

    /// The text of this number.
    pub(crate) fn text(&self, name: u32) -> &[u8] {
        self.partial.directory.names.text(name)
    }

    /// The last upstream server that a sighting was sent on to.
    pub(crate) fn upstream(&self, sighting: &Sighting) -> String {
        let way = self.partial.directory.way_of(sighting.way());
        match self.partial.directory.names.text(way.upstream) {
            NOWHERE => String::new(),
            _ => self.last_upstream(way),
        }
    }

    /// The same of a way; [`NOWHERE`] where it was sent on to none.
    pub(super) fn last_upstream(&self, way: Way) -> String {
        self.address(last_server(self.partial.directory.names.text(way.upstream)))
    }

    fn address(&self, text: &[u8]) -> String {
        self.marks.mark(Kind::Address, readable(text))
    }

    /// Who connected by this way, and the last upstream server that it went on to.
    pub(super) fn hops(&self, way: u32) -> (String, String) {
        let way = self.partial.directory.way_of(way);
        (self.node(way.node), self.last_upstream(way))
    }

    /// Whether whoever connected by this way, and the last upstream server that it went on to, are called
    /// this, where it matters.
    pub(super) fn is_by_way_of(
        &self,
        way: Way,
        node: Option<&str>,
        upstream: Option<&str>,
    ) -> bool {
        let names = &self.partial.directory.names;
        node.is_none_or(|name| is_called(names.text(way.node), name))
            && upstream.is_none_or(|name| is_called(last_server(names.text(way.upstream)), name))
    }

    pub(super) fn node(&self, node: u32) -> String {
        self.address(self.partial.directory.names.text(node))
    }

    /// A path of this shape, if one is kept.
    pub(super) fn path(&self, shape: PathShape) -> Option<String> {
        self.partial.path_names.get(shape).map(|path| self.marks.mark(Kind::Path, path))
    }

    pub(super) fn input(&self, name: &str) -> String {
        self.marks.mark(Kind::File, name.to_owned())
    }

    pub(super) fn source(&self, position: Position) -> String {
        self.input(self.places.source(position))
    }

    /// The order of the vantage points.
    pub(crate) fn route(&self, keys: &Keys) -> Route {
        let directory = &self.partial.directory;
        Route::of(&keys.correlation, directory, &keys.split_names, &self.vantages)
    }

    /// The source and the number of a line.
    pub(crate) fn place(&self, position: Position, lines_before: u32) -> (String, u64) {
        (self.source(position), self.places.line(position, lines_before))
    }

    /// A sighting as reports show it.
    pub(crate) fn example(&self, sighting: &Sighting) -> SightingExample {
        let position = sighting.position();
        let way = self.partial.directory.way_of(sighting.way());
        SightingExample {
            source: self.source(position),
            line: self.places.line(position, sighting.lines_before()),
            byte: position.byte,
            key: sighting.key(),
            remote_addr: self.node(way.node),
            vantage: self.vantage(way.vantage),
            protocol: sighting.protocol(),
            status: sighting.status(),
            request_time: sighting.request_time(),
            started_at: sighting.started_at(),
            logged_at: sighting.logged_at(),
        }
    }
}

/// The last of these servers; [`NOWHERE`] of none.
fn last_server(upstream: &[u8]) -> &[u8] {
    match upstream {
        NOWHERE => NOWHERE,
        upstream => servers(upstream).last().unwrap_or_default(),
    }
}

/// Whether a text reads so.
fn is_called(text: &[u8], name: &str) -> bool {
    let name = plain(name);
    let is_plain = || text.iter().all(|byte| (b' '..=b'~').contains(byte));
    text == name.as_bytes() || !is_plain() && readable(text) == name
}
