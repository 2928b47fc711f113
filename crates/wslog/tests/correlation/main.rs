//! What sightings of one key at several vantage points say together.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

mod clocks;
mod located;
mod log;
mod never_wrong;
mod paths;
mod reuse;
mod trace;
mod upgrade;
