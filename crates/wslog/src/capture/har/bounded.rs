//! A JSON text whose strings and nesting have a bound.
//!
//! A HAR holds whole bodies, in strings that may be larger than memory. Nothing an exchange is made
//! of is that long, so the middle of a long string is left out before the JSON is parsed.
//!
//! Browsers write half of a surrogate pair as it is in a page, `\ud83d`, which no JSON parser takes for
//! text. What an exchange is made of has no such characters, so that all of them are read as U+D7FF,
//! which is none.

use std::cell::Cell;
use std::io::{self, Read};

use super::super::kind::BYTE_ORDER_MARK;

/// Most bytes of a string that are kept.
pub(super) const MAX_STRING: usize = 64 * 1024;

/// Deepest nesting. A HAR has less than ten levels, and `serde_json` itself remembers every level of
/// what it passes over.
const MAX_DEPTH: usize = 512;

/// Longest escape: a pair of surrogates, `\ud83d\ude00`. A string is not cut inside of one.
const MAX_ESCAPE: usize = 12;

/// Passes a text on with its strings cut.
pub(super) struct Bounded<'a, R> {
    reader: R,
    /// Bytes that were read of the text.
    bytes: &'a Cell<u64>,
    depth: usize,
    string: Option<Str>,
}

/// Where in a string the text is.
#[derive(Default)]
struct Str {
    /// Bytes that were passed on.
    len: usize,
    /// Bytes since the last backslash.
    since_backslash: usize,
    is_escaped: bool,
    /// How far a `\u` and its four digits have come.
    unicode: Unicode,
    /// Whether the rest of the string is left out.
    is_cut: bool,
}

/// Where in an escape like `\ud83d` the text is.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Unicode {
    /// Not in one.
    #[default]
    Outside,
    /// The first digit comes next.
    First,
    /// The second comes next, behind a `d`.
    AfterD,
    /// So many digits of a surrogate are left.
    Surrogate(u8),
}

impl Unicode {
    /// Goes on to the next byte, which is another if it makes a surrogate.
    fn next(self, byte: &mut u8) -> Unicode {
        match (self, *byte) {
            (Unicode::First, b'd' | b'D') => Unicode::AfterD,
            (Unicode::AfterD, b'8' | b'9' | b'a'..=b'f' | b'A'..=b'F') => {
                *byte = b'7';
                Unicode::Surrogate(2)
            }
            (Unicode::Surrogate(left), digit) if digit.is_ascii_hexdigit() => {
                *byte = b'f';
                if left > 1 { Unicode::Surrogate(left - 1) } else { Unicode::Outside }
            }
            _ => Unicode::Outside,
        }
    }
}

impl<'a, R: Read> Bounded<'a, R> {
    pub(super) fn new(reader: R, bytes: &'a Cell<u64>) -> Bounded<'a, R> {
        Bounded { reader, bytes, depth: 0, string: None }
    }

    /// Whether a byte is passed on, which may become another.
    fn passes(&mut self, byte: &mut u8) -> bool {
        let Some(string) = &mut self.string else {
            match *byte {
                b'"' => self.string = Some(Str { since_backslash: MAX_ESCAPE, ..Str::default() }),
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            return true;
        };
        string.unicode = string.unicode.next(byte);
        match *byte {
            escaped if string.is_escaped => {
                string.is_escaped = false;
                string.unicode = if escaped == b'u' { Unicode::First } else { Unicode::Outside };
            }
            b'\\' => (string.is_escaped, string.since_backslash) = (true, 0),
            b'"' => {
                self.string = None;
                return true;
            }
            // Not inside of a character.
            b' '..=b'~' if string.len >= MAX_STRING && string.since_backslash >= MAX_ESCAPE => {
                string.is_cut = true;
            }
            _ => {}
        }
        string.since_backslash = string.since_backslash.saturating_add(1);
        string.len += 1;
        !string.is_cut
    }
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let is_start = self.bytes.get() == 0;
            let read = self.reader.read(buffer)?;
            self.bytes.set(self.bytes.get() + read as u64);
            if read == 0 {
                return Ok(0);
            }
            let has_mark = is_start && buffer.starts_with(BYTE_ORDER_MARK);
            let mut kept = 0;
            for at in if has_mark { BYTE_ORDER_MARK.len() } else { 0 }..read {
                let Some(mut byte) = buffer.get(at).copied() else { break };
                if self.passes(&mut byte) {
                    buffer.get_mut(kept).into_iter().for_each(|place| *place = byte);
                    kept += 1;
                }
            }
            if self.depth > MAX_DEPTH {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "nested too deeply"));
            }
            // Nothing kept is not the end.
            if kept > 0 {
                return Ok(kept);
            }
        }
    }
}
