//! The first bytes of a log, by which it is known again under another name, copied or compressed.

use std::io::{self, Read};

use crate::fingerprint::fingerprint;
use crate::input::compression::{Compression, decompressed};

/// A hash of the first bytes of a log's text, and how many there were. It fits whatever begins with
/// the same ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Head {
    pub(crate) len: u16,
    pub(crate) hash: u64,
}

/// Most bytes that a head is made of: a few lines, which show when they were logged.
pub(crate) const MAX_LEN: usize = 1024;

impl Head {
    /// The head of a text that begins with these bytes.
    pub(crate) fn of(text: &[u8]) -> Head {
        let first = text.get(..MAX_LEN).unwrap_or(text);
        Head { len: u16::try_from(first.len()).unwrap_or_default(), hash: fingerprint(&[first]) }
    }

    /// Whether a text begins with the same bytes. One that had none says nothing, and fits none.
    pub(crate) fn fits(self, text: &[u8]) -> bool {
        let first = text.get(..usize::from(self.len));
        !self.is_empty() && first.is_some_and(|first| Head::of(first) == self)
    }

    pub(crate) fn is_empty(self) -> bool {
        self.len == 0
    }

    /// Whether longer texts than it was made of would tell more.
    pub(crate) fn may_grow(self) -> bool {
        usize::from(self.len) < MAX_LEN
    }
}

/// The first bytes of a text, decompressed where it is compressed.
pub(crate) fn text_of(reader: Box<dyn Read + Send>) -> io::Result<(Vec<u8>, Option<Compression>)> {
    let (reader, compression) = decompressed(reader)?;
    let mut first = Vec::with_capacity(MAX_LEN);
    match reader.take(MAX_LEN as u64).read_to_end(&mut first) {
        // A compressed file that is still being written has what was written.
        Err(_) if !first.is_empty() => Ok((first, compression)),
        // And that may be less than gives any text.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok((first, compression)),
        read => read.map(|_| (first, compression)),
    }
}
