//! Why bytes are not what was asked for.

use crate::codec::frame::VERSION;

/// What is wrong with a file, or why there can be none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CodecError {
    /// It does not begin like one.
    #[error("not written by wslog")]
    NotWslog,
    /// It is one, for another purpose.
    #[error("written by wslog, but another kind of file")]
    OtherKind,
    /// Its version of the format is not the one that is read.
    #[error("written in version {0} of the file format; this wslog reads version {VERSION}")]
    OtherVersion(u16),
    /// Bytes are missing at its end.
    #[error("cut short: only {found} of {expected} bytes are there")]
    CutShort {
        /// How many bytes there should be at least.
        expected: u64,
        /// How many there are.
        found: u64,
    },
    /// It is not what was written.
    #[error("damaged: its checksum does not fit")]
    Damaged,
    /// It is what was written, but no lines can have left this.
    #[error("impossible content: {0}")]
    Impossible(&'static str),
    /// What is known could not be written down.
    #[error("cannot be written down")]
    Unwritable(#[source] postcard::Error),
}
