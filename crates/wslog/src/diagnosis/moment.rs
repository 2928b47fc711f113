//! Moments at which far more tunnels ended than before and after.
//!
//! A scan statistic over time, as `cluster` is one over ages: a window of two seconds is moved over the ends of
//! all tunnels of a vantage point, and how many it holds is held against a Poisson distribution with the rate of
//! the five minutes before and behind it (J. I. Naus, 1965; M. Kulldorff, 1997). The probability is multiplied by
//! the number of windows (Bonferroni).

use std::borrow::Cow;

use rayon::slice::ParallelSliceMut;
use statrs::function::gamma::checked_gamma_lr;

use crate::ages::Life;
use crate::diagnosis::SIGNIFICANCE;
use crate::events::TOGETHER;
use crate::map::Map;

/// Tunnels that ended in one moment, and those that were open then.
#[derive(Clone, Debug)]
pub(crate) struct Moment<'a> {
    /// In the order of their ends; at least one.
    pub(crate) ended: &'a [Life],
    /// How many were open just before, with these.
    pub(crate) open: u64,
    /// How likely chance alone makes such a moment anywhere.
    pub(crate) p: f64,
}

/// Whether it is known whose tunnels these are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    /// Those of one address that end together count once: a page that is closed, an office whose line breaks.
    Known,
    /// Each may be one of the sockets of a page.
    Unknown,
}

/// How long a moment is, in ms: a log that tells whole seconds shows no less.
const WIDTH: i64 = 2_000;

/// How far the time around it reaches on each side, in ms.
const AROUND: i64 = 300_000;

/// Fewest moments at which they have to have begun: those that begin together are one page's, or end together
/// by an idle timer.
const FEWEST: usize = 6;

/// How many times as many as the time around explains.
const TIMES: f64 = 3.0;

/// One in so many of the tunnels that were open.
const SHARE: usize = 10;

/// Sockets of one page that may end at once.
const SOCKETS: f64 = 6.0;

/// The moments in the order of time, of lives in the order of their ends.
pub(crate) fn moments(lives: &[Life], whose: Whose) -> Vec<Moment<'_>> {
    let counted = whose.counted(lives);
    let counted = Ends::new(&counted, whose.together());
    let mut found: Vec<Candidate<'_>> = Vec::new();
    for candidate in counted.candidates() {
        let is_apart = found.last().is_none_or(|last| last.latest() < candidate.first());
        match found.last_mut() {
            Some(last) if !is_apart && candidate.ended.len() > last.ended.len() => {
                *last = candidate;
            }
            Some(_) if !is_apart => {}
            _ => found.push(candidate),
        }
    }
    found.retain(|it| beginnings(it.ended) >= FEWEST);
    if found.is_empty() {
        return Vec::new();
    }
    let all = Ends::new(lives, 1.0);
    found.iter().map(|it| all.moment(it)).collect()
}

impl Whose {
    /// Those that are counted.
    fn counted(self, lives: &[Life]) -> Cow<'_, [Life]> {
        match self {
            Whose::Known => Cow::Owned(one_each(lives)),
            Whose::Unknown => Cow::Borrowed(lives),
        }
    }

    /// How many may end together for one reason of their own.
    fn together(self) -> f64 {
        match self {
            Whose::Known => 1.0,
            Whose::Unknown => SOCKETS,
        }
    }
}

/// Of those of one address that ended within a moment the first.
fn one_each(lives: &[Life]) -> Vec<Life> {
    let mut last: Map<u64, i64> = Map::default();
    let is_first = |life: &&Life| {
        let before = last.get(&life.client.address()).copied();
        let is_first = !life.client.is_known() || before.is_none_or(|it| life.end - it > WIDTH);
        if is_first {
            last.insert(life.client.address(), life.end);
        }
        is_first
    };
    lives.iter().filter(is_first).copied().collect()
}

/// What ended in a window, where chance does not explain it.
struct Candidate<'a> {
    ended: &'a [Life],
    p: f64,
}

impl Candidate<'_> {
    /// When the first of them ended, in Unix ms.
    fn first(&self) -> i64 {
        self.ended.first().map_or(0, |life| life.end)
    }

    /// When the last of them ended.
    fn latest(&self) -> i64 {
        self.ended.last().map_or(0, |life| life.end)
    }
}

/// The lives in the order of their ends, and their starts in order.
struct Ends<'a> {
    lives: &'a [Life],
    starts: Vec<i64>,
    /// How many may end together for one reason of their own.
    together: f64,
}

impl<'a> Ends<'a> {
    fn new(lives: &'a [Life], together: f64) -> Ends<'a> {
        let mut starts: Vec<i64> = lives.iter().map(|life| life.start).collect();
        starts.par_sort_unstable();
        Ends { lives, starts, together }
    }

    /// All that ended in the window of a candidate.
    fn moment(&self, candidate: &Candidate<'_>) -> Moment<'a> {
        let first = candidate.first();
        let ended_before = |time: i64| self.lives.partition_point(|life| life.end < time);
        let (from, to) = (ended_before(first), ended_before(first + WIDTH));
        let begun = self.starts.partition_point(|start| *start < first);
        Moment {
            ended: self.lives.get(from..to).unwrap_or_default(),
            open: begun.saturating_sub(from).max(to - from) as u64,
            p: candidate.p,
        }
    }

    /// The windows that chance does not explain, in the order of time; they overlap.
    fn candidates(&self) -> impl Iterator<Item = Candidate<'a>> {
        let (mut end, mut begun, mut before, mut behind) = (0, 0, 0, 0);
        (0..self.lives.len()).filter_map(move |start| {
            let first = self.lives.get(start)?.end;
            end = self.advance(end, first + WIDTH);
            behind = self.advance(behind, first + WIDTH + AROUND);
            before = self.advance(before, first - AROUND);
            while self.starts.get(begun).is_some_and(|start| *start < first) {
                begun += 1;
            }
            // Those that began before and have not ended before.
            let open = begun.saturating_sub(start).max(end - start);
            let around = (behind - before) - (end - start);
            self.candidate(start..end, open, around)
        })
    }

    /// The first from `from` on that ended at this time or later.
    fn advance(&self, mut from: usize, time: i64) -> usize {
        while self.lives.get(from).is_some_and(|life| life.end < time) {
            from += 1;
        }
        from
    }

    #[expect(clippy::cast_precision_loss, reason = "fewer than 2^53 tunnels")]
    fn candidate(
        &self,
        window: std::ops::Range<usize>,
        open: usize,
        around: usize,
    ) -> Option<Candidate<'a>> {
        let ended = self.lives.get(window)?;
        let count = ended.len();
        if count < FEWEST || count * SHARE < open {
            return None;
        }
        let expected = self.expected(ended.first()?.end, around);
        if (count as f64) < TIMES * expected {
            return None;
        }
        let chance =
            checked_gamma_lr(count as f64 / self.together, expected / self.together).ok()?;
        let p = chance * self.lives.len() as f64;
        (p < SIGNIFICANCE).then_some(Candidate { ended, p })
    }

    /// How many end in a window as the time around it goes, one more taken for granted.
    #[expect(clippy::cast_precision_loss, reason = "fewer than 2^53 tunnels and ms")]
    fn expected(&self, first: i64, around: usize) -> f64 {
        let [oldest, newest] =
            [self.lives.first(), self.lives.last()].map(|life| life.map_or(first, |life| life.end));
        let from = (first - AROUND).max(oldest);
        let to = (first + WIDTH + AROUND).min(newest);
        let covered = (to - from - WIDTH).max(WIDTH);
        (around + 1) as f64 * WIDTH as f64 / covered as f64
    }
}

/// At how many different moments these began.
fn beginnings(ended: &[Life]) -> usize {
    let mut starts: Vec<i64> = ended.iter().map(|life| life.start).collect();
    starts.sort_unstable();
    let mut last = None;
    let is_apart = |start: &&i64| {
        let is_apart = last.is_none_or(|last| **start > last + TOGETHER);
        last = if is_apart { Some(**start) } else { last };
        is_apart
    };
    starts.iter().filter(is_apart).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Client;
    use crate::fingerprint::fingerprint;

    fn lives(ends: impl IntoIterator<Item = (i64, i64)>) -> Vec<Life> {
        let mut lives: Vec<_> = ends
            .into_iter()
            .map(|(start, end)| Life {
                start,
                end,
                offset_minutes: 0,
                way: 0,
                client: Client::UNKNOWN,
            })
            .collect();
        lives.sort_unstable_by_key(|life| (life.end, life.start));
        lives
    }

    /// How many ended in each moment, and how many were open.
    fn told(ends: impl IntoIterator<Item = (i64, i64)>) -> Vec<(usize, u64)> {
        let lives = lives(ends);
        moments(&lives, Whose::Known)
            .iter()
            .map(|moment| (moment.ended.len(), moment.open))
            .collect()
    }

    const MINUTE: i64 = 60_000;

    /// Tunnels that begin every minute, and all end within a second.
    fn cut(count: i64, at: i64) -> impl Iterator<Item = (i64, i64)> {
        (1..=count).map(move |number| (at - number * MINUTE, at + number * 37 % 1000))
    }

    #[test]
    fn ok_what_ends_together_and_began_apart_was_cut() {
        assert_eq!(told(cut(6, 0)), [(6, 6)]);
        assert_eq!(told(cut(5, 0)), []);
        assert_eq!(told(cut(20, 0).chain(cut(9, 20 * MINUTE))), [(20, 20), (9, 9)]);
        // Ten more that stay.
        assert_eq!(told(cut(8, 0).chain((1..=10).map(|it| (-it * 999, it * MINUTE)))), [(8, 18)]);
    }

    #[test]
    fn ok_what_began_together_was_ended_by_a_timer() {
        let begun = |later: i64| (later * 300, later * 300 + MINUTE + later % 9);
        assert_eq!(told((0..6).map(begun)), []);
        assert_eq!(told((0..90).map(begun)), []);
        // Five pages with six sockets each.
        let page = |later: i64| (-later % 5 * MINUTE + later * 9, later * 7);
        assert_eq!(told((0..30).map(page)), []);
    }

    #[test]
    fn ok_few_of_many_that_are_open_are_left_alone() {
        let stay = (1..=200).map(|it| (-it * 700, it * 977 + 90_000));
        assert_eq!(told(cut(12, 0).chain(stay)), []);
    }

    /// A number from 0 to 1 that the seed stands for.
    #[expect(clippy::cast_precision_loss, reason = "so precise it need not be")]
    fn dice(seed: u64) -> f64 {
        fingerprint(&[&seed.to_le_bytes()]) as f64 / u64::MAX as f64
    }

    /// What comes and goes as people do, for an hour.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "thousands of tunnels, hours in ms"
    )]
    fn quiet(seed: u64) -> Vec<(i64, i64)> {
        let count = 3000.0 * dice(seed).powi(3);
        let life = 2_000.0 * 450_f64.powf(dice(seed + 1));
        let tunnel = |number: u64| {
            let start = (dice(seed + number) * 3_600_000.0) as i64;
            (start, start + 1000 + (-dice(seed + number + 1).ln() * life) as i64)
        };
        (1..=count as u32).map(u64::from).map(|number| tunnel(2 * number)).collect()
    }

    #[test]
    fn ok_of_a_hundred_quiet_logs_hardly_one_shows_a_moment() {
        let is_told = |log: &u64| !told(quiet(log << 32)).is_empty();
        let false_alarms = (0..1000).filter(is_told).count();
        assert!(false_alarms <= 10, "{false_alarms}");
    }
}
