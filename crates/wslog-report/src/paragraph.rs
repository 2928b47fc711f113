//! Sentences, wrapped to the width of a report.

use textwrap::{Options, WordSplitter};

/// Columns of a report: the narrowest terminal people still use.
pub(crate) const WIDTH: usize = 80;

/// The text in lines of at most [`WIDTH`] columns, each with this indent.
pub(crate) fn wrapped(text: &str, indent: &str) -> String {
    fill(text, indent, indent)
}

/// The text as an item of a list.
pub(crate) fn bullet(text: &str) -> String {
    fill(text, "  - ", "    ")
}

fn fill(text: &str, first: &str, rest: &str) -> String {
    // A date is no word to break at its hyphens.
    let splitter = WordSplitter::NoHyphenation;
    let options = Options::new(WIDTH).initial_indent(first).subsequent_indent(rest);
    textwrap::fill(text, options.word_splitter(splitter))
}
