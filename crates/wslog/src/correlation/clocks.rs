//! Whose clocks differ: what is told of one handshake at two vantage points cannot both be right.

use crate::correlation::extremes::Extremes;
use crate::correlation::seen::{ROUNDING, is_sample, may_be_tried_again};
use crate::directory::{Directory, Seat};
use crate::map::Map;
use crate::sighting::{Resolution, Sighting};
use wslog_parse::Status;

/// What handshakes say that two vantage points saw once each, answered alike.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Offset {
    /// How far the second started behind the first, in ms, of those that lasted as long at both: these
    /// were one request whatever the clocks say.
    same: Extremes,
    same_count: u64,
    /// How long after the end of the earlier the later of these started.
    gaps: Extremes,
    /// The same of all that both tell to the millisecond.
    starts: Extremes,
    count: u64,
    /// The first of them, at the first and at the second.
    example: Option<[Sighting; 2]>,
}

/// Of two vantage points, how far the clock of the second is ahead of that of the first; in ms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Apart {
    /// The least and the greatest that was seen.
    pub(crate) from: i64,
    pub(crate) to: i64,
    /// Of how many handshakes.
    pub(crate) count: u64,
}

/// By the numbers of two vantage points, the smaller first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clocks(Map<(u32, u32), Offset>);

/// Most pairs of vantage points.
const MOST_PAIRS: usize = 1 << 12;

/// What lasted so long at two vantage points, in ms, is one request; and it may have lasted so much
/// longer at the one in front.
const LASTING: u64 = 1_000;
const LONGER: u64 = 1_000;

/// So far clocks have to differ to be told so where nothing is known of the order, in ms: a request may
/// wait a while in front, and whole seconds are cut.
const FAR: i64 = 3_000;

/// So much may one clock's difference from another vary, in ms.
const BAND: i64 = 2_000;

/// So far has one to start before the one in front of it, in ms.
const REVERSED: i64 = 10;

impl Clocks {
    /// Takes into account the sightings of one key.
    pub(super) fn add(&mut self, sightings: &[Sighting], directory: &Directory) {
        let vantage = |sighting: &Sighting| directory.way_of(sighting.way()).vantage;
        let is_once =
            |number: u32| sightings.iter().filter(|it| vantage(it) == number).count() == 1;
        let has_clock = |number: u32| {
            let seat = directory.vantages.get(number).map(|it| it.seat);
            matches!(seat, Some(Seat::Nginx { .. } | Seat::Wire { .. }))
        };
        if sightings.first().is_none_or(is_sample) {
            return;
        }
        for (number, one) in sightings.iter().enumerate() {
            for other in sightings.iter().skip(number + 1) {
                let [mine, theirs] = [one, other].map(vantage);
                let are_told = [mine, theirs].into_iter().all(|it| is_once(it) && has_clock(it));
                if mine == theirs || !are_told || !is_answered_alike(one, other) {
                    continue;
                }
                let (pair, first, second) = match mine < theirs {
                    true => ((mine, theirs), one, other),
                    false => ((theirs, mine), other, one),
                };
                if self.0.len() < MOST_PAIRS || self.0.contains_key(&pair) {
                    self.0.entry(pair).or_default().add(first, second);
                }
            }
        }
    }

    pub(super) fn absorb(&mut self, other: Clocks) {
        for (pair, offset) in other.0 {
            self.0.entry(pair).or_default().absorb(offset);
        }
    }

    /// The pairs, in no order that means anything.
    pub(crate) fn iter(&self) -> impl Iterator<Item = ((u32, u32), Offset)> {
        self.0.iter().map(|(&pair, &offset)| (pair, offset))
    }
}

impl Offset {
    fn add(&mut self, first: &Sighting, second: &Sighting) {
        let starts = first.started_at().zip(second.started_at());
        let Some((one, other)) = starts else { return };
        self.keep([*first, *second]);
        let apart = other.unix_millis() - one.unix_millis();
        let lasted = [first, second].map(|it| it.request_time().map_or(0, |time| time.0));
        let is_same =
            lasted.into_iter().all(|it| it >= LASTING) && lasted[0].abs_diff(lasted[1]) <= LONGER;
        if is_same {
            self.same.add(apart);
            self.same_count += 1;
            if let (Some(first), Some(second)) = (first.span(), second.span()) {
                self.gaps.add(first.0.max(second.0) - first.1.min(second.1));
            }
        }
        if [first, second].iter().all(|it| it.resolution() == Resolution::Millisecond) {
            self.starts.add(apart);
            self.count += 1;
        }
    }

    fn keep(&mut self, pair: [Sighting; 2]) {
        let place = |pair: &[Sighting; 2]| {
            let [one, other] = pair.map(|sighting| sighting.position());
            (one.min(other), one.max(other))
        };
        if self.example.is_none_or(|kept| place(&pair) < place(&kept)) {
            self.example = Some(pair);
        }
    }

    /// The first of them.
    pub(crate) fn example(&self) -> impl Iterator<Item = &Sighting> {
        self.example.iter().flatten()
    }

    pub(crate) fn absorb(&mut self, other: Offset) {
        if let Some(pair) = other.example {
            self.keep(pair);
        }
        self.gaps.absorb(other.gaps);
        self.same.absorb(other.same);
        self.same_count += other.same_count;
        self.starts.absorb(other.starts);
        self.count += other.count;
    }

    /// The same of the second and the first.
    pub(crate) fn turned(self) -> Offset {
        Offset { same: self.same.turned(), starts: self.starts.turned(), ..self }
    }

    /// How far apart the clocks are, if they certainly are; `is_ordered` where every request passes the
    /// first before the second.
    pub(crate) fn apart(&self, is_ordered: bool) -> Option<Apart> {
        let of = |all: &Extremes, count| {
            let (from, to) = (all.least(), all.greatest());
            all.enough().map(|_| Apart { from, to, count })
        };
        let is_far = |it: &Apart| it.to - it.from <= BAND && (it.from > FAR || it.to < -FAR);
        // Devices that keep their keys may all have gone from one to the other in the same way.
        let (least, greatest) = (self.gaps.least(), self.gaps.greatest());
        let is_moved = least >= 0 && greatest - least <= BAND;
        let is_reversed = |it: &Apart| is_ordered && it.to < -REVERSED - ROUNDING;
        of(&self.same, self.same_count)
            .filter(|it| is_far(it) && !is_moved)
            .or_else(|| of(&self.starts, self.count).filter(is_reversed))
    }
}

/// Whether both ended with the same answer, and one that nobody tries again for.
fn is_answered_alike(one: &Sighting, other: &Sighting) -> bool {
    let status = one.status();
    let is_final = status == Status::SWITCHING_PROTOCOLS || !may_be_tried_again(status);
    status == other.status() && is_final
}
