//! The formats wslog knows, and how they fit one log: for people.

use std::io::{self, Write};

use anstyle::Style;
use wslog::parse::NamedFormat;
use wslog::{Capability, FirstMismatch, FormatFit, Survey};

use crate::disarm::printable;
use crate::paragraph::{WIDTH, wrapped};

const BOLD: Style = Style::new().bold();

/// Writes the known formats, what each can show, and the one to recommend.
///
/// # Errors
/// Only those of `to`.
pub fn render_formats(fits: &[FormatFit], to: &mut dyn Write) -> io::Result<()> {
    for fit in fits {
        let NamedFormat { name, description, log_format } = fit.format;
        writeln!(to, "{BOLD}{name}{BOLD:#}: {description}")?;
        writeln!(to, "{}", wrapped(log_format, "    "))?;
        shows(fit, to)?;
        writeln!(to)?;
    }
    writeln!(to, "Any other format is read with --log-format.\n")?;
    recommended(to)
}

/// Writes how each format fits the first lines of a log, the best first, and for each that does
/// not fit them all where it stopped.
///
/// # Errors
/// Only those of `to`.
pub fn render_survey(name: &str, survey: &Survey, to: &mut dyn Write) -> io::Result<()> {
    let mut fits: Vec<_> = survey.fits.iter().collect();
    fits.sort_by_key(|fit| {
        let column = fit.first.as_ref().map_or(0, |first| first.column);
        std::cmp::Reverse((fit.fitting, column))
    });
    let lines = match survey.lines {
        1 => "line that is not blank".to_owned(),
        lines => format!("{lines} lines that are not blank"),
    };
    if survey.lines == 0 {
        return writeln!(to, "{BOLD}{}{BOLD:#} holds no line to try them on.", printable(name));
    }
    writeln!(to, "{BOLD}{}{BOLD:#}, the first {lines}\n", printable(name))?;
    if let Some((names, fitting)) = &survey.chosen {
        let chosen = format!(
            "`wslog analyze` reads it as {}: {fitting} of {} fit.",
            names.join(" or "),
            survey.lines
        );
        writeln!(to, "{}\n", wrapped(&chosen, ""))?;
    }
    for fit in &fits {
        writeln!(to, "{BOLD}{}{BOLD:#} fits {} of {}", fit.format.name, fit.fitting, survey.lines)?;
        if fit.fitting > 0 {
            shows(fit, to)?;
        }
        if let Some(first) = &fit.first {
            mismatch(first, to)?;
        }
        writeln!(to)?;
    }
    if fits.iter().all(|fit| fit.fitting == 0) {
        let way_out = "No known format fits. Take the log_format from nginx.conf and give it with \
                       --log-format: the whole directive, or its text.";
        writeln!(to, "{}\n", wrapped(way_out, ""))?;
    }
    recommended(to)
}

fn shows(fit: &FormatFit, to: &mut dyn Write) -> io::Result<()> {
    let (has, lacks): (Vec<Capability>, Vec<Capability>) =
        Capability::ALL.iter().partition(|capability| fit.capabilities.contains(capability));
    let names = |capabilities: &[Capability]| match capabilities {
        [] => "nothing".to_owned(),
        capabilities => capabilities.iter().map(|c| c.name()).collect::<Vec<_>>().join(", "),
    };
    writeln!(to, "  shows {}; lacks {}", names(&has), names(&lacks))
}

/// The line with a caret under the column where it stopped fitting.
fn mismatch(first: &FirstMismatch, to: &mut dyn Write) -> io::Result<()> {
    let FirstMismatch { line, column, expected, found, .. } = first;
    let reason = format!("line {line}, column {column}: expected {expected}, found {found}");
    writeln!(to, "{}", wrapped(&printable(&reason), "  "))?;
    let (text, caret) = excerpt(&first.text, *column);
    writeln!(to, "    {text}\n    {:>width$}", "^", width = caret + 1)
}

/// The part of a line around a column (from 1), and where in it the column is (from 0).
///
/// One character a byte, so that a caret stands right whatever the bytes are: those that are not
/// printable ASCII are shown as `?`.
pub fn excerpt(line: &[u8], column: usize) -> (String, usize) {
    const BEHIND: usize = 20;
    const BEFORE: usize = WIDTH - BEHIND - 10;
    let at = column.saturating_sub(1).min(line.len());
    let start = at.saturating_sub(BEFORE);
    let end = line.len().min(at + BEHIND);
    let visible = |&byte: &u8| if matches!(byte, b' '..=b'~') { char::from(byte) } else { '?' };
    let text: String = line[start..end].iter().map(visible).collect();
    let cut = |is_cut: bool| if is_cut { "..." } else { "" };
    let (front, back) = (cut(start > 0), cut(end < line.len()));
    (format!("{front}{text}{back}"), front.len() + at - start)
}

fn recommended(to: &mut dyn Write) -> io::Result<()> {
    let NamedFormat { name, log_format, .. } = NamedFormat::RECOMMENDED;
    writeln!(to, "{BOLD}What we recommend{BOLD:#}, for the http block of nginx.conf:\n")?;
    writeln!(to, "log_format {name}")?;
    let mut parts = lines_of(log_format).into_iter().peekable();
    while let Some(part) = parts.next() {
        writeln!(to, "    '{part}'{}", if parts.peek().is_none() { ";" } else { "" })?;
    }
    writeln!(to, "access_log /var/log/nginx/access.log {name};")
}

/// A format's text in parts that fit a line; joined they are the text again.
fn lines_of(log_format: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in log_format.split_inclusive(' ') {
        match lines.last_mut() {
            Some(line) if line.len() + word.len() <= WIDTH - 10 => line.push_str(word),
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_the_caret_stands_under_its_column() {
        assert_eq!(excerpt(b"abc", 2), ("abc".into(), 1));
        assert_eq!(excerpt(b"a\x1b\xffd", 4), ("a??d".into(), 3));
        assert_eq!(excerpt(b"", 1), (String::new(), 0));
        let (text, caret) = excerpt(&[b'x'; 200], 101);
        assert_eq!((text.len(), caret), (3 + 50 + 20 + 3, 53));
    }

    #[test]
    fn ok_a_format_in_parts_is_still_the_format() {
        let text = NamedFormat::RECOMMENDED.log_format;
        assert_eq!(lines_of(text).concat(), text);
    }
}
