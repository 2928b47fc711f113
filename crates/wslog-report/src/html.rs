//! The report as a page: one file that works from disk, runs its own script and asks for nothing else.
//!
//! What charts show stands in tables on the page, which its script reads: there is no second copy that
//! could say something else. Its security policy names its script and style by their hashes, so that
//! nothing a log might smuggle in would run.

mod charts;
mod nodes;
mod outcomes;
mod page;
mod traces;
mod ways;

use std::io::{self, Write};

use data_encoding::BASE64;
use minijinja::{AutoEscape, Environment};
use sha2::{Digest, Sha256};

use crate::Report;
use crate::disarm::printable;
use crate::html::page::Page;

const TEMPLATE: &str = include_str!("html/page.html");
const STYLE: &str =
    concat!(include_str!("html/uplot/uPlot.min.css"), include_str!("html/page.css"));
const LIBRARY: &str = include_str!("html/uplot/uPlot.iife.min.js");
const SCRIPT: &str = include_str!("html/page.js");

pub(crate) fn render(report: Report<'_>, to: &mut dyn Write) -> io::Result<()> {
    let mut templates = Environment::new();
    templates.set_auto_escape_callback(|_| AutoEscape::Html);
    templates.set_trim_blocks(true);
    templates.add_template("page", TEMPLATE).map_err(io::Error::other)?;
    let template = templates.get_template("page").map_err(io::Error::other)?;
    template.render_captured_to(Page::of(report), to).map(drop).map_err(io::Error::other)
}

/// What the page may do: run these and nothing else, load nothing, send nothing.
fn policy() -> String {
    let hash = |text: &str| format!("'sha256-{}'", BASE64.encode(&Sha256::digest(text)));
    format!(
        "default-src 'none'; script-src {} {}; style-src {}; img-src data:; base-uri 'none'; form-action 'none'",
        hash(LIBRARY),
        hash(SCRIPT),
        hash(STYLE)
    )
}

/// Most characters of one text from a log.
const LONGEST: usize = 1_000;

/// Most characters of one that stands in a table.
const LONGEST_CELL: usize = 200;

/// A text for a table on the page.
fn cell(text: &str) -> String {
    cut(text, LONGEST_CELL)
}

/// A text for the page, which escapes it: of bounded length, and with nothing in it that hides or turns
/// other text.
fn shown(text: &str) -> String {
    cut(text, LONGEST)
}

fn cut(text: &str, longest: usize) -> String {
    // What the page has to escape takes six characters in it.
    let mut room = longest;
    let mut shown = printable(text);
    let end = shown.char_indices().find(|(_, c)| {
        let length = if matches!(c, '<' | '>' | '&' | '"' | '\'' | '/') { 6 } else { 1 };
        room = room.saturating_sub(length);
        room == 0
    });
    if let Some((end, _)) = end {
        shown.truncate(end);
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_what_is_embedded_ends_where_it_should() {
        for script in [LIBRARY, SCRIPT] {
            assert!(!script.to_lowercase().contains("</script") && !script.contains("<!--"));
        }
        assert!(!STYLE.to_lowercase().contains("</style"));
    }
}
