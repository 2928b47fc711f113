//! Which of the named formats a log is in, from its first lines.

use crate::formats::Formats;
use crate::named::NamedFormat;

/// How many lines at the start of a log decide on its format.
pub const HEAD_LINES: usize = 256;

/// What some editors and shippers put in front of a file in UTF-8; it is not a part of the line.
pub const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The choice of a format, with what it rests on.
#[derive(Clone, Debug)]
pub struct Detection {
    /// The formats that fit the first lines; when none fits any, the one that gets furthest into
    /// the first of them.
    pub formats: Formats,
    /// How many of the lines looked at fit.
    pub fitting: usize,
    /// How many lines were looked at, blank ones left out.
    pub lines: usize,
}

/// The lines of a log that decide on its format: the first [`HEAD_LINES`] that are not blank.
pub fn head<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> Vec<&'a [u8]> {
    let mut lines = lines.into_iter();
    let first = lines.next().map(|first| first.strip_prefix(BYTE_ORDER_MARK).unwrap_or(first));
    let lines = first.into_iter().chain(lines);
    let lines = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    lines.filter(|line| !line.trim_ascii().is_empty()).take(HEAD_LINES).collect()
}

/// Chooses the named formats for a log that starts with these lines.
///
/// The format that fits most of them is taken, the first of [`NamedFormat::ALL`] where several do;
/// then, for the lines it does not fit, the next one, as long as each fits one line more. The
/// other named formats are tried on lines that fit none of these: a format may change later in
/// the log. A log without lines gets `None`.
pub fn detect<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> Option<Detection> {
    let head = head(lines);
    let first = *head.first()?;
    let choices = NamedFormat::choices();
    let mut unread = head.clone();
    let mut chosen: Vec<&Formats> = Vec::new();
    loop {
        let fitting = |formats: &&Formats| {
            let mut parser = formats.parser();
            unread.iter().filter(|line| parser.parse(line).is_ok()).count()
        };
        let counted = choices.iter().map(|formats| (fitting(&formats), formats));
        let best = counted.reduce(|best, next| if next.0 > best.0 { next } else { best });
        let Some((1.., formats)) = best else { break };
        let mut parser = formats.parser();
        unread.retain(|line| parser.parse(line).is_err());
        chosen.push(formats);
    }
    if chosen.is_empty() {
        chosen.extend(choices.iter().rev().max_by_key(|formats| column(formats, first)));
    }
    let (fitting, lines) = (head.len() - unread.len(), head.len());
    let is_spare =
        |formats: &&Formats| !chosen.iter().any(|chosen| std::ptr::eq(*chosen, *formats));
    let spare: Vec<&Formats> = choices.iter().filter(is_spare).collect();
    Some(Detection { formats: Formats::several(&chosen, &spare), fitting, lines })
}

/// How far a format gets into a line.
fn column(formats: &Formats, line: &[u8]) -> usize {
    match formats.parser().parse(line) {
        Err(crate::LineError::Malformed(mismatch)) => mismatch.column(),
        _ => line.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMBINED: &str =
        r#"192.0.2.1 - - [01/Nov/2026:10:00:00 +0100] "GET / HTTP/1.1" 200 5 "-" "a""#;

    fn names(lines: &[&str]) -> Vec<String> {
        let detection = detect(lines.iter().map(|line| line.as_bytes())).unwrap();
        detection.formats.names().map(str::to_owned).collect()
    }

    #[test]
    fn ok_each_format_is_told_from_those_it_begins_like() {
        let main = format!("{COMBINED} \"-\"");
        assert_eq!(names(&[COMBINED]), ["combined"]);
        assert_eq!(names(&[&main]), ["main"]);
        assert_eq!(names(&[&format!("{main} 0.001 \"-\"")]), ["main_ws"]);
        let ingress =
            format!("{COMBINED} 81 0.000 [a-80] [] 192.0.2.9:80 0 0.000 - 2889e565a82f4db8");
        assert_eq!(names(&[&ingress]), ["ingress"]);
        assert_eq!(names(&[r#"{"status":200,"uri":"/"}"#]), ["json"]);
        assert_eq!(names(&["", "junk", COMBINED]), ["combined"]);
    }

    #[test]
    fn ok_a_log_whose_format_was_changed_has_two() {
        let main = format!("{COMBINED} \"-\"");
        assert_eq!(names(&[COMBINED, COMBINED, &main]), ["combined", "main"]);
    }

    #[test]
    fn ok_an_empty_log_has_no_format() {
        assert!(detect([&b""[..], b"  "]).is_none());
    }
}
