//! What happens to logs on real machines: whatever is done to the files, and however often the
//! follower is killed, every line is counted once.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

mod bench;
mod names;
mod rotated;
mod state;
