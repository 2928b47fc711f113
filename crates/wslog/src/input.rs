//! Where lines come from: sources, opened one after another and cut into chunks at newlines.
//!
//! Files are read, never mapped: a log that is truncated under a map kills the process.

pub(crate) mod blocks;
pub(crate) mod buffer;
#[cfg(feature = "capture")]
pub(crate) mod captured;
pub(crate) mod chunk;
pub(crate) mod compression;
pub(crate) mod directory;
pub(crate) mod feed;
pub(crate) mod identity;
pub(crate) mod order;
pub(crate) mod range;
pub(crate) mod set;
pub(crate) mod source;
pub(crate) mod vantage_name;
