//! Texts of rows as they stand in CSV, and in JSON.

use crate::disarm::cell;

/// Writes a cell of CSV.
pub(super) fn push_cell(text: &str, to: &mut Vec<u8>) {
    let may_be_formula = matches!(text.as_bytes(), [b'=' | b'+' | b'-' | b'@', ..]);
    match is_printable(text) && !may_be_formula {
        true => push_quoted(text, to),
        false => push_quoted(&cell(text), to),
    }
}

/// Puts quotes around what is not plain: a spreadsheet may part cells at semicolons as well.
fn push_quoted(text: &str, to: &mut Vec<u8>) {
    if !text.is_empty() && !has(text, [b'"', b',', b';']) {
        return to.extend_from_slice(text.as_bytes());
    }
    to.push(b'"');
    for (place, part) in text.split('"').enumerate() {
        if place > 0 {
            to.extend_from_slice(b"\"\"");
        }
        to.extend_from_slice(part.as_bytes());
    }
    to.push(b'"');
}

/// Writes a string of JSON.
pub(super) fn push_string(text: &str, to: &mut Vec<u8>) {
    if !is_printable(text) || has(text, [b'"', b'\\']) {
        return to.extend_from_slice(serde_json::Value::from(text).to_string().as_bytes());
    }
    to.push(b'"');
    to.extend_from_slice(text.as_bytes());
    to.push(b'"');
}

/// Whether a text has nothing but printable ASCII in it.
fn is_printable(text: &str) -> bool {
    text.as_bytes().iter().fold(true, |all, byte| all & matches!(byte, b' '..=b'~'))
}

/// Whether a text has one of these in it.
fn has<const N: usize>(text: &str, some: [u8; N]) -> bool {
    let is_one = |byte: &u8| some.iter().fold(false, |any, one| any | (byte == one));
    text.as_bytes().iter().fold(false, |any, byte| any | is_one(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_cells_are_disarmed_and_quoted() {
        for (text, expected) in [
            ("/ws/", "/ws/"),
            ("", "\"\""),
            ("-", "-"),
            ("=1+1", "'=1+1"),
            ("a,b", "\"a,b\""),
            ("a;=1+1", "\"a;=1+1\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("a\nb\0", "a\\u{a}b\\u{0}"),
            ("=\"a\",\r", "\"'=\"\"a\"\",\\u{d}\""),
            ("Zürich", "Zürich"),
        ] {
            let mut found = Vec::new();
            push_cell(text, &mut found);
            assert_eq!(String::from_utf8(found).unwrap(), expected, "{text:?}");
        }
    }

    #[test]
    fn ok_strings_are_those_of_json() {
        for text in ["/ws/", "", "a\"b\\c", "\0\n\u{7f}\u{2028}é"] {
            let mut found = Vec::new();
            push_string(text, &mut found);
            assert_eq!(serde_json::from_slice::<String>(&found).unwrap(), text);
        }
    }
}
