//! Every choice the generator makes, from one seeded stream.
//!
//! The ranges are drawn by remainder. That favours small values by less than one part in a
//! thousand, which no log shows, and it keeps the bytes independent of how a library samples.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        // `seed_from_u64` may expand a seed differently in another version; these bytes may not.
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        Self(ChaCha8Rng::from_seed(bytes))
    }

    /// From 0 up to `n`, which is not reached.
    pub(super) fn below(&mut self, n: u32) -> u32 {
        self.0.next_u32() % n
    }

    /// Both ends are reached.
    pub(super) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.0.next_u64() % (high - low + 1)
    }

    pub(super) fn one_in(&mut self, n: u32) -> bool {
        self.below(n) == 0
    }

    pub(super) fn percent(&mut self, share: u32) -> bool {
        self.below(100) < share
    }

    pub(super) fn pick<T: Copy>(&mut self, table: &[T]) -> T {
        let length = u32::try_from(table.len()).unwrap_or(u32::MAX);
        table[self.below(length) as usize]
    }

    /// One value of a table of (weight, value).
    pub(super) fn weighted<T: Copy>(&mut self, table: &[(u32, T)]) -> T {
        let mut left = self.below(table.iter().map(|(weight, _)| weight).sum());
        for &(weight, value) in table {
            if left < weight {
                return value;
            }
            left -= weight;
        }
        table[0].1
    }

    pub(super) fn bytes(&mut self) -> [u8; 16] {
        let mut bytes = [0; 16];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    pub(super) fn number(&mut self) -> u32 {
        self.0.next_u32()
    }
}
