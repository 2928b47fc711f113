//! Which of the named formats a log is in, from its first lines.

use crate::formats::Formats;
use crate::named::NamedFormat;

/// How many lines at the start of a log decide on its format.
pub const HEAD_LINES: usize = 256;

/// The choice of a format, with what it rests on.
#[derive(Clone, Debug)]
pub struct Detection {
    /// The format, or the family of formats, that fits most of the first lines; when none fits
    /// any, the one that gets furthest into the first of them.
    pub formats: Formats,
    /// How many of the lines looked at fit.
    pub fitting: usize,
    /// How many lines were looked at, blank ones left out.
    pub lines: usize,
}

/// Chooses the named format for a log that starts with these lines.
///
/// Lines beyond [`HEAD_LINES`] and blank ones do not count. Where formats fit equally many lines
/// the first of `upstreamlog`, `main`, `combined` is taken. A log without lines gets `None`.
pub fn detect<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> Option<Detection> {
    let head = lines.into_iter().filter(|line| !line.trim_ascii().is_empty()).take(HEAD_LINES);
    let head: Vec<&[u8]> = head.collect();
    let first = *head.first()?;
    let mut best: Option<((usize, usize), Detection)> = None;
    for formats in NamedFormat::choices() {
        let mut parser = formats.parser();
        let fitting = head.iter().filter(|line| parser.parse(line).is_ok()).count();
        let column = match parser.parse(first) {
            Err(crate::LineError::Malformed(mismatch)) => mismatch.column(),
            _ => first.len(),
        };
        let score = (fitting, column);
        if best.as_ref().is_none_or(|(best, _)| score > *best) {
            best = Some((score, Detection { formats, fitting, lines: head.len() }));
        }
    }
    best.map(|(_, detection)| detection)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(lines: &[&str]) -> Vec<String> {
        let detection = detect(lines.iter().map(|line| line.as_bytes())).unwrap();
        detection.formats.iter().map(|format| format.name().to_owned()).collect()
    }

    #[test]
    fn ok_main_and_combined_are_told_apart() {
        let combined =
            r#"192.0.2.1 - - [01/Nov/2026:10:00:00 +0100] "GET / HTTP/1.1" 200 5 "-" "a""#;
        let main = format!("{combined} \"-\"");
        assert_eq!(names(&[combined]), ["combined"]);
        assert_eq!(names(&[&main]), ["main"]);
        assert_eq!(names(&["", "junk", combined]), ["combined"]);
    }

    #[test]
    fn ok_an_empty_log_has_no_format() {
        assert!(detect([&b""[..], b"  "]).is_none());
    }
}
