//! Which findings there are, and which not.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

mod clocks;
mod examples;
mod log;
mod look_alikes;
mod moments;
mod peers;
mod statuses;
mod timers;
mod upgrade;
