//! Partials become one.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::analyzer::Gathered;
use crate::codec::CodecError;
use crate::codec::frame::{Kind, open};
use crate::codec::wire::{self, Numbering};
use crate::error::{Error, Problem, ProblemKind};
use crate::input::range::ByteRange;
use crate::options::Options;
use crate::partial::Partial;
use crate::partials::bucket::{Bucket, sets};
use crate::partials::file::{frames, head};
use crate::partials::frame;
use crate::partials::head::{Content, Head};
use crate::partials::order::{Numbers, Order};
use crate::partials::runs::{Run, Runs};
use crate::partials::settings::Settings;
use crate::partials::source::Source;
use crate::pipeline;

/// Why partials cannot be merged, or why there is none.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PartialError {
    /// An error log, beside a partial that does not have what it asks of requests.
    #[error(
        "{error_log}: is an error log, whose lines may be about requests in {partial}: analyze that again \
         with --beside-error-log, or both in one process"
    )]
    BesideErrorLog {
        /// The error log.
        error_log: String,
        /// The partial.
        partial: String,
    },
    /// An error log of which the wrong lines may have been taken to be in the period asked for.
    #[error(
        "{error_log}: was read as if its clock showed {found}, and that of the access logs shows {expected}: \
         say --since and --until without a zone, by the logs' own clock"
    )]
    OtherClock {
        /// The error log.
        error_log: String,
        /// Its clock.
        found: String,
        /// That of the access logs.
        expected: String,
    },
    /// A partial that cannot be read.
    #[error("{0}: cannot be read")]
    Unreadable(String, #[source] io::Error),
    /// What is no partial, is damaged, or is of another version; and why.
    #[error("{0}: {1}")]
    Refused(String, String),
    /// One that was made another way than those before it.
    #[error("{name}: was made with {found}; the others with {expected}")]
    OtherSettings {
        /// The partial.
        name: String,
        /// How it was made.
        found: String,
        /// How those before it were.
        expected: String,
    },
    /// Bytes of a source that are in several of them.
    #[error(
        "{name}: its bytes {range} are in {one} and in {other}, and would count twice; --allow-overlap counts \
         them twice"
    )]
    Overlap {
        /// The source.
        name: String,
        /// The bytes that are there twice.
        range: ByteRange,
        /// A partial that has them.
        one: String,
        /// Another one, or the same.
        other: String,
    },
    /// A partial that is there more than once.
    #[error("{0}: is there twice, and would count twice; --allow-overlap counts it twice")]
    Repeated(String),
    /// Parts that were written with this partial, and are not there: so many.
    #[error("{0}: {1} parts that were written with it are missing")]
    Missing(String, u64),
    /// A source whose place among the files of its log is not known, as its first lines are not in the
    /// partials, or not together.
    #[error(
        "{0}: no partial has all of its first lines, which show where it comes among the files of its log: \
         read a range that holds them, or read it as a file"
    )]
    Unordered(String),
    /// An access log that may be the first one, whose clock counts for error logs, and that does not show it as
    /// its first lines are not in the partials, or not together.
    #[error(
        "{0}: no partial has all of its first lines, which show the clock that error logs are read by: read \
         a range that holds them, or say --since and --until without a zone"
    )]
    UnknownClock(String),
    /// A source that was read in ways that do not go together.
    #[error(
        "{name}: {partial} has it as {found}, others as {expected}: name the format, and the same for all"
    )]
    OtherSource {
        /// The source.
        name: String,
        /// The partial.
        partial: String,
        /// How it was read for that.
        found: String,
        /// How it was read for others.
        expected: String,
    },
    /// What is known could not be written down.
    #[error("the partial cannot be written: {0}")]
    Unwritable(String),
    /// Neither inputs nor threads.
    #[error(transparent)]
    Analyzer(#[from] Error),
}

/// Gathers partials, then merges them.
///
/// They are read twice: first for what their sources are, which decides on the order of these, then for
/// what was counted. Memory is that of one process that read all inputs, and of the largest partial.
#[derive(Debug)]
pub struct Merger {
    options: Options,
    partials: Vec<Kept>,
    settings: Option<Settings>,
    order: Order,
    runs: Runs,
    repeated: Vec<String>,
    /// A partial with requests that does not have what error logs ask of these.
    not_beside: Option<String>,
}

/// A partial, to be read again.
#[derive(Debug)]
struct Kept {
    name: String,
    from: From,
}

#[derive(Debug)]
enum From {
    File(PathBuf),
    Bytes(Vec<u8>),
}

impl Kept {
    fn with_bytes<T>(
        &self,
        with: impl FnOnce(&[u8]) -> Result<T, PartialError>,
    ) -> Result<T, PartialError> {
        match &self.from {
            From::Bytes(bytes) => with(bytes),
            From::File(path) => {
                let read = std::fs::read(path);
                with(&read.map_err(|error| PartialError::Unreadable(self.name.clone(), error))?)
            }
        }
    }

    fn refused(&self, error: &CodecError) -> PartialError {
        PartialError::Refused(self.name.clone(), error.to_string())
    }
}

impl Merger {
    /// One without partials. Of the options counts what is not written in them: threads and redaction.
    pub fn new(options: Options) -> Merger {
        Merger {
            options,
            partials: Vec::new(),
            settings: None,
            order: Order::default(),
            runs: Runs::default(),
            repeated: Vec::new(),
            not_beside: None,
        }
    }

    /// Adds a file of partials, which is read again later.
    ///
    /// # Errors
    /// That it cannot be read, is no partial, is damaged, of another version, or made with other settings
    /// than those before it.
    pub fn file(&mut self, path: &Path) -> Result<(), PartialError> {
        self.add(Kept { name: path.display().to_string(), from: From::File(path.to_owned()) })
    }

    /// Adds partials from anything that can be read, under a name for errors. They stay in memory.
    ///
    /// # Errors
    /// As of [`Merger::file`].
    pub fn reader(&mut self, name: &str, mut reader: impl Read) -> Result<(), PartialError> {
        let mut bytes = Vec::new();
        let read = reader.read_to_end(&mut bytes);
        read.map_err(|error| PartialError::Unreadable(name.to_owned(), error))?;
        self.add(Kept { name: name.to_owned(), from: From::Bytes(bytes) })
    }

    fn add(&mut self, partial: Kept) -> Result<(), PartialError> {
        partial.with_bytes(|bytes| {
            for frame in frames(bytes) {
                let frame = frame.map_err(|error| partial.refused(&error))?;
                let head: Head = head(frame).map_err(|error| partial.refused(&error))?;
                self.add_head(&partial, frame, head)?;
            }
            Ok(())
        })?;
        self.partials.push(partial);
        Ok(())
    }

    fn add_head(&mut self, partial: &Kept, frame: &[u8], head: Head) -> Result<(), PartialError> {
        let expected = self.settings.get_or_insert_with(|| head.settings.clone());
        if *expected != head.settings {
            return Err(PartialError::OtherSettings {
                name: partial.name.clone(),
                found: head.settings.to_string(),
                expected: expected.to_string(),
            });
        }
        let Head { settings: _, sources, repeated, content } = head;
        let is_counted = match content {
            Content::Counted { runs, beside_error_log } => {
                let runs = if runs.is_empty() { vec![Run::of(frame)] } else { runs };
                self.runs.add_counted(&runs, &partial.name);
                self.repeated.extend(repeated);
                if !beside_error_log && sources.iter().any(|source| source.has_requests) {
                    self.not_beside.get_or_insert_with(|| partial.name.clone());
                }
                true
            }
            Content::Sightings { number, of, runs } => {
                self.runs.add_bucket(&runs, (number, of), &partial.name);
                false
            }
        };
        self.order.add(sources, is_counted, &partial.name)
    }

    /// One file that has all that these have: of each bucket one frame, and what was counted as it was.
    ///
    /// # Errors
    /// What is found only now to be wrong with a partial, and [`PartialError::Unwritable`].
    pub fn partials(self) -> Result<Vec<u8>, PartialError> {
        let Merger { partials, settings, order, .. } = self;
        let (numbers, sources) = order.by_name();
        let (mut file, mut buckets) = (Vec::new(), BTreeMap::new());
        for kept in &partials {
            kept.with_bytes(|bytes| {
                frames(bytes).try_for_each(|frame| {
                    let refused = |error: CodecError| kept.refused(&error);
                    let frame = frame.map_err(refused)?;
                    let head: Head = head(frame).map_err(refused)?;
                    let Content::Sightings { number, of, runs } = head.content else {
                        file.extend_from_slice(frame);
                        return Ok(());
                    };
                    let partial = tables(frame, &numbers).map_err(refused)?;
                    let (all, of_all) =
                        buckets.entry((of, number)).or_insert((Partial::default(), Vec::new()));
                    *all = std::mem::take(all).merge(partial);
                    of_all.extend(runs);
                    Ok(())
                })
            })?;
        }
        let settings = settings.unwrap_or_else(|| Settings::of(&Options::default()));
        for ((of, number), (partial, runs)) in buckets {
            let content = Content::Sightings { number, of, runs };
            let bucket = Bucket::whole(&partial);
            let (sources, partial) = bucket.apart(&partial.directory, &sources);
            file.extend(frame(settings.clone(), sources, content, &partial)?);
        }
        Ok(file)
    }

    /// What one process would have gathered that reads all inputs.
    ///
    /// # Errors
    /// [`PartialError::Overlap`] and [`PartialError::Repeated`] unless that is allowed;
    /// [`PartialError::Missing`], [`PartialError::Unordered`], [`PartialError::BesideErrorLog`],
    /// [`PartialError::OtherClock`], [`PartialError::UnknownClock`], and what is found only now to be wrong with a
    /// partial.
    pub fn merge(self, overlap_is_allowed: bool) -> Result<Gathered, PartialError> {
        let Merger { options, partials, settings, order, runs, mut repeated, not_beside } = self;
        if !overlap_is_allowed {
            order.overlap().map_or(Ok(()), Err)?;
            if let Some(partial) = runs.repeated() {
                return Err(PartialError::Repeated(partial.to_owned()));
            }
        }
        if let Some((partial, parts)) = runs.missing() {
            return Err(PartialError::Missing(partial.to_owned(), parts));
        }
        let settings = settings.unwrap_or_else(|| Settings::of(&options));
        let options = settings.into_options(options);
        let options = options
            .map_err(|error| PartialError::Refused("the partials".to_owned(), error.to_string()))?;
        let pool = pipeline::threads(&options)?;
        let holes = order.holes();
        let (numbers, sources) = order.into_sources(options.period.has_instants())?;
        let error_log = sources.iter().find(|source| source.is_error_log());
        if let (Some(error_log), Some(partial)) = (error_log, not_beside) {
            return Err(PartialError::BesideErrorLog {
                error_log: error_log.name.clone(),
                partial,
            });
        }
        let mut merged = Partial::default();
        merged.paths.keep_more();
        for kept in &partials {
            merged = kept.with_bytes(|bytes| {
                frames(bytes).try_fold(merged, |merged, frame| {
                    let frame = frame.map_err(|error| kept.refused(&error))?;
                    let partial = tables(frame, &numbers).map_err(|error| kept.refused(&error))?;
                    Ok(merged.merge(partial))
                })
            })?;
        }
        merged.make_room_for(sources.len());
        repeated.sort_unstable();
        let problem = |source| Problem { source, kind: ProblemKind::Repeated };
        let noticed = repeated.into_iter().map(problem).chain(holes).collect();
        Ok(Gathered { pool, partial: merged, sources, options, noticed, unwritten: None })
    }
}

/// The tables of a frame, with the numbers that its sources have among all.
fn tables(frame: &[u8], numbers: &Numbers) -> Result<Partial, CodecError> {
    let (head, tables): (Head, wire::Partial) = open(Kind::Partial, frame)?;
    let known = |source: &Source| numbers.get(&source.name).copied();
    let set = |name: &String| {
        let source = head.sources.iter().find(|source| source.set() == *name);
        source.and_then(known).map(|(_, set)| set)
    };
    let sources = head.sources.iter().map(|source| known(source).map(|(number, _)| number));
    let sets = sets(&head.sources);
    let numbering = (sources.collect(), sets.iter().map(set).collect());
    let (Some(sources), Some(sets)) = numbering else {
        return Err(CodecError::Impossible("a source that was not there before"));
    };
    tables.into_numbered(&Numbering { sources, sets })
}
