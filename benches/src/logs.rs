//! The logs that are measured: made once, with what an exact reader counts in them.

use std::fmt;

use crate::generator::{Format, Profile, Recipe, Truth, generate};

/// A log, by what is in it and how its lines look.
#[derive(Debug, Clone, Copy)]
pub struct Kind(pub Profile, pub Format);

/// A day's traffic in each shape, and a log in which every line is a handshake with a fresh key.
pub const KINDS: [Kind; 4] = [
    Kind(Profile::Mixed, Format::UpstreamlogKey),
    Kind(Profile::Handshakes, Format::UpstreamlogKey),
    Kind(Profile::Mixed, Format::Combined),
    Kind(Profile::Mixed, Format::Json),
];

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}, {:?}", self.0, self.1)
    }
}

/// The log of the edge nginx.
#[derive(Debug)]
pub struct Log {
    /// The whole log.
    pub text: Vec<u8>,
    /// What is in it, and in the log of the inner nginx that is left out.
    truth: Truth,
}

/// Lines at both nginx together: enough for the caches to be full.
const LINES: u64 = 200_000;

impl Log {
    /// Makes a log.
    ///
    /// # Panics
    ///
    /// When memory runs out.
    pub fn of(Kind(profile, format): Kind) -> Log {
        let mut text = Vec::new();
        let recipe = Recipe { lines: LINES, seed: 1, profile, format };
        let truth = generate(&recipe, &mut text, &mut std::io::sink());
        Log { text, truth: truth.expect("memory takes everything") }
    }

    /// How many lines it has.
    pub fn lines(&self) -> u64 {
        self.truth.input.sources[0].lines
    }

    /// How many of its lines are entries.
    pub fn parsed(&self) -> u64 {
        self.truth.input.sources[0].parsed
    }
}
