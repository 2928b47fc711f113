//! The logs that are measured: made once, with what an exact reader counts in them.

use std::fmt;

use benches::generator::{Format, Profile, Recipe, Truth, generate};

/// A log, by what is in it and how its lines look.
#[derive(Clone, Copy)]
pub(crate) struct Kind(pub(crate) Profile, pub(crate) Format);

/// A day's traffic in each shape, and a log in which every line is a handshake with a fresh key.
pub(crate) const KINDS: [Kind; 4] = [
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
pub(crate) struct Log {
    pub(crate) text: Vec<u8>,
    pub(crate) truth: Truth,
}

/// Lines at both nginx together: enough for the caches to be full.
const LINES: u64 = 200_000;

impl Log {
    pub(crate) fn of(Kind(profile, format): Kind) -> Log {
        let mut text = Vec::new();
        let recipe = Recipe { lines: LINES, seed: 1, profile, format };
        let truth = generate(&recipe, &mut text, &mut std::io::sink());
        Log { text, truth: truth.expect("memory takes everything") }
    }

    pub(crate) fn lines(&self) -> u64 {
        self.truth.input.sources[0].lines
    }
}
