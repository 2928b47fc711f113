//! Compressed sources, recognised by their first bytes: names lie after a careless rename.

use serde::{Deserialize, Serialize};
use std::io::{self, Cursor, Read};

#[cfg(feature = "compression")]
use liblzma::stream::{CONCATENATED, Stream};

/// How a source is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Compression {
    /// gzip (RFC 1952); nginx's own `gzip=` writes many members into one file.
    Gzip,
    /// Zstandard (RFC 8878).
    Zstd,
    Bzip2,
    Xz,
}

/// Longest magic number.
const MAGIC_LEN: usize = 6;

impl Compression {
    /// The compression that a source starting with these bytes has.
    pub(crate) fn of(head: &[u8]) -> Option<Compression> {
        let magics: [(&[u8], Compression); 4] = [
            (b"\x1f\x8b", Compression::Gzip),
            (b"\x28\xb5\x2f\xfd", Compression::Zstd),
            (b"BZh", Compression::Bzip2),
            (b"\xfd7zXZ\x00", Compression::Xz),
        ];
        // A frame to be skipped may stand in front (RFC 8878, section 3.1.2).
        if let [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] = head {
            return Some(Compression::Zstd);
        }
        magics
            .iter()
            .find(|(magic, _)| head.starts_with(magic))
            .map(|(_, compression)| *compression)
    }

    /// The word for it, as in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Compression::Gzip => "gz",
            Compression::Zstd => "zst",
            Compression::Bzip2 => "bz2",
            Compression::Xz => "xz",
        }
    }
}

/// A source's text, decompressed where its first bytes say so.
///
/// Every member of a file of several is read. A reader that comes to a damaged place has given
/// everything before it.
///
/// # Errors
/// When the first bytes cannot be read, or a decoder cannot be made.
pub(crate) fn decompressed(
    mut reader: Box<dyn Read + Send>,
) -> io::Result<(Box<dyn Read + Send>, Option<Compression>)> {
    let mut head = Vec::with_capacity(MAGIC_LEN);
    (&mut reader).take(MAGIC_LEN as u64).read_to_end(&mut head)?;
    let compression = Compression::of(&head);
    let whole = Cursor::new(head).chain(reader);
    let text = match compression {
        None => Box::new(whole),
        Some(compression) => decoder(compression, Box::new(whole))?,
    };
    Ok((text, compression))
}

/// Most memory that decompressing a source may take, in bytes: four times what `xz -9` needs. zstd
/// refuses windows over 128 MiB by itself.
#[cfg(feature = "compression")]
const MOST_MEMORY: u64 = 256 << 20;

#[cfg(feature = "compression")]
fn decoder(
    compression: Compression,
    reader: Box<dyn Read + Send>,
) -> io::Result<Box<dyn Read + Send>> {
    Ok(match compression {
        Compression::Gzip => Box::new(flate2::read::MultiGzDecoder::new(reader)),
        Compression::Zstd => Box::new(zstd::stream::read::Decoder::new(reader)?),
        Compression::Bzip2 => Box::new(bzip2::read::MultiBzDecoder::new(reader)),
        Compression::Xz => {
            let stream = Stream::new_stream_decoder(MOST_MEMORY, CONCATENATED)?;
            Box::new(liblzma::read::XzDecoder::new_stream(reader, stream))
        }
    })
}

#[cfg(not(feature = "compression"))]
fn decoder(compression: Compression, _: Box<dyn Read + Send>) -> io::Result<Box<dyn Read + Send>> {
    let name = compression.name();
    let message = format!("is compressed ({name}), which this build cannot read");
    Err(io::Error::new(io::ErrorKind::Unsupported, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_text_is_left_alone() {
        for text in ["", "B", "BZ", "[09/Mar/2018", "{\"a\":1}"] {
            let (mut reader, compression) = decompressed(Box::new(text.as_bytes())).unwrap();
            let mut read = String::new();
            reader.read_to_string(&mut read).unwrap();
            assert_eq!((read.as_str(), compression), (text, None));
        }
    }
}
