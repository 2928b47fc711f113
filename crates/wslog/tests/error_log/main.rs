//! nginx's error logs beside access logs: what is counted, what is joined to which handshake, and what
//! is not.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

mod counted;
mod forged;
mod joined;
mod log;
mod nginx;
mod period;
mod rivals;
