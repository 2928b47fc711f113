//! Two periods held against each other.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

mod by_chance;
mod doubts;
mod events;
mod formats;
mod limits;
mod log;
mod verdicts;
