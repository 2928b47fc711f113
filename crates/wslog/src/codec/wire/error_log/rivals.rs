//! Requests beside the handshakes, so far as an event may be about one of them.

use serde::{Deserialize, Serialize};

use crate::codec::CodecError;
use crate::error_log::{self, FILTER_BITS};

/// The bits of a filter, and one for each shape.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Rivals {
    filter: Option<Filter>,
    shapes: [bool; 8],
}

/// Which bits of the filter are set, in whichever way takes less room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Filter {
    /// How many are not, in front of each one that is.
    Gaps(Vec<u32>),
    /// All of them, the lowest first: eight bytes are a word.
    Words(Vec<[u8; 8]>),
}

/// How many bits a word has.
const WORD_BITS: usize = u64::BITS as usize;

/// Most bits that are told one by one: a byte or two each, when one in 32 is set.
const MOST_GAPS: usize = FILTER_BITS / 32;

impl From<&error_log::Rivals> for Rivals {
    fn from(rivals: &error_log::Rivals) -> Rivals {
        let (filter, shapes) = rivals.parts();
        Rivals { filter: filter.map(Filter::of), shapes }
    }
}

impl Rivals {
    pub(super) fn into_rivals(self) -> Result<error_log::Rivals, CodecError> {
        let Rivals { filter, shapes } = self;
        let words = filter.map(Filter::into_words).transpose()?;
        error_log::Rivals::from_parts(words, shapes)
            .ok_or(CodecError::Impossible("a filter of another length"))
    }
}

impl Filter {
    fn of(words: &[u64]) -> Filter {
        let set: u64 = words.iter().map(|word| u64::from(word.count_ones())).sum();
        if set > MOST_GAPS as u64 {
            return Filter::Words(words.iter().map(|word| word.to_le_bytes()).collect());
        }
        let mut next = 0;
        let gap = |bit: u32| {
            let gap = bit - next;
            next = bit + 1;
            gap
        };
        Filter::Gaps(bits(words).map(gap).collect())
    }

    fn into_words(self) -> Result<Vec<u64>, CodecError> {
        match self {
            Filter::Words(words) => Ok(words.into_iter().map(u64::from_le_bytes).collect()),
            Filter::Gaps(gaps) => words_of(&gaps),
        }
    }
}

/// The numbers of the bits that are set, in their order.
fn bits(words: &[u64]) -> impl Iterator<Item = u32> {
    let set = words.iter().zip((0..).step_by(WORD_BITS)).filter(|(word, _)| **word != 0);
    set.flat_map(|(&word, first)| {
        (0..u64::BITS).filter(move |bit| word >> bit & 1 != 0).map(move |bit| first + bit)
    })
}

fn words_of(gaps: &[u32]) -> Result<Vec<u64>, CodecError> {
    let mut words = vec![0; FILTER_BITS / WORD_BITS];
    let mut next = 0_usize;
    for gap in gaps {
        let outside = CodecError::Impossible("a bit outside of its filter");
        let bit = usize::try_from(*gap).ok().and_then(|gap| next.checked_add(gap));
        let bit = bit.ok_or(outside.clone())?;
        *words.get_mut(bit / WORD_BITS).ok_or(outside)? |= 1_u64 << (bit % WORD_BITS);
        next = bit + 1;
    }
    Ok(words)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::codec::wire::error_log) fn rivals() -> Rivals {
        let gaps = vec![7, 0, (1 << 26) - 10];
        Rivals { filter: Some(Filter::Gaps(gaps)), shapes: [true; 8] }
    }

    #[test]
    fn ok_rivals_are_what_they_were() {
        let none = Rivals { filter: None, shapes: [false; 8] };
        for rivals in [none, rivals()] {
            assert_eq!(Rivals::from(&rivals.clone().into_rivals().unwrap()), rivals);
        }
    }

    #[test]
    fn ok_a_full_filter_is_told_by_its_words() {
        let mut words = vec![0_u64; FILTER_BITS / WORD_BITS];
        words.iter_mut().step_by(2).for_each(|word| *word = 0xf0);
        assert!(matches!(Filter::of(&words), Filter::Gaps(_)));
        words[1] = 1 << 63;
        let filter = Filter::of(&words);
        assert!(matches!(filter, Filter::Words(_)));
        assert_eq!(filter.into_words(), Ok(words));
    }

    #[test]
    fn err_bits_outside_of_the_filter() {
        let words = vec![[0; 8]; FILTER_BITS / WORD_BITS - 1];
        let outside = [vec![1 << 26], vec![(1 << 26) - 1, 0], vec![u32::MAX, u32::MAX]];
        for filter in outside.map(Filter::Gaps).into_iter().chain([Filter::Words(words)]) {
            assert!(Rivals { filter: Some(filter), shapes: [true; 8] }.into_rivals().is_err());
        }
    }
}
