//! The hash map of the hot path.

use std::collections::HashMap;

use foldhash::fast::RandomState;

/// A map whose hash takes a few nanoseconds. Its seed differs from run to run, so that a log cannot
/// be written to make keys collide.
pub(crate) type Map<K, V> = HashMap<K, V, RandomState>;
