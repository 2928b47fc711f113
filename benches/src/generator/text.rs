//! Numbers appended to a line. `format!` would cost more than everything else in a line together.

pub(super) fn push_number(out: &mut String, number: u64) {
    if number >= 10 {
        push_number(out, number / 10);
    }
    out.push(digit(number));
}

pub(super) fn push_padded(out: &mut String, number: u64, width: u32) {
    for place in (0..width).rev() {
        out.push(digit(number / 10u64.pow(place)));
    }
}

/// Milliseconds as nginx prints them: `60.000`.
pub(super) fn push_seconds(out: &mut String, milliseconds: u64) {
    push_number(out, milliseconds / 1000);
    out.push('.');
    push_padded(out, milliseconds % 1000, 3);
}

/// Eight digits.
pub(super) fn push_hex(out: &mut String, number: u32) {
    for place in (0..8).rev() {
        let nibble = (number >> (4 * place)) & 15;
        out.push(char::from_digit(nibble, 16).unwrap_or('0'));
    }
}

/// One byte as nginx's default escape writes it: `\x0A`.
pub(super) fn push_escaped(out: &mut String, byte: u8) {
    out.push_str("\\x");
    for nibble in [byte >> 4, byte & 15] {
        let digit = char::from_digit(u32::from(nibble), 16).unwrap_or('0');
        out.push(digit.to_ascii_uppercase());
    }
}

fn digit(number: u64) -> char {
    char::from(b'0' + (number % 10) as u8)
}
