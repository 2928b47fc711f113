//! What a follower knows, as it is written down for another run to go on with.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use wslog_parse::Formats;

use crate::codec::CodecError;
use crate::codec::frame::{Kind, open, seal};
use crate::codec::wire::{self, Tables};
use crate::follow::Follower;
use crate::follow::handshakes::Handshakes;
use crate::follow::log::{Log, Standing};
use crate::follow::reading::Reading;
use crate::follow::waiting::Told;
use crate::follow::window::{Clock, Slice};
use crate::input::source::SourceFormats;
use crate::options::Options;
use crate::partial::{Partial, SourcePart};
use crate::period::Moment;
use crate::websocket::handshake::Rule;

/// Everything but where in its files each log is read.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct State {
    /// How lines were read and judged: another way would give other counts.
    options: String,
    logs: Vec<LogState>,
    partial: wire::Partial,
    handshakes: HandshakesState,
    waiting: Vec<(u64, ToldState)>,
    /// How long a slice of the window is, in ms, and the slices.
    step: i64,
    slices: Vec<SliceState>,
    /// By source: when its latest line was logged, and when it came; in Unix ms.
    clocks: BTreeMap<u16, (i64, i64)>,
}

#[derive(Debug, Serialize, Deserialize)]
struct LogState {
    name: String,
    /// The names of the formats, in the order that lines were counted by.
    formats: Vec<String>,
    /// What they were detected from; none where they were given.
    sample: Option<Vec<u8>>,
    start: u64,
    stretch: (u64, u32),
    lines_before_stretch: u64,
}

/// The least recently seen in front.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct HandshakesState {
    pub(super) total: u64,
    pub(super) evicted: u64,
    pub(super) kept: Vec<KeyState>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct KeyState {
    pub(super) is_cut: bool,
    pub(super) sightings: Vec<wire::Sighting>,
}

#[derive(Debug, Serialize, Deserialize)]
struct ToldState {
    line: u64,
    sighting: wire::Sighting,
}

#[derive(Debug, Serialize, Deserialize)]
struct SliceState {
    number: i64,
    lines: [u64; 5],
    counts: wire::Counts,
    extent: wire::Extent,
}

/// Most slices that are believed: each may take some memory.
const MOST_SLICES: usize = 64;

/// Why a follower cannot go on with a state, or why there can be none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct StateError(String);

impl StateError {
    pub(crate) fn new(why: impl Into<String>) -> StateError {
        StateError(why.into())
    }
}

impl From<CodecError> for StateError {
    fn from(error: CodecError) -> StateError {
        StateError(error.to_string())
    }
}

impl Follower {
    /// What it knows, as bytes for another one to go on with. What is held back of a log is not in it:
    /// that is to be pushed again.
    ///
    /// # Errors
    /// When that cannot be written down.
    pub fn state(&self) -> Result<Vec<u8>, StateError> {
        Ok(seal(Kind::Follower, &self.to_state())?)
    }

    /// A follower of the same logs that goes on where another one was. The options have to be the
    /// same; a window of another length begins empty. `formats` tells those that the lines of a log
    /// are known to be in, by the log's name.
    ///
    /// # Errors
    /// When these bytes are no state, are damaged, or are one of other options.
    pub fn resume(
        state: &[u8],
        options: Options,
        window: Duration,
        formats: impl Fn(&str) -> Option<Formats>,
    ) -> Result<Follower, StateError> {
        Follower::new(options, window).of_state(open(Kind::Follower, state)?, formats)
    }

    pub(crate) fn to_state(&self) -> State {
        let Reading { options, partial, handshakes, window, waiting, clocks, .. } = &self.reading;
        let logs = self.logs.iter().zip(&self.sources);
        State {
            options: judged_by(options),
            logs: logs.map(|(log, source)| LogState::of(log, &source.name)).collect(),
            partial: wire::Partial::from(partial),
            handshakes: handshakes.state(),
            waiting: waiting.iter().map(|(path, told)| (*path, ToldState::of(told))).collect(),
            step: window.step(),
            slices: window.slices().map(SliceState::of).collect(),
            clocks: clocks
                .iter()
                .filter_map(|(source, clock)| Some((*source, clock.latest?)))
                .collect(),
        }
    }

    /// A follower that goes on with a state. Its window is of the same length, or empty. `formats`
    /// tells those that the lines of a log are known to be in.
    pub(crate) fn of_state(
        mut self,
        state: State,
        formats: impl Fn(&str) -> Option<Formats>,
    ) -> Result<Follower, StateError> {
        let State { options, logs, partial, handshakes, waiting, step, slices, clocks } = state;
        let asked_for = judged_by(&self.reading.options);
        if options != asked_for {
            return Err(StateError::new(format!(
                "its lines were read and judged with other options: {options}; now: {asked_for}. Go on with \
                 those, or begin with another state"
            )));
        }
        let reading = &mut self.reading;
        reading.partial = Partial::try_from(partial)?;
        reading.partial.sources.resize_with(logs.len(), SourcePart::default);
        let tables = Tables::of(&reading.partial);
        reading.handshakes = Handshakes::of_state(handshakes, tables)?;
        for (path, told) in waiting {
            reading.waiting.push(path, told.into_told(tables)?);
        }
        if step == reading.window.step() {
            for slice in slices.into_iter().take(MOST_SLICES) {
                reading.window.put(slice.into_slice(tables)?);
            }
        }
        reading.clocks = clocks.into_iter().map(|(source, at)| (source, Clock::new(at))).collect();
        for log in logs {
            let formats = formats(&log.name);
            self.restore(log, formats)?;
        }
        Ok(self)
    }

    fn restore(&mut self, state: LogState, formats: Option<Formats>) -> Result<(), StateError> {
        let id = match formats {
            Some(formats) => self.add_log_in(&state.name, formats),
            None => self.add_log(&state.name),
        };
        let Some(log) = self.logs.get_mut(usize::from(id.0)) else { return Ok(()) };
        if let Some(sample) = state.sample {
            let unknown = || Some(SourceFormats::unknown());
            log.formats = SourceFormats::detected(&sample).or_else(unknown);
            log.sample = Some(sample);
        }
        let known: Vec<_> = log.formats.iter().flat_map(SourceFormats::numbered_names).collect();
        if !state.formats.is_empty() && known != state.formats {
            let name = state.name;
            return Err(StateError::new(format!(
                "{name}: was read in formats that are not known here"
            )));
        }
        log.go_on_at(&Standing {
            start: state.start,
            stretch: state.stretch,
            lines_before_stretch: state.lines_before_stretch,
        });
        if let Some(source) = self.sources.get_mut(usize::from(id.0)) {
            source.is_in(log.formats.as_ref());
        }
        Ok(())
    }
}

/// What counts depend on besides the lines.
fn judged_by(options: &Options) -> String {
    let Options { format, mark, websocket_path, period, vantages, .. } = options;
    let format = format.as_ref().map_or("detected", |format| format.name());
    let path = websocket_path.as_ref().map_or("none", |path| path.as_str());
    // Written down for good with each sighting.
    let vantages: String = vantages.iter().map(|vantage| format!(", vantage {vantage}")).collect();
    let bound = |word: &str, at: Option<Moment>| at.map(|at| format!(", {word} {at}"));
    let since = bound("since", period.since).unwrap_or_default();
    let until = bound("until", period.until).unwrap_or_default();
    format!(
        "format {format}, mark {} s, tolerance {} s, websocket path {path}{since}{until}{vantages}",
        mark.at, mark.tolerance
    )
}

impl LogState {
    fn of(log: &Log, name: &str) -> LogState {
        let Standing { start, stretch, lines_before_stretch } = log.standing();
        let formats = log.formats.iter().flat_map(SourceFormats::numbered_names);
        LogState {
            name: name.to_owned(),
            formats: formats.map(str::to_owned).collect(),
            sample: log.sample.clone(),
            start,
            stretch,
            lines_before_stretch,
        }
    }
}

impl ToldState {
    fn of(told: &Told) -> ToldState {
        let Told { line, sighting, .. } = told;
        ToldState { line: *line, sighting: sighting.into() }
    }

    fn into_told(self, tables: Tables<'_>) -> Result<Told, CodecError> {
        let ToldState { line, sighting } = self;
        // Only what is inferred from its path waits.
        let sighting = sighting.into_sighting(tables)?;
        Ok(Told { line, rule: Rule::Path, sighting })
    }
}

impl SliceState {
    fn of(slice: &Slice) -> SliceState {
        let counted = &slice.counted;
        SliceState {
            number: slice.number,
            lines: counted.lines.numbers(),
            counts: (&counted.counts).into(),
            extent: (&counted.extent).into(),
        }
    }

    fn into_slice(self, tables: Tables<'_>) -> Result<Slice, CodecError> {
        let SliceState { number, lines, counts, extent } = self;
        Ok(Slice::new(number, lines, counts.into_counts(tables)?, extent.into_extent()?))
    }
}
