//! The logs that are measured: made once, with what an exact reader counts in them.

use std::fmt;

use wslog::Analysis;

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

/// The logs of two nginx, one behind the other.
#[derive(Debug)]
pub struct Logs {
    /// The whole log of the first; of the mixed traffic most lines.
    pub edge: Vec<u8>,
    /// The whole log of the second.
    pub inner: Vec<u8>,
    /// What is in them.
    pub truth: Truth,
}

/// Lines at both nginx together: enough for the caches to be full.
const LINES: u64 = 200_000;

impl Logs {
    /// Makes the logs.
    ///
    /// # Panics
    ///
    /// When memory runs out.
    pub fn of(Kind(profile, format): Kind) -> Logs {
        let (mut edge, mut inner) = (Vec::new(), Vec::new());
        let recipe = Recipe { lines: LINES, seed: 1, profile, format };
        let truth = generate(&recipe, &mut edge, &mut inner);
        Logs { edge, inner, truth: truth.expect("memory takes everything") }
    }

    /// How many bytes they have together.
    pub fn bytes(&self) -> usize {
        self.edge.len() + self.inner.len()
    }

    /// Panics unless an analysis has the numbers of the truth.
    ///
    /// # Panics
    ///
    /// When it has not.
    pub fn check(&self, analysis: &Analysis) {
        let Truth { input, sightings, handshakes, downgrades, .. } = &self.truth;
        let found = [
            analysis.input.lines,
            analysis.input.parsed,
            analysis.sightings.total,
            analysis.handshakes.distinct_keys,
            analysis.handshakes.keys_seen_more_than_once,
            analysis.downgrades.total,
            analysis.downgrades.near_mark,
        ];
        let expected = [
            input.lines,
            input.parsed,
            sightings.total,
            handshakes.distinct_keys,
            handshakes.keys_seen_more_than_once,
            downgrades.total,
            downgrades.near_mark,
        ];
        assert_eq!(found, expected);
    }
}
