//! Changes to a file of a configuration.

use std::ops::Range;
use std::sync::Arc;

use wslog_parse::nginx_conf::{Argument, Configuration, Directive};

/// Bytes of a file that others are put in the place of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Edit {
    pub(crate) file: Arc<str>,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) text: Vec<u8>,
    /// Whether others may stand at the same place: true of a `map`, which hangs on nothing around it.
    pub(crate) is_apart: bool,
}

/// Makes edits that keep to how the file is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Editor<'c> {
    configuration: &'c Configuration,
}

impl<'c> Editor<'c> {
    pub(crate) fn new(configuration: &'c Configuration) -> Editor<'c> {
        Editor { configuration }
    }

    /// Puts a value in the place of an argument.
    pub(crate) fn replace(directive: &Directive, argument: &Argument, value: &str) -> Edit {
        edit(directive, argument.span(), value.as_bytes().to_vec())
    }

    /// Puts a value in the place of the second argument and all behind it.
    pub(crate) fn replace_value(directive: &Directive, value: &str) -> Option<Edit> {
        let (_, values) = directive.arguments().split_first()?;
        let (first, last) = (values.first()?.span(), values.last()?.span());
        Some(edit(directive, first.start..last.end, value.as_bytes().to_vec()))
    }

    /// Takes an argument out, with the space in front of it.
    pub(crate) fn remove(self, directive: &Directive, argument: &Argument) -> Edit {
        let Range { start, end } = argument.span();
        let before = self.text(directive).get(..start).unwrap_or_default();
        let start = before.trim_ascii_end().len();
        edit(directive, start..end, Vec::new())
    }

    /// Takes a directive out, with its line if it has that for itself.
    pub(crate) fn without(self, directive: &Directive) -> Edit {
        let text = self.text(directive);
        let Range { start, end } = directive.span();
        let rest = text.get(end..).unwrap_or_default();
        let line = rest.split_inclusive(|&byte| byte == b'\n').next().unwrap_or_default();
        match indent(text, start).filter(|_| line.trim_ascii().is_empty()) {
            Some(indent) => edit(directive, start - indent.len()..end + line.len(), Vec::new()),
            None => {
                let before = text.get(..start).unwrap_or_default().trim_ascii_end().len();
                edit(directive, before..end, Vec::new())
            }
        }
    }

    /// Adds directives behind one, each on a line of its own if that one is.
    pub(crate) fn behind(self, directive: &Directive, added: &[String]) -> Edit {
        let text = self.text(directive);
        let Range { start, end } = directive.span();
        let rest = text.get(end..).unwrap_or_default();
        let line = rest.split(|&byte| byte == b'\n').next().unwrap_or_default();
        let comment = line.trim_ascii();
        let is_alone = comment.is_empty() || comment.starts_with(b"#");
        match (is_alone, indent(text, start)) {
            (true, Some(indent)) => {
                let newline = newline(text);
                let at = end + line.strip_suffix(b"\r").unwrap_or(line).len();
                let lines = added.iter().flat_map(|it| [newline, indent, it.as_bytes()].concat());
                edit(directive, at..at, lines.collect())
            }
            _ => {
                let words = added.iter().flat_map(|it| [b" ", it.as_bytes()].concat());
                edit(directive, end..end, words.collect())
            }
        }
    }

    /// Adds a block in front of a directive, indented as it is.
    pub(crate) fn before(self, directive: &Directive, block: &[String]) -> Edit {
        let text = self.text(directive);
        let start = directive.span().start;
        let lines: Vec<&[u8]> = block.iter().map(String::as_bytes).collect();
        let added = match (indent(text, start), newline(text)) {
            (Some(indent), newline) => {
                let next = [newline, indent].concat();
                [lines.join(&next[..]), newline.to_vec(), next].concat()
            }
            (None, _) => {
                block.iter().flat_map(|it| [it.trim().as_bytes(), b" "].concat()).collect()
            }
        };
        edit(directive, start..start, added)
    }

    /// A directive as it is written.
    pub(crate) fn written(self, directive: &Directive) -> String {
        let text = self.text(directive).get(directive.span()).unwrap_or_default();
        String::from_utf8_lossy(text).into_owned()
    }

    fn text(self, directive: &Directive) -> &'c [u8] {
        self.configuration.text(&directive.place().file).unwrap_or_default()
    }
}

fn edit(directive: &Directive, range: Range<usize>, text: Vec<u8>) -> Edit {
    Edit { file: directive.place().file, start: range.start, end: range.end, text, is_apart: false }
}

/// The space in front of what is the first of its line; `None` if it is not.
fn indent(text: &[u8], at: usize) -> Option<&[u8]> {
    let before = text.get(..at)?;
    let line = before.rsplit(|&byte| byte == b'\n').next()?;
    line.iter().all(u8::is_ascii_whitespace).then_some(line)
}

fn newline(text: &[u8]) -> &'static [u8] {
    let first = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
    if first.ends_with(b"\r") { b"\r\n" } else { b"\n" }
}
