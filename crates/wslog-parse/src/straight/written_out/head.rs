//! The words at the front of a text, of which the ends are found together.

use crate::window::{BLOCK, Block, equal, mask};

/// What a block shows of words: places in it are below [`BLOCK`].
pub(super) struct Head<'t> {
    bytes: &'t Block,
    spaces: u64,
    colons: u64,
    /// What an address cannot have, or stands between addresses.
    odd: u64,
}

impl<'t> Head<'t> {
    /// The head of a text that is long enough.
    #[inline(always)]
    pub(super) fn of(text: &'t [u8]) -> Option<Head<'t>> {
        let bytes = text.first_chunk()?;
        let (spaces, colons) = (equal(bytes, b' '), equal(bytes, b':'));
        // Those between a space and `~`, less the spaces, are the printable ones.
        let odd = mask(bytes, |window| window.outside_or(b' ', b'~', b','));
        Some(Head { bytes, spaces, colons, odd })
    }

    /// Where the first words end, each by a space; [`BLOCK`] where that is further on.
    #[inline(always)]
    pub(super) fn ends<const N: usize>(&self) -> [usize; N] {
        let mut spaces = self.spaces;
        let mut ends = [0; N];
        for end in &mut ends {
            *end = spaces.trailing_zeros() as usize;
            spaces &= spaces.wrapping_sub(1);
        }
        ends
    }

    /// The byte there.
    #[inline(always)]
    pub(super) fn byte(&self, at: usize) -> u8 {
        self.bytes[at % BLOCK]
    }

    /// Whether there is no colon.
    #[inline(always)]
    pub(super) fn lacks_colon(&self, start: usize, end: usize) -> bool {
        self.colons & below(end) & !below(start) == 0
    }

    /// Whether all words up to there are such as one address can be.
    #[inline(always)]
    pub(super) fn is_plain(&self, end: usize) -> bool {
        self.odd & below(end) == 0
    }
}

/// The places below this one, which is one of a block.
#[inline(always)]
fn below(place: usize) -> u64 {
    (1 << (place % BLOCK)) - 1
}
