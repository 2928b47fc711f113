//! One file a subcommand.

pub(crate) mod analyze;
pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod explain;
pub(crate) mod export;
pub(crate) mod follow;
pub(crate) mod formats;
pub(crate) mod merge;
pub(crate) mod trace;
