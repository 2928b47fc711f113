//! The ways that were asked for last, by their texts: as a rule it is one of them that is asked for
//! next.

use crate::recent::Recent;

/// A way as a line tells it.
pub(crate) struct WayTexts<'t> {
    pub(crate) node: &'t [u8],
    pub(crate) upstream: &'t [u8],
    /// What the line calls its nginx, in this source set.
    pub(crate) name: Option<&'t [u8]>,
    /// Its address, where that is not its name.
    pub(crate) address: &'t [u8],
    pub(crate) set: u16,
}

/// A way in numbers, which are compared in a few steps.
#[derive(Clone, Copy, Debug)]
struct WayNumbers {
    /// The first and the last eight bytes of each text.
    ends: [[u64; 2]; 4],
    /// The length of each text, and the source set.
    lens: [u16; 5],
}

impl PartialEq for WayNumbers {
    /// All at once, without a call or a branch.
    #[inline(always)]
    fn eq(&self, other: &WayNumbers) -> bool {
        let ends = self.ends.as_flattened().iter().zip(other.ends.as_flattened());
        let differences = ends.fold(0, |all, (one, other)| all | (one ^ other));
        differences == 0 && self.lens == other.lens
    }
}

/// Up to here the ends of a text are all of it.
const ENDS_LEN: usize = 16;

/// The length that stands for a name the line does not tell, and for any too great for a number.
const NO_NAME: u16 = u16::MAX;
const TOO_LONG: u16 = u16::MAX - 1;

impl WayTexts<'_> {
    #[inline(always)]
    fn all(&self) -> [&[u8]; 4] {
        [self.node, self.upstream, self.name.unwrap_or_default(), self.address]
    }

    #[inline(always)]
    fn numbers(&self) -> WayNumbers {
        let len = |text: &[u8]| u16::try_from(text.len()).unwrap_or(TOO_LONG).min(TOO_LONG);
        let [node, upstream, name, address] = self.all();
        let name_len = if self.name.is_some() { len(name) } else { NO_NAME };
        WayNumbers {
            ends: [ends(node), ends(upstream), ends(name), ends(address)],
            lens: [len(node), len(upstream), name_len, len(address), self.set],
        }
    }

    /// Whether its numbers are all of it.
    #[inline(always)]
    fn is_short(&self) -> bool {
        self.all().iter().fold(true, |all, text| all & (text.len() <= ENDS_LEN))
    }
}

#[inline(always)]
fn ends(text: &[u8]) -> [u64; 2] {
    match (text.first_chunk(), text.last_chunk()) {
        (Some(first), Some(last)) => [u64::from_le_bytes(*first), u64::from_le_bytes(*last)],
        _ => [0, text.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))],
    }
}

/// One way for each of some places that their numbers give them.
#[derive(Clone, Debug, Default)]
pub(crate) struct RecentWays(Vec<Option<RecentWay>>);

/// A way's number, and what it was found by.
#[derive(Clone, Debug)]
struct RecentWay {
    number: u32,
    numbers: WayNumbers,
    texts: [Box<[u8]>; 4],
}

impl RecentWays {
    /// The number of the way of these texts; if they are not among the recent ones, the number
    /// that `find` gives.
    #[inline(always)]
    pub(crate) fn number(&mut self, texts: &WayTexts<'_>, find: impl FnOnce() -> u32) -> u32 {
        let numbers = texts.numbers();
        // Ways differ in the last bytes of their texts, if they do.
        let [[_, node], [_, upstream], [_, name], _] = numbers.ends;
        let slot = Recent::slot(node ^ upstream.rotate_left(21) ^ name.rotate_left(42));
        match self.0.get(slot) {
            Some(Some(recent)) if recent.is(texts, &numbers) => recent.number,
            _ => self.keep(slot, texts, numbers, find()),
        }
    }

    #[cold]
    fn keep(&mut self, slot: usize, texts: &WayTexts<'_>, numbers: WayNumbers, number: u32) -> u32 {
        self.0.resize(Recent::LEN, None);
        self.0[slot % Recent::LEN] =
            Some(RecentWay { number, numbers, texts: texts.all().map(Into::into) });
        number
    }
}

impl RecentWay {
    #[inline(always)]
    fn is(&self, texts: &WayTexts<'_>, numbers: &WayNumbers) -> bool {
        self.numbers == *numbers && (texts.is_short() || self.has(texts))
    }

    #[cold]
    fn has(&self, texts: &WayTexts<'_>) -> bool {
        self.texts.iter().zip(texts.all()).all(|(one, other)| **one == *other)
    }
}
