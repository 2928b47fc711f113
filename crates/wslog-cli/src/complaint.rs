//! What goes to standard error: errors, and what the user must know about an input or the run.

use std::io::Write;

use anstyle::{AnsiColor, Style};
use wslog::{FirstMismatch, Problem, ProblemKind};
use wslog_report::{excerpt, printable};

const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();

/// An error that ended the run.
pub(crate) fn error(error: &anyhow::Error) {
    write(RED, "error", &printable(&format!("{error:#}")));
}

/// Something that did not stop the run.
pub(crate) fn warning(text: &str) {
    write(YELLOW, "warning", &printable(text));
}

/// Something that the user waits to be told.
pub(crate) fn notice(text: &str) {
    // Nobody can be told that standard error is closed.
    let _ = writeln!(anstream::stderr(), "wslog: {}", printable(text));
}

/// What was typed is wrong, in words that are disarmed already.
pub(crate) fn plain(text: &str) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// Something about one input; the run went on.
pub(crate) fn problem(problem: &Problem) {
    let (style, word) = if problem.is_error() { (RED, "error") } else { (YELLOW, "warning") };
    write(style, word, &printable(&problem.to_string()));
    if let ProblemKind::WrongFormat { first, .. } = &problem.kind {
        first.iter().for_each(mismatch);
        hint(&format!(
            "`wslog formats {}` says more; --log-format takes nginx's own",
            printable(&problem.source)
        ));
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

fn write(style: Style, word: &str, text: &str) {
    // Nobody can be told that standard error is closed.
    let _ = writeln!(anstream::stderr(), "wslog: {style}{word}{style:#}: {text}");
}

fn hint(text: &str) {
    let _ = writeln!(anstream::stderr(), "  {text}");
}
