//! Which of many numbers was asked for last, for each of a few hashes: as a rule it is the one that
//! is asked for next.

/// One number for each slot.
#[derive(Clone, Debug)]
pub(crate) struct Recent(Box<[u32; 1 << BITS]>);

const BITS: u32 = 8;

impl Default for Recent {
    fn default() -> Recent {
        Recent(Box::new([0; 1 << BITS]))
    }
}

impl Recent {
    /// How many slots there are.
    pub(crate) const LEN: usize = 1 << BITS;

    /// Fibonacci hashing: the first bits of the product depend on all bits of the number.
    #[inline]
    pub(crate) fn slot(number: u64) -> usize {
        let product = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        usize::try_from(product >> (u64::BITS - BITS)).unwrap_or_default()
    }

    #[inline]
    pub(crate) fn get(&self, slot: usize) -> u32 {
        self.0[slot % self.0.len()]
    }

    #[inline]
    pub(crate) fn set(&mut self, slot: usize, number: u32) {
        self.0[slot % self.0.len()] = number;
    }
}
