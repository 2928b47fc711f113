//! Access logs of an edge nginx and of the inner nginx behind it, with their truth.
//!
//! The story is that of a WebSocket service behind a load balancer some of whose nodes pass
//! requests on as HTTP/1.0: handshakes of every outcome, retries, tunnels that live from
//! milliseconds to hours, in the midst of ordinary traffic and of lines that are no entries at
//! all. The nginx that writes is one of the 1.12 series, so the format's older habits are there:
//! a 499 has `-` for its `upstream_response_time`, and a URI may hold a raw space.
//!
//! The [`Truth`] is counted from what is meant to be written, at the moment it is written, and
//! never by reading a line back. Memory grows with the handshakes that are still to end, not with
//! the lines. The same [`Recipe`] gives the same bytes on every machine.

mod addresses;
mod agents;
mod dice;
mod entry;
mod fate;
mod handshake;
mod journal;
mod junk;
mod ledger;
mod render;
mod site;
mod text;
mod time;
mod timeline;
mod traffic;
mod truth;

use std::io;

use clap::ValueEnum;

pub use self::truth::{
    ByRule, Downgrades, Fates, FormatLines, Handshakes, Input, Outcome, ProtocolStatus,
    RemoteAddrFates, Requests, SightingRow, Sightings, Source, Truth, VantageFates,
};

/// What to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recipe {
    /// Lines in both files together, exactly.
    pub lines: u64,
    /// The same seed gives the same bytes.
    pub seed: u64,
    /// What the lines are about.
    pub profile: Profile,
    /// How the lines look.
    pub format: Format,
}

/// What the lines are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Profile {
    /// A day's traffic: about 3 lines in 100 are handshakes, most of them seen at both nginx.
    Mixed,
    /// Nothing but handshakes, each with a key of its own, at the edge only.
    Handshakes,
}

/// The `log_format` of both files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Format {
    /// Unquoted, with upstreams and times, and the Sec-WebSocket-Key at the end.
    UpstreamlogKey,
    /// The same without the key.
    Upstreamlog,
    /// What nginx writes when it is told nothing.
    Combined,
    /// `combined` and `$http_x_forwarded_for`, as in the packaged configuration.
    Main,
    /// A JSON object a line, with what `upstreamlog_key` and `combined` show.
    Json,
}

impl Format {
    fn name(self) -> &'static str {
        match self {
            Self::UpstreamlogKey => "upstreamlog_key",
            Self::Upstreamlog => "upstreamlog",
            Self::Combined => "combined",
            Self::Main => "main",
            Self::Json => "json",
        }
    }

    /// Whether a line tells milliseconds, the time a request took, and which nginx wrote it.
    fn tells_times(self) -> bool {
        matches!(self, Self::UpstreamlogKey | Self::Upstreamlog | Self::Json)
    }

    fn tells_key(self) -> bool {
        matches!(self, Self::UpstreamlogKey | Self::Json)
    }
}

/// Writes the log of the edge and the log of the inner nginx, and returns what is in them.
///
/// # Errors
///
/// What either writer returned; what was written until then is of no use.
pub fn generate(
    recipe: &Recipe,
    edge: &mut impl io::Write,
    inner: &mut impl io::Write,
) -> io::Result<Truth> {
    let mut dice = dice::Dice::new(recipe.seed);
    let mut site = site::Site::new(recipe, &mut dice, edge, inner);
    match recipe.profile {
        Profile::Mixed => timeline::mixed(&mut site, &mut dice)?,
        Profile::Handshakes => timeline::handshakes(&mut site, &mut dice)?,
    }
    site.finish()
}
