//! nginx's side of a line, for tests that hold the parser against it.
//!
//! Everything here follows from what nginx does (its log module, its request parser, what it was
//! seen to write), and nothing from how the parser reads: a misunderstanding would have to be made
//! twice. A case is drawn from a string of bytes, so that property tests and fuzzers can share it.

pub(crate) mod case;
pub(crate) mod choices;
pub(crate) mod exchange;
pub(crate) mod format;
pub(crate) mod log;
