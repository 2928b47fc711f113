//! What goes to standard error: errors, and what the user must know about an input.

use std::io::Write;

use anstyle::{AnsiColor, Style};
use wslog::{FirstMismatch, Problem, ProblemKind};
use wslog_report::printable;

const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();

/// An error that ended the run.
pub(crate) fn error(error: &anyhow::Error) {
    write(RED, "error", &printable(&format!("{error:#}")));
}

/// Something about one input; the run went on.
pub(crate) fn problem(problem: &Problem) {
    let (style, word) = if problem.is_error() { (RED, "error") } else { (YELLOW, "warning") };
    write(style, word, &printable(&problem.to_string()));
    if let ProblemKind::WrongFormat { first, .. } = &problem.kind {
        first.iter().for_each(mismatch);
        hint("name the format with --format, or give nginx's own with --log-format");
    }
}

/// Shows where a line stopped fitting.
fn mismatch(first: &FirstMismatch) {
    let (text, caret) = excerpt(&first.text, first.column);
    let FirstMismatch { line, column, expected, found, .. } = first;
    let expected = printable(expected);
    let found = printable(found);
    hint(&format!("line {line}, column {column}: expected {expected}, found {found}"));
    hint(&format!("  {text}"));
    hint(&format!("  {caret:>width$}", caret = "^", width = caret + 1));
}

/// The part of a line around a column (from 1), and where in it the column is (from 0).
fn excerpt(line: &[u8], column: usize) -> (String, usize) {
    const BEFORE: usize = 48;
    const BEHIND: usize = 20;
    let at = column.saturating_sub(1).min(line.len());
    let start = at.saturating_sub(BEFORE);
    let end = line.len().min(at + BEHIND);
    // One column a byte, so that the caret stands right whatever the bytes are.
    let shown = |bytes: &[u8]| -> String {
        let visible = |&byte: &u8| if matches!(byte, b' '..=b'~') { char::from(byte) } else { '?' };
        bytes.iter().map(visible).collect()
    };
    let mark = |cut: bool| if cut { "..." } else { "" };
    let (front, back) = (mark(start > 0), mark(end < line.len()));
    (format!("{front}{}{back}", shown(&line[start..end])), front.len() + at - start)
}

fn write(style: Style, word: &str, text: &str) {
    // Nobody can be told that standard error is closed.
    let _ = writeln!(anstream::stderr(), "wslog: {style}{word}{style:#}: {text}");
}

fn hint(text: &str) {
    let _ = writeln!(anstream::stderr(), "  {text}");
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
        assert_eq!((text.len(), caret), (3 + 48 + 20 + 3, 51));
    }
}
