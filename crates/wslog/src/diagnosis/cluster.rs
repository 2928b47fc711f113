//! Ages at which far more ended than the ages around explain: a timer fired there.
//!
//! A scan statistic: windows of several widths are moved over all ages, and how many each holds is held against
//! what a binomial distribution expects if the ages within half as much again and two thirds of its own lay
//! evenly (J. I. Naus, "The distribution of the size of the maximum cluster of points on a line", Journal of the
//! American Statistical Association 60, 1965; with the local background of M. Kulldorff, "A spatial scan
//! statistic", Communications in Statistics 26, 1997). The probability is multiplied by the number of windows
//! (Bonferroni), and has to hold against what lies near it as well, so that a band of ages with edges is none.
//! The strongest is taken, what it holds is taken out, and the rest is looked at again.

use statrs::function::beta::beta_reg;

use crate::diagnosis::SIGNIFICANCE;
use crate::diagnosis::fisher::as_f64;
use crate::histogram::{Bin, Histogram};

/// An age at which many ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Cluster {
    /// The ages it is made of, in ms, to the fineness of the bins they were counted in.
    pub(crate) from: u64,
    pub(crate) to: u64,
    /// Half of them are not older, in ms.
    pub(crate) middle: u64,
    /// How many.
    pub(crate) count: u64,
    /// How likely chance alone makes so strong a one anywhere.
    pub(crate) p: f64,
}

/// Younger ones make no cluster, in ms: what is around them is not counted, as no age of less than a second is.
const YOUNGEST: u64 = 1_500;

/// Widths of windows, in ms. A cut at 60 s was measured to lie within 21 ms, and under load within a second.
const WIDTHS: [u64; 4] = [50, 200, 500, 1000];

/// Fewest bins that a window is wide: at great ages these are wide themselves.
const BINS: u64 = 4;

/// Clusters no farther apart are one, in ms.
const APART: u64 = 100;

/// Fewest that make a cluster.
const FEWEST: u64 = 5;

/// How many times as many as the ages around explain. A bump as wide as people's patience stays below.
const TIMES: f64 = 8.0;

/// How many times its width to either side are near, and how many times as many as these explain: a bump that
/// is wider than that has no edge there, or one side of one.
const NEAR: u64 = 3;
const NEAR_TIMES: f64 = 4.0;

/// From this width on, in ms, no more than its width is near: people's patience may be as narrow as that.
const WIDE: u64 = 500;

/// Most clusters that are told.
const MOST: usize = 8;

/// The clusters, the youngest first, of ages that are told in steps of `step` ms.
pub(crate) fn clusters(ages: &Histogram, step: u64) -> Vec<Cluster> {
    // Ages told in great steps lie on few points: a window has to hold several of these.
    let finest = 4 * step;
    let widths: Vec<u64> = WIDTHS.into_iter().filter(|width| *width >= finest).collect();
    let mut bins = ages.bins();
    let mut found = Vec::new();
    while found.len() < MOST
        && let Some((cluster, held)) = strongest(&bins, &widths)
    {
        found.push(cluster);
        bins.drain(held);
    }
    found.sort_by_key(|cluster| cluster.from);
    let mut told: Vec<Cluster> = Vec::new();
    for next in found {
        match told.last_mut() {
            Some(last) if next.from <= last.to + APART => *last = last.and(next),
            _ => told.push(next),
        }
    }
    told
}

impl Cluster {
    /// Both as one, the second of them older.
    fn and(self, older: Cluster) -> Cluster {
        let larger = if older.count > self.count { older } else { self };
        Cluster {
            from: self.from,
            to: older.to,
            count: self.count + older.count,
            p: self.p.min(older.p),
            ..larger
        }
    }
}

/// The window that chance explains worst, if it explains none, and the bins in it.
fn strongest(bins: &[Bin], widths: &[u64]) -> Option<(Cluster, std::ops::Range<usize>)> {
    let sums = Sums::new(bins);
    #[expect(clippy::cast_precision_loss, reason = "fewer than 2^53 windows")]
    let windows = (bins.len() * widths.len()) as f64;
    let mut best: Option<(f64, std::ops::Range<usize>)> = None;
    for &width in widths {
        let mut window = Window::default();
        for start in 0..bins.len() {
            window.move_to(start, width, bins);
            if bins.get(start).is_none_or(|bin| bin.from < YOUNGEST) {
                continue;
            }
            let Some(p) = window.chance(&sums) else { continue };
            if best.as_ref().is_none_or(|(least, _)| p < *least) {
                best = Some((p, start..window.end));
            }
        }
    }
    let (p, held) = best.filter(|(p, _)| p * windows < SIGNIFICANCE)?;
    let inside = bins.get(held.clone())?;
    let cluster = Cluster {
        from: inside.first()?.from,
        to: inside.last()?.to - 1,
        middle: middle(inside),
        count: inside.iter().map(|bin| bin.count).sum(),
        p: (p * windows).min(1.0),
    };
    Some((cluster, held))
}

/// Of wider bins, in ms, the middle is nearer to what was counted in it.
const NARROW: u64 = 16;

/// The age that half are not older than.
fn middle(bins: &[Bin]) -> u64 {
    let total: u64 = bins.iter().map(|bin| bin.count).sum();
    let mut seen = 0;
    let is_half = |bin: &&Bin| {
        seen += bin.count;
        2 * seen >= total
    };
    let half = bins.iter().find(is_half);
    half.map_or(
        0,
        |bin| if bin.to - bin.from <= NARROW { bin.from } else { (bin.from + bin.to) / 2 },
    )
}

/// How many lie before each bin.
struct Sums(Vec<u64>);

impl Sums {
    fn new(bins: &[Bin]) -> Sums {
        let mut sum = 0;
        let before = bins.iter().map(|bin| {
            sum += bin.count;
            sum
        });
        Sums(std::iter::once(0).chain(before).collect())
    }

    fn between(&self, from: usize, to: usize) -> u64 {
        let at = |place: usize| self.0.get(place).copied().unwrap_or_default();
        at(to) - at(from)
    }
}

/// Bins next to each other, and those around them; all only move on.
#[derive(Clone, Copy, Debug, Default)]
struct Window {
    start: usize,
    end: usize,
    /// The ages it covers, as a share of those around it.
    share: f64,
    from: usize,
    to: usize,
    is_wide: bool,
    /// The same of those near.
    near_share: f64,
    near_from: usize,
    near_to: usize,
}

impl Window {
    fn move_to(&mut self, start: usize, width: u64, bins: &[Bin]) {
        let Some(&Bin { from, to, .. }) = bins.get(start) else { return };
        let width = width.max(BINS * (to - from));
        let move_on = |mut place: usize, is_before: &dyn Fn(&Bin) -> bool| {
            while bins.get(place).is_some_and(is_before) {
                place += 1;
            }
            place
        };
        self.start = start;
        self.end = move_on(self.end, &|bin| bin.to <= from + width);
        let (young, old) = (from * 2 / 3, (from + width) * 3 / 2);
        self.from = move_on(self.from, &|bin| bin.from < young);
        self.to = move_on(self.to.max(self.end), &|bin| bin.to <= old);
        self.is_wide = width >= WIDE;
        let near = if self.is_wide { width } else { NEAR * width };
        let (near_young, near_old) = (from.saturating_sub(near).max(young), from + width + near);
        self.near_from = move_on(self.near_from, &|bin| bin.from < near_young);
        self.near_to = move_on(self.near_to.max(self.end), &|bin| bin.to <= near_old);
        #[expect(clippy::cast_precision_loss, reason = "an age of more than 2^53 ms there is not")]
        let share = |young: u64, old: u64| width as f64 / (old - young) as f64;
        self.share = share(young, old);
        self.near_share = share(near_young, near_old);
    }

    /// The probability that as many lie in it by chance, given that one does, with which it begins; none
    /// where too few do to tell.
    fn chance(&self, sums: &Sums) -> Option<f64> {
        let count = sums.between(self.start, self.end);
        if count < FEWEST || self.share >= 0.5 {
            return None;
        }
        let far = chance(count, sums.between(self.from, self.to), self.share, TIMES)?;
        let near = sums.between(self.near_from, self.near_to);
        let near = chance(count, near, self.near_share, NEAR_TIMES)?;
        match self.is_wide {
            // So few are near that they can only speak against it.
            true => (near < SIGNIFICANCE).then_some(far),
            false => Some(far.max(near)),
        }
    }
}

/// The same among so many around it, of which it covers a share; none where it is not so many times as many.
fn chance(count: u64, around: u64, share: f64, times: f64) -> Option<f64> {
    let (count, others) = (as_f64(count), as_f64(around.saturating_sub(count)));
    let expected = others * share / (1.0 - share);
    (count >= times * expected).then(|| beta_reg(count - 1.0, others + 1.0, share))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    use super::*;

    fn found(ages: impl IntoIterator<Item = u64>) -> Vec<(u64, u64, u64)> {
        told_in_steps(1, ages)
    }

    fn told_in_steps(step: u64, ages: impl IntoIterator<Item = u64>) -> Vec<(u64, u64, u64)> {
        let mut histogram = Histogram::default();
        ages.into_iter().for_each(|age| histogram.add(age));
        clusters(&histogram, step).iter().map(|it| (it.from, it.to, it.count)).collect()
    }

    /// So many ages about one, within so many ms after it.
    fn about(age: u64, spread: u64, count: u64) -> impl Iterator<Item = u64> {
        (0..count).map(move |number| age + number * 7919 % (spread + 1))
    }

    #[test]
    fn ok_a_timer_shows_whatever_its_age() {
        for age in [1_500, 5_000, 15_000, 60_000, 100_000, 350_000, 3_600_000, 86_400_000] {
            let [(from, to, 6)] = found([0, 3, 7, 12, 19, 20].map(|later| age + later))[..] else {
                panic!("{age}");
            };
            assert!(from <= age && age + 20 <= to && to - from <= 20 + age / 1000, "{from} {to}");
        }
        assert!(found(about(60_000, 20, 4)).is_empty());
    }

    #[test]
    fn ok_several_timers_are_told_apart() {
        let all = about(30_000, 30, 20).chain(about(60_000, 15, 300)).chain(about(61_000, 400, 80));
        let found = found(all);
        let counts: Vec<_> = found.iter().map(|(_, _, count)| *count).collect();
        assert_eq!(counts, [20, 300, 80], "{found:?}");
    }

    #[test]
    fn ok_whole_seconds_are_no_timers() {
        let seconds = (0..2000).map(|number| 1000 * (1 + number * 7919 % 120));
        assert!(told_in_steps(1000, seconds).is_empty());
        // Told to the ms, and all the same.
        assert_eq!(found([60_000; 6]), [(60_000, 60_007, 6)]);
    }

    proptest! {
        #[test]
        fn ok_a_timer_shows_among_noise(
            noise in prop::collection::vec(1_u64..900_000, 0..2000),
            age in 5_000_u64..600_000,
            timed in prop::collection::vec(0_u64..20, 40),
        ) {
            let found = found(noise.into_iter().chain(timed.iter().map(|later| age + later)));
            let is_it = |(from, to, count): &(u64, u64, u64)| {
                *from <= age + 19 && age <= *to && *count >= 35
            };
            prop_assert!(found.iter().any(is_it), "{age}: {found:?}");
        }
    }

    /// Of a hundred logs without a timer hardly any shows one: so rare is chance asked to be.
    #[test]
    fn ok_noise_has_no_timers() {
        /// An age in seconds of twelve even numbers from 0 to 1.
        type Kind = fn(&[f64]) -> f64;
        let kinds: [Kind; 5] = [
            |even| 1.0 + 119.0 * even[0],
            |even| -30.0 * f64::ln(1.0 - even[0]),
            |even| -3.0 * f64::ln(1.0 - even[0]),
            // Few of them are so old that they are counted.
            |even| 1.0 - 0.5 * f64::ln(1.0 - even[0]),
            // About half a minute, as people's patience.
            |even| 5.0 * even.iter().sum::<f64>(),
        ];
        let mut runner = TestRunner::deterministic();
        let mut evens = |count| {
            let twelve = prop::collection::vec(0.0..1.0, 12);
            prop::collection::vec(twelve, count).new_tree(&mut runner).unwrap().current()
        };
        for (kind, name) in kinds.iter().zip(["even", "rare", "soon", "at once", "patience"]) {
            let wrong = (0..100).filter(|log| {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "small"
                )]
                let age = |even: &Vec<f64>| (kind(even) * 1000.0) as u64;
                !found(evens([6, 30, 300, 2000][log % 4]).iter().map(age)).is_empty()
            });
            let wrong = wrong.count();
            assert!(wrong <= 2, "{wrong} {name}");
        }
    }
}
