//! How handshakes ended, by when they began.

use crate::map::Map;
use crate::profile::outcomes::Outcomes;
use crate::sighting::Sighting;

/// Sightings by the time they began, in bins that are as wide as their number demands. Bins in which
/// there is nothing take no room, so that one line of another year costs one bin.
#[derive(Clone, Debug, Default)]
pub(crate) struct Timeline {
    /// How wide the bins are: the number of their width.
    width: usize,
    bins: Map<i64, Outcomes>,
    /// Sightings whose lines do not tell when they were.
    pub(crate) undated: u64,
    /// Those in the bins that are there by when they were logged.
    pub(crate) logged: u64,
}

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// How wide a bin can be, in ms: each a multiple of the one before, so that bins can be put together. Of the
/// last there are few in all the time that a sighting can tell.
const WIDTHS: [i64; 13] = [
    SECOND,
    5 * SECOND,
    15 * SECOND,
    MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    HOUR,
    6 * HOUR,
    DAY,
    7 * DAY,
    28 * DAY,
    364 * DAY,
    3640 * DAY,
];

/// Farther from 1970 than any bin can be, in ms.
const FAR: u64 = 1 << 53;

/// Most bins: those of a day are a minute wide.
const MOST: usize = 1_500;

impl Timeline {
    pub(crate) fn add(&mut self, sighting: &Sighting) {
        let began_at = sighting.started_at();
        let Some(at) = began_at.or(sighting.logged_at()) else {
            self.undated += 1;
            return;
        };
        self.logged += u64::from(began_at.is_none());
        let bin = at.unix_millis().div_euclid(self.bin_millis());
        self.bins.entry(bin).or_default().add(sighting);
        self.widen();
    }

    /// Adds those of another. The width is in the end the least that all fit into, in whatever order
    /// they come.
    pub(crate) fn absorb(&mut self, other: &Timeline) {
        while self.width < other.width {
            self.widen_once();
        }
        for (bin, outcomes) in &other.bins {
            let bin = (bin * other.bin_millis()).div_euclid(self.bin_millis());
            self.bins.entry(bin).or_default().absorb(outcomes);
            self.widen();
        }
        self.undated += other.undated;
        self.logged += other.logged;
    }

    /// One whose bins have the width of this number, each by its own number, in their order; `None` if they
    /// are in another, too many for their width, or too far from 1970.
    pub(crate) fn from_parts(
        width: u8,
        bins: Vec<(i64, Outcomes)>,
        [undated, logged]: [u64; 2],
    ) -> Option<Timeline> {
        let width = usize::from(width);
        let bin_millis = WIDTHS.get(width)?.unsigned_abs();
        let is_near = |(bin, _): &(i64, _)| {
            bin.unsigned_abs().checked_mul(bin_millis).is_some_and(|millis| millis < FAR)
        };
        let is_table = bins.is_sorted_by(|(one, _), (next, _)| one < next)
            && bins.iter().all(is_near)
            && (bins.len() <= MOST || width + 1 == WIDTHS.len());
        is_table.then(|| Timeline { width, bins: bins.into_iter().collect(), undated, logged })
    }

    /// The number of the bins' width, the bins that hold any in their order, and how many are undated and
    /// logged, as [`Timeline::from_parts`] takes them.
    pub(crate) fn parts(&self) -> (u8, Vec<(i64, Outcomes)>, [u64; 2]) {
        let Timeline { width, bins, undated, logged } = self;
        let mut bins: Vec<_> = bins.iter().map(|(bin, outcomes)| (*bin, *outcomes)).collect();
        bins.sort_unstable_by_key(|(bin, _)| *bin);
        (u8::try_from(*width).unwrap_or(u8::MAX), bins, [*undated, *logged])
    }

    fn widen(&mut self) {
        while self.bins.len() > MOST && self.width + 1 < WIDTHS.len() {
            self.widen_once();
        }
    }

    fn widen_once(&mut self) {
        let narrow = self.bin_millis();
        self.width += 1;
        let wide = self.bin_millis();
        for (bin, outcomes) in std::mem::take(&mut self.bins) {
            let bin = (bin * narrow).div_euclid(wide);
            self.bins.entry(bin).or_default().absorb(&outcomes);
        }
    }

    /// How wide the bins are, in ms.
    pub(crate) fn bin_millis(&self) -> i64 {
        WIDTHS.get(self.width).copied().unwrap_or(DAY)
    }

    /// The bins that hold any, the earliest first: the Unix time in ms at which each begins.
    pub(crate) fn bins(&self) -> Vec<(i64, Outcomes)> {
        let bins = self.bins.iter();
        let mut bins: Vec<_> =
            bins.map(|(bin, outcomes)| (bin * self.bin_millis(), *outcomes)).collect();
        bins.sort_unstable_by_key(|(from, _)| *from);
        bins
    }
}
