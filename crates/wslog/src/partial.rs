//! What is known after some of the lines: the value that threads, and later machines, merge.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use wslog_parse::error_log::ErrorLineError;
use wslog_parse::{LineError, VariableSet};

use crate::accepts::Accepts;
use crate::counts::Counts;
use crate::directory::Directory;
use crate::error_log::ErrorLog;
use crate::extent::Extent;
use crate::few::Few;
use crate::input::chunk::Stretch;
use crate::path_names::PathNames;
use crate::paths::Paths;
use crate::sighting::Position;
use crate::store::Store;
use crate::targets::Targets;

/// The result of reading any part of the input.
///
/// [`Partial::merge`] is associative and commutative, so the parts may be cut, read and merged in
/// any way. Line numbers are not known yet: a place is a source, a byte in it, and the number of
/// lines before it in its stretch.
#[derive(Clone, Debug, Default)]
pub(crate) struct Partial {
    pub(crate) sources: Vec<SourcePart>,
    pub(crate) directory: Directory,
    pub(crate) counts: Counts,
    pub(crate) store: Store,
    pub(crate) paths: Paths,
    pub(crate) extent: Extent,
    /// Parsed lines with text that imitates their format.
    pub(crate) contested: u64,
    /// What answers in captures say.
    pub(crate) accepts: Accepts,
    /// What error logs say.
    pub(crate) error_log: ErrorLog,
    /// What handshakes asked for; empty unless that is asked for.
    pub(crate) targets: Targets,
    /// What handshakes asked for that failed.
    pub(crate) path_names: PathNames,
}

/// The lines of one source, accounted for.
#[derive(Clone, Debug, Default)]
pub(crate) struct SourcePart {
    pub(crate) bytes: u64,
    pub(crate) malformed: u64,
    pub(crate) ambiguous: u64,
    pub(crate) blank: u64,
    /// Parsed lines that were not logged in the period asked for.
    pub(crate) outside: u64,
    /// The same by the number of their format, as in `parsed`.
    pub(crate) outside_by_format: Vec<u64>,
    /// Those of them that do not show when they were logged.
    pub(crate) untimed: u64,
    /// Parsed lines by the number of their format among the source's formats, with the variables
    /// that any of them showed.
    pub(crate) parsed: Vec<(VariableSet, u64)>,
    /// Parsed lines of an error log. A source has these or the ones above.
    pub(crate) error_lines: u64,
    /// Each stretch's first byte and its number of lines.
    pub(crate) stretches: Vec<(u64, u32)>,
    /// Malformed lines by what would have let them fit: a format's own words, so they are few.
    pub(crate) reasons: BTreeMap<String, Reason>,
    pub(crate) malformed_examples: Few<Position, Rejected>,
    pub(crate) ambiguous_examples: Few<Position, Rejected>,
}

/// Parsed lines, one behind the other, that are in one format and show the same variables.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Run {
    pub(crate) format: usize,
    pub(crate) variables: VariableSet,
    pub(crate) lines: u64,
}

impl Run {
    /// A run of one line.
    pub(crate) fn begin(format: usize, variables: VariableSet) -> Run {
        Run { format, variables, lines: 1 }
    }

    /// Whether the next line belongs to it; then it is counted.
    #[inline(always)]
    pub(crate) fn goes_on(&mut self, format: usize, variables: VariableSet) -> bool {
        let is_same = self.format == format && self.variables == variables;
        self.lines += u64::from(is_same);
        is_same
    }
}

/// Malformed lines of which all expected the same.
#[derive(Clone, Debug)]
pub(crate) struct Reason {
    pub(crate) count: u64,
    pub(crate) first: Rejected,
}

/// A line that gave no entry, kept as an example.
#[derive(Clone, Debug)]
pub(crate) struct Rejected {
    pub(crate) position: Position,
    pub(crate) lines_before: u32,
    /// Where it stopped fitting, from 1; 1 for an ambiguous line.
    pub(crate) column: usize,
    pub(crate) expected: String,
    pub(crate) found: String,
    /// The start of the line, for people to see.
    pub(crate) text: Vec<u8>,
}

/// Longest start of a rejected line that is kept, in bytes.
pub(crate) const MAX_TEXT_LEN: usize = 4096;

impl Rejected {
    pub(crate) fn new(
        position: Position,
        lines_before: u32,
        line: &[u8],
        refusal: &Refusal,
    ) -> Rejected {
        let Refusal { column, expected, found, .. } = refusal.clone();
        let text = line.get(..MAX_TEXT_LEN).unwrap_or(line).to_vec();
        Rejected { position, lines_before, column, expected, found, text }
    }
}

/// Why a line gave no entry.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    /// Whether it could be read in several ways.
    pub(crate) is_ambiguous: bool,
    column: usize,
    expected: String,
    found: String,
}

/// Longest part of a line that a refusal repeats, in bytes.
const FOUND_LEN: usize = 24;

impl From<&LineError<'_>> for Refusal {
    fn from(error: &LineError<'_>) -> Refusal {
        let (column, expected, found) = error.place();
        let is_ambiguous = matches!(error, LineError::Ambiguous(_));
        Refusal { is_ambiguous, column, expected, found }
    }
}

impl Refusal {
    /// That of a line of an error log.
    pub(crate) fn of_error_line(error: ErrorLineError, line: &[u8]) -> Refusal {
        let is_ambiguous = error == ErrorLineError::Ambiguous;
        let (expected, found) = match error {
            ErrorLineError::Malformed => {
                let found = line.get(..FOUND_LEN).unwrap_or(line);
                ("a line of an error log", format!("\"{}\"", found.escape_ascii()))
            }
            ErrorLineError::Ambiguous => {
                ("one reading", "text of a client that may be taken for fields".to_owned())
            }
        };
        Refusal { is_ambiguous, column: 1, expected: expected.to_owned(), found }
    }
}

impl Reason {
    fn count(&mut self, position: Position, make: impl FnOnce() -> Rejected) {
        self.count += 1;
        if position < self.first.position {
            self.first = make();
        }
    }

    fn absorb(&mut self, other: Reason) {
        self.count += other.count;
        if other.first.position < self.first.position {
            self.first = other.first;
        }
    }
}

impl Partial {
    /// The part of this source.
    #[inline]
    pub(crate) fn source(&mut self, source: u16) -> &mut SourcePart {
        let index = usize::from(source);
        if self.sources.len() <= index {
            self.make_room(index);
        }
        &mut self.sources[index]
    }

    /// A part of each of so many sources, of those without a line as well.
    pub(crate) fn make_room_for(&mut self, sources: usize) {
        self.sources.resize_with(sources, SourcePart::default);
    }

    #[cold]
    fn make_room(&mut self, index: usize) {
        self.sources.resize_with(index + 1, SourcePart::default);
    }

    /// Both parts together. They must have been read with the same mark.
    #[must_use]
    pub(crate) fn merge(mut self, other: Partial) -> Partial {
        let numbers = self.directory.absorb(&other.directory);
        for (theirs, source) in other.sources.into_iter().zip(0..) {
            self.source(source).absorb(theirs);
        }
        self.accepts.absorb(other.accepts, &numbers);
        self.counts.absorb(other.counts, &numbers);
        self.paths.absorb(other.paths, &numbers);
        self.store.absorb(other.store, numbers);
        self.extent.absorb(other.extent);
        self.contested += other.contested;
        self.error_log.absorb(other.error_log);
        self.targets.absorb(other.targets);
        self.path_names.absorb(other.path_names);
        self
    }
}

impl SourcePart {
    /// Counts a line that gave no entry, and keeps it if it is among the first.
    pub(crate) fn count_rejected(
        &mut self,
        position: Position,
        refusal: &Refusal,
        make: impl Fn() -> Rejected,
    ) {
        let (count, examples) = match refusal.is_ambiguous {
            false => (&mut self.malformed, &mut self.malformed_examples),
            true => (&mut self.ambiguous, &mut self.ambiguous_examples),
        };
        *count += 1;
        if !refusal.is_ambiguous {
            self.reasons
                .entry(refusal.expected.clone())
                .and_modify(|reason| reason.count(position, &make))
                .or_insert_with(|| Reason { count: 1, first: make() });
        }
        examples.offer(position, make);
    }

    /// Lines that gave an entry, of whichever log.
    pub(crate) fn parsed_lines(&self) -> u64 {
        self.entries() + self.error_lines
    }

    /// Lines that gave an entry of an access log.
    fn entries(&self) -> u64 {
        self.parsed.iter().map(|(_, lines)| lines).sum()
    }

    /// Those of them that were logged in the period asked for.
    pub(crate) fn requests(&self) -> u64 {
        self.entries().saturating_sub(self.outside)
    }

    /// Counts a line of this format that was not logged in the period asked for.
    pub(crate) fn count_outside(&mut self, format: usize) {
        self.outside += 1;
        if self.outside_by_format.len() <= format {
            self.outside_by_format.resize(format + 1, 0);
        }
        self.outside_by_format[format] += 1;
    }

    /// What the lines in the period asked for show, and how many do, by their formats.
    pub(crate) fn formats(&self) -> impl Iterator<Item = (VariableSet, u64)> {
        let outside = self.outside_by_format.iter().copied().chain(std::iter::repeat(0));
        let inside = self.parsed.iter().zip(outside);
        inside.map(|(&(shown, lines), outside)| (shown, lines.saturating_sub(outside)))
    }

    /// Lines of every kind.
    pub(crate) fn lines(&self) -> u64 {
        self.parsed_lines() + self.malformed + self.ambiguous + self.blank
    }

    /// Counts the lines of a stretch, of which the last chunk has been read.
    pub(crate) fn count_lines(&mut self, stretch: Stretch, lines: u32) {
        match self.stretches.last_mut() {
            Some((start, counted)) if *start == stretch.start => *counted = lines,
            _ => self.stretches.push((stretch.start, lines)),
        }
    }

    #[cfg(feature = "follow")]
    /// So many lines stand before the first that is read.
    pub(crate) fn pass(&mut self, mut lines: u64) {
        while lines > 0 {
            let some = u32::try_from(lines).unwrap_or(u32::MAX);
            self.stretches.push((0, some));
            lines -= u64::from(some);
        }
    }

    /// Counts the lines of a run.
    pub(crate) fn count_parsed(&mut self, run: Run) {
        if run.lines == 0 {
            return;
        }
        if self.parsed.len() <= run.format {
            self.parsed.resize(run.format + 1, Default::default());
        }
        let (shown, lines) = &mut self.parsed[run.format];
        *shown = shown.union(run.variables);
        *lines += run.lines;
    }

    fn absorb(&mut self, other: SourcePart) {
        self.bytes += other.bytes;
        self.malformed += other.malformed;
        self.ambiguous += other.ambiguous;
        self.blank += other.blank;
        self.outside += other.outside;
        self.untimed += other.untimed;
        let formats = self.outside_by_format.len().max(other.outside_by_format.len());
        self.outside_by_format.resize(formats, 0);
        for (lines, more) in self.outside_by_format.iter_mut().zip(other.outside_by_format) {
            *lines += more;
        }
        self.error_lines += other.error_lines;
        self.parsed.resize(self.parsed.len().max(other.parsed.len()), Default::default());
        for ((shown, lines), (also_shown, more)) in self.parsed.iter_mut().zip(other.parsed) {
            *shown = shown.union(also_shown);
            *lines += more;
        }
        self.stretches.extend(other.stretches);
        for (expected, theirs) in other.reasons {
            match self.reasons.entry(expected) {
                Entry::Occupied(mut ours) => ours.get_mut().absorb(theirs),
                Entry::Vacant(free) => drop(free.insert(theirs)),
            }
        }
        self.malformed_examples.absorb(other.malformed_examples);
        self.ambiguous_examples.absorb(other.ambiguous_examples);
    }
}
