//! Undoing `escape=default`: nginx writes `"`, `\`, and every byte below 0x20 or above 0x7e as
//! `\xHH`
//! ([log_format](https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format)).

use std::borrow::Cow;

use memchr::memmem;

/// The bytes a client sent, from what nginx logged; borrowed when nothing was escaped.
///
/// The escape is injective, so this is exact. Text that nginx did not escape (`\x` without two
/// hexadecimal digits behind it) stays as it is.
pub fn unescape(logged: &[u8]) -> Cow<'_, [u8]> {
    let Some(first) = memmem::find(logged, b"\\x") else { return Cow::Borrowed(logged) };
    let mut bytes = logged[..first].to_vec();
    let mut rest = &logged[first..];
    while let Some((&byte, behind)) = rest.split_first() {
        match escaped(rest) {
            Some(value) => {
                bytes.push(value);
                rest = &rest[4..];
            }
            None => {
                bytes.push(byte);
                rest = behind;
            }
        }
    }
    Cow::Owned(bytes)
}

fn escaped(text: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|d| u8::try_from(d).ok());
    match *text {
        [b'\\', b'x', high, low, ..] => Some(digit(high)? * 16 + digit(low)?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_what_a_client_sent_comes_back() {
        assert_eq!(&*unescape(b"a \\x22b\\x22 \\x5Cx22"), b"a \"b\" \\x22");
        assert_eq!(&*unescape(b"\\x16\\x03\\x01"), b"\x16\x03\x01");
        assert_eq!(&*unescape(b"\\xZZ \\x1"), b"\\xZZ \\x1");
        assert!(matches!(unescape(b"plain"), Cow::Borrowed(_)));
    }
}
