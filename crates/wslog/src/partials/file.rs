//! The frames of a file.

use serde::de::DeserializeOwned;

use crate::codec::CodecError;
use crate::codec::frame::{Kind, frame_len, open_front};

/// How long each frame of a file is, in bytes; `None` if these are no whole frames of wslog's. Whoever sends
/// the buckets apart parts the file there: the first frame has what was counted, the next one bucket 0.
pub fn frame_lens(file: &[u8]) -> Option<Vec<usize>> {
    frames(file).map(|frame| frame.map(<[u8]>::len).ok()).collect()
}

/// The frames of a file, one after the other, up to the first one that is none.
pub(super) fn frames(mut file: &[u8]) -> impl Iterator<Item = Result<&[u8], CodecError>> {
    let mut is_first = true;
    std::iter::from_fn(move || {
        if file.is_empty() && !std::mem::take(&mut is_first) {
            return None;
        }
        is_first = false;
        let len = frame_len(file).and_then(|expected| {
            let found = file.len() as u64;
            let len = usize::try_from(expected).ok().filter(|len| *len <= file.len());
            len.ok_or(CodecError::CutShort { expected, found })
        });
        let frame = len.map(|len| {
            let (frame, rest) = file.split_at(len);
            file = rest;
            frame
        });
        if frame.is_err() {
            file = &[];
        }
        Some(frame)
    })
}

/// What stands in front in a frame; with the checksum of all of it, but without the tables behind.
pub(super) fn head<T: DeserializeOwned>(frame: &[u8]) -> Result<T, CodecError> {
    open_front(Kind::Partial, frame)
}
