//! One access log on its way to its file, and how many lines of what kind are in it.

use std::io;

use super::Format;
use super::addresses::Addresses;
use super::entry::Entry;
use super::render::{Surroundings, push_line};
use super::time::push_time_local;
use super::truth::{FormatLines, Source};

/// Lines are gathered up to this many bytes before they are written.
const BLOCK: usize = 256 * 1024;

pub(super) struct Journal<'w> {
    sink: &'w mut dyn io::Write,
    format: Format,
    server_name: &'static str,
    block: String,
    time_local: TimeLocal,
    last_logged_at: u64,
    source: Source,
}

impl<'w> Journal<'w> {
    pub(super) fn new(
        path: &str,
        server_name: &'static str,
        format: Format,
        sink: &'w mut dyn io::Write,
    ) -> Self {
        Self {
            sink,
            format,
            server_name,
            block: String::with_capacity(BLOCK + 8192),
            time_local: TimeLocal::default(),
            last_logged_at: 0,
            source: Source::empty(path),
        }
    }

    /// Milliseconds since the epoch; a later line must not be logged before it.
    pub(super) fn last_logged_at(&self) -> u64 {
        self.last_logged_at
    }

    pub(super) fn push_entry(&mut self, entry: &Entry, addresses: &Addresses) -> io::Result<()> {
        self.push_text(entry, addresses);
        self.last_logged_at = entry.logged_at;
        self.source.parsed += 1;
        self.end_line()
    }

    /// The beginning of an entry's line, cut off somewhere before the end of its request:
    /// further on, the rest might pass for a line of a shorter format.
    pub(super) fn push_cut(
        &mut self,
        entry: &Entry,
        addresses: &Addresses,
        cut: u64,
    ) -> io::Result<()> {
        let start = self.block.len();
        let request_at = self.push_text(entry, addresses);
        let longest = (request_at + entry.uri.len()).min(self.block.len() - 1) - start;
        let kept = SHORTEST_CUT + usize::try_from(cut).unwrap_or(0) % (longest - SHORTEST_CUT);
        self.block.truncate(start + kept);
        self.source.malformed += 1;
        self.end_line()
    }

    /// A line that somebody else wrote.
    pub(super) fn push_foreign(&mut self, line: &str) -> io::Result<()> {
        self.block.push_str(line);
        self.source.malformed += 1;
        self.end_line()
    }

    pub(super) fn push_blank(&mut self) -> io::Result<()> {
        self.source.blank += 1;
        self.end_line()
    }

    pub(super) fn finish(mut self) -> io::Result<Source> {
        self.write_block()?;
        self.sink.flush()?;
        if self.source.parsed > 0 {
            let name = self.format.name().to_owned();
            self.source.formats.push(FormatLines { name, lines: self.source.parsed });
        }
        Ok(self.source)
    }

    fn push_text(&mut self, entry: &Entry, addresses: &Addresses) -> usize {
        let around = Surroundings {
            format: self.format,
            time_local: self.time_local.at(entry.logged_at / 1000),
            remote_addr: addresses.name(entry.remote_addr),
            server_name: self.server_name,
        };
        push_line(&mut self.block, entry, &around)
    }

    fn end_line(&mut self) -> io::Result<()> {
        self.block.push('\n');
        self.source.lines += 1;
        if self.block.len() >= BLOCK { self.write_block() } else { Ok(()) }
    }

    fn write_block(&mut self) -> io::Result<()> {
        self.sink.write_all(self.block.as_bytes())?;
        self.source.bytes += self.block.len() as u64;
        self.block.clear();
        Ok(())
    }
}

/// Long enough not to be blank in any format.
const SHORTEST_CUT: usize = 8;

/// `$time_local` of the second that was asked for last: most lines share it with the one before.
#[derive(Default)]
struct TimeLocal {
    second: u64,
    text: String,
}

impl TimeLocal {
    fn at(&mut self, second: u64) -> &str {
        if self.second != second {
            self.second = second;
            self.text.clear();
            push_time_local(&mut self.text, second);
        }
        &self.text
    }
}
