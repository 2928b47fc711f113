//! Numbers in as few bytes as they need, one behind the other: seven bits a byte, the lowest first, and the
//! highest bit set in all but the last (LEB128), as in postcard.

use crate::codec::CodecError;

/// Most bits of a number before its last byte.
const LAST_SHIFT: u32 = 63;

/// Puts a number behind others.
pub(super) fn put(bytes: &mut Vec<u8>, mut number: u64) {
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 {
            return bytes.push(low & 0x7f);
        }
        bytes.push(low | 0x80);
    }
}

/// How far one number is from another, so that a small difference of either sign is a small number.
pub(super) fn difference(number: i64, before: i64) -> u64 {
    let difference = number.wrapping_sub(before);
    (difference << 1 ^ difference >> 63).cast_unsigned()
}

/// The number that is so far from another.
pub(super) fn beside(before: i64, difference: u64) -> i64 {
    let half = (difference >> 1).cast_signed();
    before.wrapping_add(half ^ -(difference & 1).cast_signed())
}

/// Bytes of which the first are taken again and again.
pub(super) struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Reader<'b> {
        Reader(bytes)
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }

    /// The next bytes as they are.
    pub(super) fn array<const LEN: usize>(&mut self) -> Result<[u8; LEN], CodecError> {
        let (bytes, rest) = self.0.split_first_chunk().ok_or(CUT)?;
        self.0 = rest;
        Ok(*bytes)
    }

    /// The next number.
    pub(super) fn number(&mut self) -> Result<u64, CodecError> {
        let (mut number, mut shift) = (0, 0);
        loop {
            let [byte] = self.array()?;
            if shift == LAST_SHIFT && byte > 1 {
                return Err(CodecError::Impossible("a number of too many bits"));
            }
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
            shift += 7;
        }
    }

    /// The next number, which has 32 bits.
    pub(super) fn small(&mut self) -> Result<u32, CodecError> {
        u32::try_from(self.number()?).map_err(|_| CodecError::Impossible("a number too great"))
    }
}

const CUT: CodecError = CodecError::Impossible("a list that breaks off");

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn ok_what_goes_in_comes_out(
            numbers in prop::collection::vec(prop_oneof![0..300_u64, any::<u64>()], 0..20),
            (number, before) in any::<(i64, i64)>(),
        ) {
            let mut bytes = Vec::new();
            numbers.iter().for_each(|number| put(&mut bytes, *number));
            let mut reader = Reader::new(&bytes);
            for number in &numbers {
                prop_assert_eq!(reader.number(), Ok(*number));
            }
            prop_assert!(reader.is_at_end());
            prop_assert_eq!(reader.number(), Err(CUT));
            prop_assert_eq!(beside(before, difference(number, before)), number);
        }
    }

    #[test]
    fn ok_small_differences_are_small() {
        let of = |(number, before)| difference(number, before);
        assert_eq!([(7, 7), (6, 7), (8, 7), (0, i64::MIN)].map(of), [0, 1, 2, u64::MAX]);
    }

    #[test]
    fn err_a_number_of_too_many_bits() {
        let mut bytes = [0xff; 10];
        assert!(Reader::new(&bytes).number().is_err());
        bytes[9] = 1;
        assert_eq!(Reader::new(&bytes).number(), Ok(u64::MAX));
        bytes[9] = 2;
        assert!(Reader::new(&bytes).number().is_err());
        assert!(Reader::new(&bytes[..9]).number().is_err());
        assert!(Reader::new(&[0x80, 0x80, 0x80, 0x80, 0x10]).small().is_err());
    }
}
