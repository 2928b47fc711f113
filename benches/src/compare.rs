//! What `compare` does: whole processes on the same log, one after the other, again and again.
//!
//! Each round starts every command once, so that whatever else the machine is doing strikes all of
//! them alike; the median of the rounds counts. The first command of a log is the one that the
//! others are related to.

mod contender;
mod log;
mod measure;
mod setting;

pub use self::contender::{Contender, contenders};
pub use self::log::{Log, make_logs};
pub use self::measure::{Measured, measure};
pub use self::setting::setting;
