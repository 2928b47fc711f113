//! Why reading a capture ended before its end.

use std::io;

/// What ended the reading of a capture early, and where.
///
/// What stood before that place has been handed on.
#[derive(Debug, thiserror::Error)]
#[error("at byte {byte}: {kind}")]
pub struct CaptureError {
    /// Bytes of the capture, from 0, up to which it was understood; in a HAR, which is read in
    /// blocks, up to which it was read.
    pub byte: u64,
    /// What was there.
    #[source]
    pub kind: CaptureErrorKind,
}

/// The kinds of [`CaptureError`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaptureErrorKind {
    /// The system gave no more bytes.
    #[error("cannot be read")]
    Unreadable(#[source] io::Error),
    /// The file ends inside of a record, a block or a value.
    #[error("the capture is cut off")]
    CutOff,
    /// What stands there cannot stand there.
    #[error("the capture is damaged: {0}")]
    Damaged(String),
}
