//! All sources, one after another, as one stream of chunks that several threads draw from.

use std::collections::VecDeque;
use std::io;

use crate::input::chunk::{Chunk, ChunkReader};
use crate::input::source::{Input, SourceFormats, read_head};
use crate::options::Options;

/// What is known of a source besides its lines.
#[derive(Debug)]
pub(crate) struct SourceInfo {
    pub(crate) name: String,
    pub(crate) formats: Option<SourceFormats>,
    pub(crate) error: Option<io::Error>,
}

pub(crate) struct Feed<'o> {
    options: &'o Options,
    waiting: VecDeque<(u16, Input)>,
    open: Option<(ChunkReader, SourceFormats)>,
    sources: Vec<SourceInfo>,
    chunks: u64,
}

impl<'o> Feed<'o> {
    /// Sources are numbered in the order of their names, whatever the order they were given in.
    pub(crate) fn new(mut inputs: Vec<Input>, options: &'o Options) -> Feed<'o> {
        inputs.sort_by(|one, other| one.name().cmp(other.name()));
        let info = |input: &Input| SourceInfo {
            name: input.name().to_owned(),
            formats: None,
            error: None,
        };
        let sources = inputs.iter().map(info).collect();
        Feed { options, waiting: (0..).zip(inputs).collect(), open: None, sources, chunks: 0 }
    }

    /// The next chunk, in the memory of `buffer`, with the formats of its lines.
    pub(crate) fn next(&mut self, mut buffer: Vec<u8>) -> Option<(Chunk, SourceFormats)> {
        loop {
            if let Some((reader, formats)) = &mut self.open {
                match reader.next(buffer, self.chunks) {
                    Some(chunk) => {
                        self.chunks += 1;
                        return Some((chunk, formats.clone()));
                    }
                    None => buffer = Vec::new(),
                }
                self.close();
            }
            let (number, input) = self.waiting.pop_front()?;
            self.open(number, input);
        }
    }

    /// What became of the sources.
    pub(crate) fn into_sources(self) -> Vec<SourceInfo> {
        self.sources
    }

    fn open(&mut self, number: u16, input: Input) {
        let info = &mut self.sources[usize::from(number)];
        let mut reader = match input.open() {
            Ok(reader) => reader,
            Err(error) => {
                info.error = Some(error);
                return;
            }
        };
        let (head, read) = read_head(&mut reader);
        info.error = read.err();
        info.formats = match &self.options.format {
            Some(format) => Some(SourceFormats::given(format.clone())),
            None => SourceFormats::detected(&head),
        };
        if let Some(formats) = info.formats.clone().or_else(SourceFormats::unknown) {
            let chunk_size = self.options.chunk_size.0.get();
            self.open = Some((ChunkReader::new(reader, number, chunk_size, head), formats));
        }
    }

    fn close(&mut self) {
        let number = self.sources.len() - self.waiting.len() - 1;
        let error = self.open.take().and_then(|(reader, _)| reader.into_error());
        let info = &mut self.sources[number];
        info.error = info.error.take().or(error);
    }
}
