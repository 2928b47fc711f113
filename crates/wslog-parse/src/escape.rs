//! How nginx escapes the values of a log, and how to undo it
//! ([`log_format … escape=`](https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format)).

use std::borrow::Cow;

use memchr::memchr;

/// The `escape` parameter of a `log_format`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Escape {
    /// `"`, `\`, and every byte below 0x20 or above 0x7e is written `\xHH`; a missing value is `-`.
    #[default]
    Default,
    /// `"` and `\` get a `\` in front, control characters are written as in JSON, other bytes
    /// stay as they are; a missing value is empty.
    Json,
    /// Nothing is escaped; a missing value is empty.
    None,
}

impl Escape {
    /// The value of the parameter, as in `escape=json`.
    pub fn parse(value: &str) -> Option<Escape> {
        match value {
            "default" => Some(Escape::Default),
            "json" => Some(Escape::Json),
            "none" => Some(Escape::None),
            _ => None,
        }
    }

    /// Whether a logged value stands for a missing one. Where missing values are empty, the `-`
    /// that nginx puts into lists counts too.
    #[inline]
    pub fn is_missing(self, logged: &[u8]) -> bool {
        logged == b"-" || (self != Escape::Default && logged.is_empty())
    }

    /// Whether a value can hold this byte as it stands.
    pub(crate) fn holds(self, byte: u8) -> bool {
        match self {
            Escape::Default => byte != b'"' && matches!(byte, 0x20..0x7f),
            // A quote stands only behind a backslash; see `End::Quote`.
            Escape::Json => byte >= 0x20,
            Escape::None => true,
        }
    }

    /// The bytes a client sent, from what nginx logged; borrowed when nothing was escaped.
    ///
    /// Both escapes are injective, so this is exact. Text that nginx did not escape stays as it is.
    pub fn undo(self, logged: &[u8]) -> Cow<'_, [u8]> {
        let first = memchr(b'\\', logged).filter(|_| self != Escape::None);
        let Some(first) = first else { return Cow::Borrowed(logged) };
        let mut bytes = logged[..first].to_vec();
        let mut rest = &logged[first..];
        while let Some((&byte, behind)) = rest.split_first() {
            let escaped = match self {
                Escape::Default => hexadecimal(rest),
                _ => json(rest),
            };
            let (value, len) = escaped.unwrap_or((u32::from(byte), 1));
            match u8::try_from(value) {
                Ok(value) if len != UNICODE_LEN && len != PAIR_LEN || value < 0x80 => {
                    bytes.push(value);
                }
                _ => push_utf8(value, &mut bytes),
            }
            rest = rest.get(len..).unwrap_or(behind);
        }
        Cow::Owned(bytes)
    }
}

/// `\xHH`, and its length.
fn hexadecimal(text: &[u8]) -> Option<(u32, usize)> {
    match text {
        [b'\\', b'x', digits @ ..] => Some((hex(digits.get(..2)?)?, 4)),
        _ => None,
    }
}

/// An escape of JSON (RFC 8259 §7), and its length.
fn json(text: &[u8]) -> Option<(u32, usize)> {
    let [b'\\', letter, ..] = text else { return None };
    let value = match letter {
        b'"' | b'\\' | b'/' => *letter,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 0x08,
        b'f' => 0x0c,
        b'u' => return unicode(text),
        _ => return None,
    };
    Some((u32::from(value), 2))
}

/// Length of `\uHHHH`, and of two of them that are one character.
const UNICODE_LEN: usize = 6;
const PAIR_LEN: usize = 12;

/// `\uHHHH`, or a pair of surrogates.
fn unicode(text: &[u8]) -> Option<(u32, usize)> {
    let unit = |text: &[u8]| match text {
        [b'\\', b'u', digits @ ..] => hex(digits.get(..4)?),
        _ => None,
    };
    let first = unit(text)?;
    let second = text.get(UNICODE_LEN..).and_then(unit);
    match (first, second) {
        (0xd800..=0xdbff, Some(second @ 0xdc00..=0xdfff)) => {
            Some((0x1_0000 + ((first - 0xd800) << 10 | (second - 0xdc00)), PAIR_LEN))
        }
        _ => Some((first, UNICODE_LEN)),
    }
}

fn hex(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number, &digit| Some(number * 16 + char::from(digit).to_digit(16)?))
}

/// A code point beyond ASCII; nginx writes none, others may.
fn push_utf8(value: u32, bytes: &mut Vec<u8>) {
    let c = char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER);
    bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_what_a_client_sent_comes_back() {
        let default = |logged| Escape::Default.undo(logged).into_owned();
        assert_eq!(default(b"a \\x22b\\x22 \\x5Cx22"), b"a \"b\" \\x22");
        assert_eq!(default(b"\\x16\\x03\\x01"), b"\x16\x03\x01");
        assert_eq!(default(b"\\xZZ \\x1"), b"\\xZZ \\x1");
        let json = |logged| Escape::Json.undo(logged).into_owned();
        assert_eq!(json(b"a \\\"b\\\" \\\\x22 \\u0016\\n\xff"), b"a \"b\" \\x22 \x16\n\xff");
        assert_eq!(json(b"\\u20AC \\q \\u12"), "€ \\q \\u12".as_bytes());
    }

    #[test]
    fn ok_nothing_to_undo_is_borrowed() {
        assert!(matches!(Escape::Default.undo(b"plain"), Cow::Borrowed(_)));
        assert!(matches!(Escape::None.undo(b"a\\x22"), Cow::Borrowed(_)));
    }
}
