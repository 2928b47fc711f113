//! The log module: how values become a line.

use wslog_parse::Escape;

use super::exchange::Exchange;
use super::format::Format;

/// The line that nginx writes, without its newline.
pub(crate) fn line(format: &Format, exchange: &Exchange) -> Vec<u8> {
    let mut line = format.prefix.clone().into_bytes();
    for field in &format.fields {
        line.extend(logged(format.escape, exchange.value(&field.name)));
        line.extend_from_slice(field.after.as_bytes());
    }
    line
}

/// A value as it stands in a line.
pub(crate) fn logged(escape: Escape, value: Option<&[u8]>) -> Vec<u8> {
    match (value, escape) {
        (None, Escape::Default) => b"-".to_vec(),
        (None, _) => Vec::new(),
        (Some(value), _) => escaped(escape, value),
    }
}

/// What `escape=` does to the bytes of a value.
pub(crate) fn escaped(escape: Escape, value: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(value.len());
    for &byte in value {
        match escape {
            Escape::None => text.push(byte),
            Escape::Default => default(byte, &mut text),
            Escape::Json => json(byte, &mut text),
        }
    }
    text
}

fn default(byte: u8, text: &mut Vec<u8>) {
    match byte {
        b'"' | b'\\' | 0..=0x1f | 0x7f..=0xff => text.extend(format!("\\x{byte:02X}").bytes()),
        _ => text.push(byte),
    }
}

fn json(byte: u8, text: &mut Vec<u8>) {
    match byte {
        b'"' | b'\\' => text.extend([b'\\', byte]),
        b'\n' => text.extend(b"\\n"),
        b'\r' => text.extend(b"\\r"),
        b'\t' => text.extend(b"\\t"),
        0x08 => text.extend(b"\\b"),
        0x0c => text.extend(b"\\f"),
        0..=0x1f => text.extend(format!("\\u{byte:04X}").bytes()),
        _ => text.push(byte),
    }
}
