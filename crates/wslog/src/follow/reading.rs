//! What is known of everything followed, and how a chunk of lines changes it.

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use wslog_parse::Timestamp;

use crate::ages::Ages;
use crate::analysis::Analysis;
use crate::directory::VantageTexts;
use crate::extent::Extent;
use crate::fold::{Fold, Seen};
use crate::follow::event::{Event, HandshakeEvent};
use crate::follow::handshakes::{Handshakes, MOST_SIGHTINGS};
use crate::follow::summary::{Standing, Summary};
use crate::follow::waiting::{Told, Waiting};
use crate::follow::window::{Clock, Lines, Window};
use crate::input::chunk::Chunk;
use crate::input::feed::SourceInfo;
use crate::input::source::SourceFormats;
use crate::keys::Keys;
use crate::options::Options;
use crate::partial::Partial;
use crate::redaction::marks::Marks;
use crate::summary::{Names, summarise_with};
use crate::websocket::handshake::Rule;

/// Everything but the logs themselves.
pub(super) struct Reading {
    pub(super) options: Options,
    /// All of it but sightings with a key, which are bounded here.
    pub(super) partial: Partial,
    pub(super) handshakes: Handshakes,
    pub(super) window: Window,
    /// Of each source.
    pub(super) clocks: HashMap<u16, Clock>,
    pub(super) waiting: Waiting,
    /// Seen, and not told yet.
    seen: Vec<Told>,
    /// The window's findings as they were told.
    pub(super) standing: Standing,
}

impl Reading {
    pub(super) fn new(options: Options, window: Duration) -> Reading {
        Reading {
            options,
            partial: Partial::default(),
            handshakes: Handshakes::new(MOST_SIGHTINGS),
            window: Window::new(window),
            clocks: HashMap::new(),
            waiting: Waiting::default(),
            seen: Vec::new(),
            standing: Standing::default(),
        }
    }

    /// Reads a chunk; how many lines its stretch has with it.
    pub(super) fn chunk(
        &mut self,
        chunk: &Chunk,
        formats: &SourceFormats,
        lines_before_stretch: u64,
        now: SystemTime,
    ) -> u32 {
        let before = self.lines(chunk.source);
        let extent = std::mem::take(&mut self.partial.extent);
        let from = self.seen.len();
        let lines = self.fold(chunk, formats, lines_before_stretch);
        if self.partial.store.len() > 0 {
            let store = std::mem::take(&mut self.partial.store);
            store.sightings().for_each(|sighting| self.handshakes.add(sighting));
        }
        let chunk_extent = std::mem::replace(&mut self.partial.extent, extent);
        self.partial.extent.absorb(chunk_extent);
        let new_lines = self.lines(chunk.source).since(before);
        self.count_in_window(chunk.source, new_lines, chunk_extent, from, unix_millis(now));
        lines
    }

    fn fold(&mut self, chunk: &Chunk, formats: &SourceFormats, lines_before_stretch: u64) -> u32 {
        let Reading { options, partial, waiting, seen, .. } = self;
        let mut fold = Fold::resume(options, std::mem::take(partial));
        let mut lines = chunk.stretch.lines;
        fold.chunk(chunk, formats, |lines_before, _, _, what| {
            lines = lines_before + 1;
            let line = lines_before_stretch + u64::from(lines_before) + 1;
            let told = |rule, sighting| Told { line, rule, sighting };
            match what {
                Seen::Sighting(rule, sighting) => seen.push(told(rule, sighting)),
                Seen::Candidate(path, sighting) => waiting.push(path, told(Rule::Path, sighting)),
                Seen::Confirmation(path, sighting) => {
                    seen.extend(waiting.take(path));
                    seen.extend(sighting.map(|(rule, sighting)| told(rule, sighting)));
                }
                Seen::Blank | Seen::Ordinary | Seen::Malformed | Seen::Ambiguous => {}
            }
        });
        *partial = fold.into_partial();
        lines
    }

    /// Counts the lines of a chunk, and what was seen in it, where its time belongs.
    fn count_in_window(
        &mut self,
        source: u16,
        lines: Lines,
        extent: Extent,
        from: usize,
        now: i64,
    ) {
        let Reading { options, partial, window, clocks, seen, .. } = self;
        let clock = clocks.entry(source).or_default();
        let logged_at = extent.last_logged_at().map(Timestamp::unix_millis);
        let time = logged_at.map_or(now, |logged_at| clock.ours(logged_at, now));
        let Some(counted) = window.at(time, now) else { return };
        counted.lines.add(lines);
        counted.extent.absorb(extent);
        let directory = &mut partial.directory;
        for told in seen.get(from..).unwrap_or_default() {
            let other = || directory.way(b"(others)", VantageTexts::default(), b"");
            let observed = told.sighting.observed(told.rule);
            counted.record(&observed, options.mark, other);
        }
    }

    fn lines(&self, source: u16) -> Lines {
        let part = self.partial.sources.get(usize::from(source));
        let lines = part.map(|part| Lines {
            parsed: part.parsed_lines(),
            malformed: part.malformed,
            ambiguous: part.ambiguous,
            blank: part.blank,
            contested: 0,
        });
        Lines { contested: self.partial.contested, ..lines.unwrap_or_default() }
    }

    /// Tells of what was seen.
    pub(super) fn tell(&mut self, sources: &[SourceInfo], mut each: impl FnMut(Event)) {
        let mut seen = std::mem::take(&mut self.seen);
        seen.retain(|told| told.sighting.outcome().is_failed() || told.sighting.is_downgrade());
        if !seen.is_empty() {
            seen.sort_by_key(|told| told.line);
            let names =
                Names::new(&self.partial, sources, &self.standing.split_names, Marks::default());
            for told in &seen {
                each(Event::Handshake(self.event(told, &names)));
            }
            seen.clear();
        }
        self.seen = seen;
    }

    fn event(&self, told: &Told, names: &Names<'_>) -> HandshakeEvent {
        let Told { line, sighting, .. } = *told;
        let example = names.example(&sighting);
        HandshakeEvent {
            outcome: sighting.outcome(),
            near_mark: sighting.is_near(self.options.mark),
            downgrade: sighting.is_downgrade(),
            may_be_repeated: false,
            sighting: crate::analysis::SightingExample { line, ..example },
        }
    }

    /// What the window shows; see [`Follower::summary`](crate::Follower::summary).
    pub(super) fn summary(
        &mut self,
        sources: &[SourceInfo],
        now: SystemTime,
        each: impl FnMut(Event),
    ) -> Summary {
        self.standing.split_names = self.keys().split_names;
        self.judge(sources, now, each)
    }

    /// The same, where vantage points are told apart as they were in the last summary.
    pub(super) fn judge(
        &mut self,
        sources: &[SourceInfo],
        now: SystemTime,
        each: impl FnMut(Event),
    ) -> Summary {
        self.partial.make_room_for(sources.len());
        let counted = self.window.sum(unix_millis(now));
        let names =
            Names::new(&self.partial, sources, &self.standing.split_names, Marks::default());
        let summary = Summary::of(&counted, self, &names, now);
        self.standing.tell(&summary, each);
        summary
    }

    pub(super) fn analysis(&mut self, sources: &[SourceInfo]) -> Analysis {
        self.partial.make_room_for(sources.len());
        summarise_with(&self.partial, (&self.keys(), Ages::default()), sources, &self.options)
    }

    fn keys(&self) -> Keys {
        let mut keys = Keys {
            distinct: self.handshakes.len(),
            with_key: self.handshakes.total(),
            evicted: self.handshakes.evicted(),
            ..Keys::default()
        };
        for sightings in self.handshakes.repeated() {
            keys.add_repeated(&sightings, &self.partial.directory, self.options.mark);
        }
        keys
    }
}

/// Before 1970 there is no log.
pub(super) fn unix_millis(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
