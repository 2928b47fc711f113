//! What stands in front of the tables in each frame.

use serde::{Deserialize, Serialize};

use crate::partials::bucket::Buckets;
use crate::partials::runs::Run;
use crate::partials::settings::Settings;
use crate::partials::source::Source;

/// What a frame is about. It is read before the tables, whose sources get other numbers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Head {
    pub(super) settings: Settings,
    /// In the order of their numbers.
    pub(super) sources: Vec<Source>,
    /// Inputs that were given more than once.
    pub(super) repeated: Vec<String>,
    pub(super) content: Content,
}

/// What the tables have.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Content {
    /// All that was counted.
    Counted {
        /// By these runs; by the one that wrote it, if there is none.
        runs: Vec<Run>,
        /// Whether it was kept what error logs ask of the requests.
        beside_error_log: bool,
    },
    /// The sightings of one bucket.
    Sightings {
        /// Which one, from 0.
        number: u16,
        of: Buckets,
        runs: Vec<Run>,
    },
}
