//! Writing every malformed line to a place of its own, in the order of the input.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use crate::fold::{Fold, Seen};
use crate::input::chunk::Chunk;
use crate::input::source::LineKind;

/// Receives the malformed lines of chunks in any order, writes them in the order of the chunks.
///
/// Each is written as `SOURCE:LINE:BYTE:` and the line as it was, with a newline.
pub(crate) struct MalformedLines<'w> {
    names: Vec<String>,
    state: Mutex<State<'w>>,
}

struct State<'w> {
    writer: &'w mut (dyn Write + Send),
    error: Option<io::Error>,
    next: u64,
    waiting: BTreeMap<u64, ChunkLines>,
    source: u16,
    lines_before: u64,
}

struct ChunkLines {
    source: u16,
    lines: u32,
    malformed: Vec<(u32, u64, Vec<u8>)>,
}

impl<'w> MalformedLines<'w> {
    /// `names` are those of the sources, in the order of their numbers.
    pub(crate) fn new(
        names: Vec<String>,
        writer: &'w mut (dyn Write + Send),
    ) -> MalformedLines<'w> {
        let in_one_line = |name: String| match name.contains(char::is_control) {
            true => name.escape_debug().to_string(),
            false => name,
        };
        let names = names.into_iter().map(in_one_line).collect();
        let state = State {
            writer,
            error: None,
            next: 0,
            waiting: BTreeMap::new(),
            source: 0,
            lines_before: 0,
        };
        MalformedLines { names, state: Mutex::new(state) }
    }

    /// Folds a chunk, and writes its malformed lines as soon as it is their turn.
    pub(crate) fn collect(&self, fold: &mut Fold<'_>, chunk: &Chunk, kind: &LineKind) {
        let mut collected = ChunkLines { source: chunk.source, lines: 0, malformed: Vec::new() };
        fold.lines(chunk, kind, |number, byte, line, seen| {
            collected.lines = number + 1;
            if matches!(seen, Seen::Malformed) {
                collected.malformed.push((number, byte, line.to_vec()));
            }
        });
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.waiting.insert(chunk.sequence, collected);
        state.write_waiting(&self.names);
    }

    /// The error that writing ended with, if any.
    pub(crate) fn finish(self) -> io::Result<()> {
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        match state.error {
            Some(error) => Err(error),
            None => state.writer.flush(),
        }
    }
}

impl State<'_> {
    fn write_waiting(&mut self, names: &[String]) {
        while let Some(lines) = self.waiting.remove(&self.next) {
            self.next += 1;
            self.write(names, &lines);
        }
    }

    fn write(&mut self, names: &[String], lines: &ChunkLines) {
        if lines.source != self.source {
            (self.source, self.lines_before) = (lines.source, 0);
        }
        let name = names.get(usize::from(lines.source)).map_or("", String::as_str);
        for (number, byte, line) in &lines.malformed {
            let line_number = self.lines_before + u64::from(*number) + 1;
            let written = write!(self.writer, "{name}:{line_number}:{byte}:")
                .and_then(|()| self.writer.write_all(line))
                .and_then(|()| self.writer.write_all(b"\n"));
            if let (None, Err(error)) = (&self.error, written) {
                self.error = Some(error);
            }
        }
        self.lines_before += u64::from(lines.lines);
    }
}
