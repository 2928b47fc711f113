//! The envelope of a file.
//!
//! | bytes | what |
//! |-------|------|
//! | 5     | `wslog` |
//! | 1     | the [`Kind`]: `F`, `S` or `P` |
//! | 2     | the [`VERSION`], little-endian |
//! | 8     | the payload's length, little-endian |
//! |       | the payload, in the [postcard format](https://postcard.jamesmunns.com/wire-format) |
//! | 8     | the [`fingerprint`] of everything before, little-endian |

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::codec::CodecError;
use crate::fingerprint::fingerprint;

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// What a follower knows.
    Follower,
    /// The same, and where it reads.
    #[cfg_attr(
        not(any(test, feature = "follow")),
        expect(dead_code, reason = "only files have places")
    )]
    State,
    /// What some of the lines gave, to be merged with what others gave.
    Partial,
}

impl Kind {
    const fn byte(self) -> u8 {
        match self {
            Kind::Follower => b'F',
            Kind::State => b'S',
            Kind::Partial => b'P',
        }
    }
}

/// The version of the format. Any change to [`wire`](crate::codec::wire), or to what its numbers
/// mean, makes another.
pub(crate) const VERSION: u16 = 9;

const MAGIC: &[u8] = b"wslog";
const LEN_LEN: usize = 8;
const HEADER_LEN: usize = 8 + LEN_LEN;
const CHECKSUM_LEN: usize = 8;
/// All that is not payload.
const ENVELOPE_LEN: u64 = (HEADER_LEN + CHECKSUM_LEN) as u64;

/// A whole file of this kind around a payload.
pub(crate) fn seal(kind: Kind, payload: &impl Serialize) -> Result<Vec<u8>, CodecError> {
    let file = postcard::to_extend(payload, header(kind)).map_err(CodecError::Unwritable)?;
    Ok(finish(file))
}

/// The payload of a whole file of this kind.
pub(crate) fn open<T: DeserializeOwned>(kind: Kind, file: &[u8]) -> Result<T, CodecError> {
    match postcard::take_from_bytes(payload(kind, file)?) {
        Ok((value, [])) => Ok(value),
        Ok(_) => Err(CodecError::Impossible("bytes behind its end")),
        Err(_) => Err(CodecError::Impossible("tables of another form")),
    }
}

/// What stands in front in the payload of a whole file of this kind.
pub(crate) fn open_front<T: DeserializeOwned>(kind: Kind, file: &[u8]) -> Result<T, CodecError> {
    let front = postcard::take_from_bytes(payload(kind, file)?);
    front.map(|(value, _)| value).map_err(|_| CodecError::Impossible("tables of another form"))
}

/// How long the file is that begins like this, as it says itself: it may be followed by another.
pub(crate) fn frame_len(file: &[u8]) -> Result<u64, CodecError> {
    if !MAGIC.iter().zip(file).all(|(one, other)| one == other) {
        return Err(CodecError::NotWslog);
    }
    let header = file.first_chunk::<HEADER_LEN>();
    let [_, _, _, _, _, _, minor, major, len @ ..] =
        header.ok_or(CodecError::CutShort { expected: ENVELOPE_LEN, found: file.len() as u64 })?;
    match u16::from_le_bytes([*minor, *major]) {
        VERSION => Ok(u64::from_le_bytes(*len).saturating_add(ENVELOPE_LEN)),
        other => Err(CodecError::OtherVersion(other)),
    }
}

/// A file's header, in which the length is still missing.
fn header(kind: Kind) -> Vec<u8> {
    [MAGIC, &[kind.byte()], &VERSION.to_le_bytes(), &[0; LEN_LEN]].concat()
}

/// The whole file, of its header and its payload.
fn finish(mut file: Vec<u8>) -> Vec<u8> {
    let len = (file.len() - HEADER_LEN) as u64;
    file[HEADER_LEN - LEN_LEN..HEADER_LEN].copy_from_slice(&len.to_le_bytes());
    let checksum = fingerprint(&[&file]);
    file.extend(checksum.to_le_bytes());
    file
}

/// The payload's bytes, of which nothing is known but that they are what was written.
pub(super) fn payload(kind: Kind, file: &[u8]) -> Result<&[u8], CodecError> {
    let found = file.len() as u64;
    if !MAGIC.iter().zip(file).all(|(one, other)| one == other) {
        return Err(CodecError::NotWslog);
    }
    let (Some(header), Some((sealed, checksum))) =
        (file.first_chunk::<HEADER_LEN>(), file.split_last_chunk::<CHECKSUM_LEN>())
    else {
        return Err(CodecError::CutShort { expected: ENVELOPE_LEN, found });
    };
    let [_, _, _, _, _, is_kind, minor, major, len @ ..] = *header;
    if is_kind != kind.byte() {
        return Err(CodecError::OtherKind);
    }
    let version = u16::from_le_bytes([minor, major]);
    if version != VERSION {
        return Err(CodecError::OtherVersion(version));
    }
    let expected = u64::from_le_bytes(len).saturating_add(ENVELOPE_LEN);
    if found < expected {
        return Err(CodecError::CutShort { expected, found });
    }
    // Bytes behind the end are as little what was written as others between.
    let is_whole = found == expected && fingerprint(&[sealed]) == u64::from_le_bytes(*checksum);
    sealed.get(HEADER_LEN..).filter(|_| is_whole).ok_or(CodecError::Damaged)
}

/// A whole file of this kind around these bytes.
#[cfg(test)]
pub(super) fn envelop(kind: Kind, payload: &[u8]) -> Vec<u8> {
    finish([&header(kind), payload].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAYLOAD: (u64, &str) = (300, "text");

    fn file() -> Vec<u8> {
        seal(Kind::State, &PAYLOAD).unwrap()
    }

    fn open_state(file: &[u8]) -> Result<(u64, String), CodecError> {
        open(Kind::State, file)
    }

    /// Whoever changes these bytes makes another version of the format.
    #[test]
    fn ok_a_file_is_its_documented_bytes() {
        let mut expected = b"wslogS\x09\x00\x07\0\0\0\0\0\0\0\xac\x02\x04text".to_vec();
        expected.extend(fingerprint(&[&expected]).to_le_bytes());
        assert_eq!(file(), expected);
        assert_eq!(open_state(&expected), Ok((300, "text".to_owned())));
    }

    #[test]
    fn err_every_cut_is_told() {
        let file = file();
        for len in 0..file.len() {
            let error = open_state(&file[..len]).unwrap_err();
            assert!(matches!(error, CodecError::CutShort { .. }), "{len}: {error}");
        }
        assert_eq!(open_state(&[&file[..], b"x"].concat()), Err(CodecError::Damaged));
    }

    #[test]
    fn err_every_flipped_byte_is_told() {
        let file = file();
        for (at, bits) in (0..file.len()).flat_map(|at| (1..=255).map(move |bits| (at, bits))) {
            let mut flipped = file.clone();
            flipped[at] ^= bits;
            let error = open_state(&flipped).unwrap_err();
            let is_right = match at {
                0..5 => error == CodecError::NotWslog,
                5 => error == CodecError::OtherKind,
                6 => error == CodecError::OtherVersion(VERSION ^ u16::from(bits)),
                7 => error == CodecError::OtherVersion(VERSION | u16::from(bits) << 8),
                8 if flipped[8] < 7 => error == CodecError::Damaged,
                8..16 => matches!(error, CodecError::CutShort { .. }),
                _ => error == CodecError::Damaged,
            };
            assert!(is_right, "byte {at} with {bits:#x}: {error}");
        }
    }

    #[test]
    fn err_another_kind_of_file() {
        assert_eq!(open::<u8>(Kind::Partial, &file()), Err(CodecError::OtherKind));
        assert_eq!(open_state(b"127.0.0.1 - - [09/Mar"), Err(CodecError::NotWslog));
    }

    #[test]
    fn err_a_payload_of_another_form() {
        let longer = seal(Kind::State, &(PAYLOAD, 0_u8)).unwrap();
        let shorter = seal(Kind::State, &300_u64).unwrap();
        for file in [longer, shorter] {
            let error = open_state(&file).unwrap_err();
            assert!(matches!(error, CodecError::Impossible(_)), "{error}");
        }
    }
}
