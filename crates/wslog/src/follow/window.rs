//! What was logged in the last few minutes, in slices that are dropped as they grow old.

use std::collections::VecDeque;
use std::time::Duration;

use crate::counts::{Cell, Counts};
use crate::directory::Renumbering;
use crate::extent::Extent;
use crate::sighting::{Observed, Sighting};
use crate::websocket::mark::Mark;

/// A stretch of time that ends now.
#[derive(Debug)]
pub(super) struct Window {
    length: Duration,
    /// How much time a slice covers, in ms.
    step: i64,
    /// By their numbers, the oldest in front; at most [`SLICES`] of them and one more.
    slices: VecDeque<Slice>,
}

/// How many slices a window has.
const SLICES: i64 = 60;

/// Most different cells of a slice that are told apart: addresses are written by strangers.
const MOST_CELLS: usize = 4096;

/// What was counted of one step.
#[derive(Clone, Debug, Default)]
pub(super) struct Slice {
    /// Its time since 1970, in steps.
    pub(super) number: i64,
    pub(super) counted: Counted,
}

/// What is counted of some time.
#[derive(Clone, Debug, Default)]
pub(super) struct Counted {
    pub(super) lines: Lines,
    /// Sightings alone: what other requests came is not kept.
    pub(super) counts: Counts,
    pub(super) extent: Extent,
}

/// Lines by what became of them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Lines {
    pub(super) parsed: u64,
    pub(super) malformed: u64,
    pub(super) ambiguous: u64,
    pub(super) blank: u64,
    pub(super) contested: u64,
}

impl Window {
    pub(super) fn new(length: Duration) -> Window {
        let millis = i64::try_from(length.as_millis()).unwrap_or(i64::MAX);
        Window { length, step: (millis / SLICES).max(1), slices: VecDeque::new() }
    }

    pub(super) fn length(&self) -> Duration {
        self.length
    }

    pub(super) fn step(&self) -> i64 {
        self.step
    }

    pub(super) fn slices(&self) -> impl Iterator<Item = &Slice> {
        self.slices.iter()
    }

    /// Puts a slice where it belongs.
    pub(super) fn put(&mut self, slice: Slice) {
        let place = self.slices.partition_point(|other| other.number < slice.number);
        if self.slices.get(place).is_none_or(|other| other.number != slice.number) {
            self.slices.insert(place, slice);
        }
    }

    /// Where lines of this time count, in Unix ms; none where that is too long ago now.
    pub(super) fn at(&mut self, time: i64, now: i64) -> Option<&mut Counted> {
        self.drop_old(now);
        let number = time.min(now).div_euclid(self.step);
        if number <= self.newest(now) - SLICES {
            return None;
        }
        let place = self.slices.partition_point(|slice| slice.number < number);
        if self.slices.get(place).is_none_or(|slice| slice.number != number) {
            self.slices.insert(place, Slice { number, ..Slice::default() });
        }
        self.slices.get_mut(place).map(|slice| &mut slice.counted)
    }

    /// All that is in it now.
    pub(super) fn sum(&mut self, now: i64) -> Counted {
        self.drop_old(now);
        self.slices.iter().fold(Counted::default(), |mut sum, slice| {
            sum.absorb(&slice.counted);
            sum
        })
    }

    fn newest(&self, now: i64) -> i64 {
        now.div_euclid(self.step)
    }

    /// Drops what is too old, and what is from after a clock that was set back.
    fn drop_old(&mut self, now: i64) {
        let newest = self.newest(now);
        self.slices.retain(|slice| (newest - SLICES + 1..=newest).contains(&slice.number));
    }
}

impl Slice {
    /// A slice of lines by what [`Lines::numbers`] gave.
    pub(super) fn new(number: i64, lines: [u64; 5], counts: Counts, extent: Extent) -> Slice {
        let [parsed, malformed, ambiguous, blank, contested] = lines;
        let lines = Lines { parsed, malformed, ambiguous, blank, contested };
        Slice { number, counted: Counted { lines, counts, extent } }
    }
}

/// The clock of a log: its latest line was logged when it came, those before it as much earlier as
/// it says. So a log counts the same whether it is written now or once more, and hosts need not
/// agree on the time.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Clock {
    /// When the latest line was logged, and when it came; both in Unix ms.
    pub(super) latest: Option<(i64, i64)>,
}

impl Clock {
    pub(super) fn new(latest: (i64, i64)) -> Clock {
        Clock { latest: Some(latest) }
    }

    /// When lines that were logged at this time, and have come now, were logged by our clock.
    pub(super) fn ours(&mut self, logged_at: i64, now: i64) -> i64 {
        let (log, came) = self.latest.unwrap_or((i64::MIN, now));
        let ours = logged_at.saturating_sub(log).saturating_add(came);
        if ours >= now {
            self.latest = Some((logged_at, now));
            return now;
        }
        ours
    }
}

impl Counted {
    /// Counts a sighting; `other` is the way that stands for all those there is no room for.
    pub(super) fn record(&mut self, observed: &Observed, mark: Mark, other: impl FnOnce() -> u32) {
        let is_full = self.counts.cells.len() >= MOST_CELLS;
        let way = match is_full && !self.counts.cells.has(Cell::of(observed)) {
            true => other(),
            false => observed.way,
        };
        let observed = Observed { way, ..*observed };
        self.counts.record(&observed, &Sighting::new(&observed), mark);
    }

    fn absorb(&mut self, other: &Counted) {
        self.lines.add(other.lines);
        self.counts.absorb(other.counts.clone(), &Renumbering::default());
        self.extent.absorb(other.extent);
    }
}

impl Lines {
    pub(super) fn all(self) -> u64 {
        let all = [self.parsed, self.malformed, self.ambiguous, self.blank];
        all.into_iter().fold(0, u64::saturating_add)
    }

    pub(super) fn add(&mut self, other: Lines) {
        let add = |mine: &mut u64, theirs: u64| *mine = mine.saturating_add(theirs);
        add(&mut self.parsed, other.parsed);
        add(&mut self.malformed, other.malformed);
        add(&mut self.ambiguous, other.ambiguous);
        add(&mut self.blank, other.blank);
        add(&mut self.contested, other.contested);
    }

    pub(super) fn numbers(self) -> [u64; 5] {
        [self.parsed, self.malformed, self.ambiguous, self.blank, self.contested]
    }

    /// What has come since these were counted.
    pub(super) fn since(self, before: Lines) -> Lines {
        Lines {
            parsed: self.parsed - before.parsed,
            malformed: self.malformed - before.malformed,
            ambiguous: self.ambiguous - before.ambiguous,
            blank: self.blank - before.blank,
            contested: self.contested - before.contested,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(window: &mut Window, now: i64) -> u64 {
        window.sum(now).lines.all()
    }

    fn add(window: &mut Window, time: i64, now: i64) {
        if let Some(counted) = window.at(time, now) {
            counted.lines.add(Lines { parsed: 1, ..Lines::default() });
        }
    }

    #[test]
    fn ok_what_is_too_old_is_dropped_and_what_comes_late_is_not() {
        let mut window = Window::new(Duration::from_secs(60));
        for (time, now) in [(100_000, 100_000), (70_000, 100_000), (40_000, 100_000)] {
            add(&mut window, time, now);
        }
        assert_eq!(lines(&mut window, 100_000), 2);
        assert_eq!(lines(&mut window, 130_000), 1);
        assert_eq!(lines(&mut window, 160_000), 0);
        // A clock that is set back leaves nothing behind that never grows old.
        add(&mut window, 160_000, 160_000);
        assert_eq!(lines(&mut window, 50_000), 0);
    }

    #[test]
    fn ok_a_log_of_another_year_counts_as_it_comes() {
        let mut clock = Clock::default();
        assert_eq!(clock.ours(1_000_000, 9_000_000), 9_000_000);
        // An hour later in the log, a second later here.
        assert_eq!(clock.ours(4_600_000, 9_001_000), 9_001_000);
        // Logged five seconds before that.
        assert_eq!(clock.ours(4_595_000, 9_002_000), 8_996_000);
    }
}
