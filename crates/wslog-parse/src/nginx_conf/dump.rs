//! The output of `nginx -T`: all files of a configuration, one after the other
//! ([nginx.c](https://github.com/nginx/nginx/blob/release-1.22.1/src/core/nginx.c)).
//!
//! In front of each stands a line `# configuration file /etc/nginx/nginx.conf:`, and behind each an
//! empty one. A file that holds such a line itself cannot be told from two files.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;

use glob::{MatchOptions, Pattern};
use memchr::memchr;

use super::include::{File, is_pattern};

/// The files of a dump, by their names.
pub(crate) struct Dump<'a> {
    main: &'a str,
    files: BTreeMap<&'a str, &'a [u8]>,
    /// What was found for each pattern.
    found: HashMap<String, Vec<&'a str>>,
    /// How many names were held against patterns.
    compared: usize,
}

/// Most names that are held against patterns, so that a dump of a million files and patterns does
/// not take for ever.
const MAX_COMPARED: usize = 10_000_000;

impl<'a> Dump<'a> {
    /// Splits a dump. `None` when the text is none: what is in front of the first file can only be
    /// the messages of `nginx -T`.
    pub(crate) fn split(text: &'a [u8]) -> Option<Dump<'a>> {
        let mut headers = headers(text).peekable();
        let &(start, _, main) = headers.peek()?;
        let is_message = |line: &[u8]| line.starts_with(b"nginx: ") || line.trim_ascii().is_empty();
        if !text.get(..start)?.split(|&byte| byte == b'\n').all(is_message) {
            return None;
        }
        let mut files = BTreeMap::new();
        while let Some((_, start, name)) = headers.next() {
            let end = headers.peek().map_or(text.len(), |&(next, _, _)| next);
            let content = text.get(start..end).unwrap_or_default();
            files.entry(name).or_insert_with(|| without_last_newline(content));
        }
        Some(Dump { main, files, found: HashMap::new(), compared: 0 })
    }

    /// The main file: nginx writes it first.
    pub(crate) fn main(&self) -> (&'a str, &'a [u8]) {
        (self.main, self.files.get(self.main).copied().unwrap_or_default())
    }

    /// The files that a pattern names, by name.
    pub(crate) fn load(&mut self, pattern: &str) -> Result<Vec<File>, String> {
        let file = |name: &str| {
            let text = self.files.get(name)?.to_vec();
            Some(File { name: name.to_owned(), text })
        };
        if !is_pattern(pattern) {
            return file(pattern).map(|file| vec![file]).ok_or("it is not in this dump".into());
        }
        if let Some(names) = self.found.get(pattern) {
            return Ok(names.iter().filter_map(|name| file(name)).collect());
        }
        let names = self.matches(pattern)?;
        self.found.insert(pattern.to_owned(), names);
        self.load(pattern)
    }

    fn matches(&mut self, pattern: &str) -> Result<Vec<&'a str>, String> {
        let wildcard = pattern.find(['*', '?', '[']).unwrap_or(pattern.len());
        let head = pattern.get(..wildcard).unwrap_or_default();
        let pattern = Pattern::new(pattern).map_err(|error| error.to_string())?;
        let options = MatchOptions {
            case_sensitive: true,
            require_literal_separator: true,
            require_literal_leading_dot: true,
        };
        let mut names = Vec::new();
        for &name in self
            .files
            .range::<str, _>((Bound::Included(head), Bound::Unbounded))
            .map(|(name, _)| name)
        {
            if !name.starts_with(head) {
                break;
            }
            self.compared += 1;
            if self.compared > MAX_COMPARED {
                return Err("there are too many patterns and files in this dump".into());
            }
            if pattern.matches_with(name, options) {
                names.push(name);
            }
        }
        Ok(names)
    }
}

/// Where each line that names a file starts and ends, and the name.
fn headers(text: &[u8]) -> impl Iterator<Item = (usize, usize, &str)> {
    let mut start = 0;
    let lines = std::iter::from_fn(move || {
        let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
        let len = memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
        start += len;
        Some((start - len, start, rest.get(..len)?))
    });
    lines.filter_map(|(start, end, line)| Some((start, end, name(line)?)))
}

fn name(line: &[u8]) -> Option<&str> {
    let line = line.strip_prefix(b"# configuration file ")?;
    std::str::from_utf8(line.trim_ascii_end().strip_suffix(b":")?).ok()
}

fn without_last_newline(text: &[u8]) -> &[u8] {
    let without = text.strip_suffix(b"\n").map(|text| text.strip_suffix(b"\r").unwrap_or(text));
    without.unwrap_or(text)
}
