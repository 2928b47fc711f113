//! Edits as a unified diff, as `patch` and `git apply` take it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use similar::{ChangeTag, TextDiff};
use wslog_parse::nginx_conf::Configuration;

use crate::audit::edit::Edit;

/// Lines around a change.
const CONTEXT: usize = 3;

/// Where an edit begins and ends, its number, and its text.
type Placed<'e> = (usize, usize, usize, &'e [u8]);

/// The edits as one diff, file by file; empty for none. One that overlaps an earlier one is left out.
pub(crate) fn unified<'e>(
    configuration: &Configuration,
    edits: impl IntoIterator<Item = &'e Edit>,
) -> Vec<u8> {
    let mut by_file: BTreeMap<&str, BTreeSet<Placed<'e>>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for (order, edit) in edits.into_iter().enumerate() {
        if seen.insert(edit) {
            let edits = by_file.entry(&edit.file).or_default();
            edits.insert((edit.start, edit.end, order, &edit.text));
        }
    }
    let mut diff = Vec::new();
    for (file, edits) in by_file {
        let Some(old) = configuration.text(file) else { continue };
        let new = edited(old, edits.into_iter().map(|(start, end, _, text)| (start, end, text)));
        diff.extend(of_file(&header_name(file), old, &new));
    }
    diff
}

/// The diff of one file, byte for byte; empty if nothing differs.
fn of_file(name: &str, old: &[u8], new: &[u8]) -> Vec<u8> {
    // Both tools know no other end of a line.
    let lines =
        |text| -> Vec<&[u8]> { <[u8]>::split_inclusive(text, |&byte| byte == b'\n').collect() };
    let lines = TextDiff::from_slices(&lines(old), &lines(new));
    let mut diff = Vec::new();
    for hunk in lines.unified_diff().context_radius(CONTEXT).iter_hunks() {
        if diff.is_empty() {
            diff.extend(format!("--- {name}\n+++ {name}\n").into_bytes());
        }
        diff.extend(format!("{}\n", hunk.header()).into_bytes());
        for change in hunk.iter_changes() {
            diff.push(match change.tag() {
                ChangeTag::Equal => b' ',
                ChangeTag::Delete => b'-',
                ChangeTag::Insert => b'+',
            });
            diff.extend_from_slice(change.value());
            if !change.value().ends_with(b"\n") {
                diff.extend_from_slice(b"\n\\ No newline at end of file\n");
            }
        }
    }
    diff
}

fn edited<'e>(old: &[u8], edits: impl Iterator<Item = (usize, usize, &'e [u8])>) -> Vec<u8> {
    let mut new = Vec::with_capacity(old.len());
    let mut at = 0;
    for (start, end, text) in edits {
        if let Some(kept) = old.get(at..start) {
            new.extend_from_slice(kept);
            new.extend_from_slice(text);
            at = end;
        }
    }
    new.extend_from_slice(old.get(at..).unwrap_or_default());
    new
}

/// A file's name as both tools take it with `-p0`: neither follows a name from the root on, one with `..`
/// in it or a link, as Debian's `sites-enabled` has them. So files are told by where they really are, from
/// the working directory or from the root without its slash.
fn header_name(file: &str) -> String {
    let name = resolved(Path::new(file)).unwrap_or_else(|| file.to_owned());
    let name = name.trim_start_matches('/');
    let name = name.strip_prefix("./").unwrap_or(name);
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
    match name.bytes().all(is_plain) {
        true => name.to_owned(),
        false => quoted(name),
    }
}

/// Where a file really is, if it is there and its name does not say so.
fn resolved(file: &Path) -> Option<String> {
    let resolved = file.canonicalize().ok()?;
    let here = Path::new(".").canonicalize().ok()?;
    if resolved == here.join(file.strip_prefix(".").unwrap_or(file)) {
        return None;
    }
    let within = resolved.strip_prefix(&here).ok().filter(|_| file.is_relative());
    Some(within.unwrap_or(&resolved).display().to_string())
}

/// As git quotes the name of a file.
fn quoted(name: &str) -> String {
    let mut quoted = String::from("\"");
    for byte in name.bytes() {
        match byte {
            b'"' | b'\\' => quoted.extend(['\\', char::from(byte)]),
            b' '..=b'~' => quoted.push(char::from(byte)),
            _ => quoted += &format!("\\{byte:03o}"),
        }
    }
    quoted + "\""
}
