//! Finished logs in, an analysis out.

use std::collections::HashSet;
use std::io::{Read, Write};
use std::path::PathBuf;

use rayon::ThreadPool;

use crate::analysis::Analysis;
use crate::error::{Error, Problem, ProblemKind};
use crate::fold::Fold;
use crate::input::feed::SourceInfo;
use crate::input::order::oldest_first;
use crate::input::source::Input;
use crate::malformed::MalformedLines;
use crate::options::Options;
use crate::partial::Partial;
use crate::pipeline;
use crate::progress::Progress;
use crate::redaction::marks::Marks;
use crate::summary::{Names, problems, summarise};
use crate::trace::{Tracing, Wanted, trace};

/// Gathers inputs, then reads them all at once.
#[derive(Default)]
pub struct Analyzer<'w> {
    options: Options,
    inputs: Vec<Input>,
    progress: Progress,
    malformed: Option<&'w mut (dyn Write + Send)>,
    keeps_candidates: bool,
}

/// What is to be read, and by whom.
pub(crate) struct Ready<'w> {
    pub(crate) pool: ThreadPool,
    pub(crate) inputs: Vec<Input>,
    pub(crate) options: Options,
    pub(crate) progress: Progress,
    pub(crate) repeated: Vec<Problem>,
    malformed: Option<&'w mut (dyn Write + Send)>,
}

impl<'w> Analyzer<'w> {
    /// An analyzer without inputs.
    pub fn new(options: Options) -> Analyzer<'w> {
        Analyzer { options, ..Analyzer::default() }
    }

    /// Adds a log file. Whether it can be read shows in the analysis.
    #[must_use]
    pub fn file(self, path: impl Into<PathBuf>) -> Self {
        self.input(Input::file(path))
    }

    /// Adds anything that can be read, under the name reports will use for it.
    #[must_use]
    pub fn reader(self, name: &str, reader: impl Read + Send + 'static) -> Self {
        self.input(Input::reader(name, reader))
    }

    /// Adds an input.
    #[must_use]
    pub fn input(mut self, input: Input) -> Self {
        self.inputs.push(input);
        self
    }

    /// Counts what is read in `progress`.
    #[must_use]
    pub fn progress_to(mut self, progress: &Progress) -> Self {
        self.progress = progress.clone();
        self
    }

    /// Has every malformed line written to `writer`, as `SOURCE:LINE:BYTE:` and the line itself,
    /// in the order of the sources and the lines in them.
    #[must_use]
    pub fn malformed_to(mut self, writer: &'w mut (dyn Write + Send)) -> Self {
        self.malformed = Some(writer);
        self
    }

    /// Reads every input to its end.
    ///
    /// Trouble with an input does not stop the others; it is told in [`Analysis::problems`].
    ///
    /// # Errors
    /// [`Error::TooManyInputs`], [`Error::Threads`]: before anything is read.
    pub fn run(self) -> Result<Analysis, Error> {
        Ok(self.gather()?.analysis())
    }

    /// Reads every input to its end, and leaves it at that: [`Gathered::analysis`] joins what was seen
    /// and judges it.
    ///
    /// # Errors
    /// [`Error::TooManyInputs`], [`Error::Threads`]: before anything is read.
    pub fn gather(self) -> Result<Gathered, Error> {
        let keeps_candidates = self.keeps_candidates;
        let Ready { pool, inputs, options, progress, repeated, malformed } = self.ready()?;
        let names = inputs.iter().map(|input| input.name().to_owned()).collect();
        let malformed = malformed.map(|writer| MalformedLines::new(names, writer));
        let fold = || Fold::new(&options).keeping_candidates(keeps_candidates);
        let (mut partial, sources) =
            pipeline::read(&pool, inputs, (&options, fold), &progress, malformed.as_ref());
        partial.make_room_for(sources.len());
        let unwritten = malformed.map_or(Ok(()), MalformedLines::finish).err();
        let unwritten = unwritten.map(|error| Problem {
            source: "malformed lines".into(),
            kind: ProblemKind::Unwritten(error.to_string()),
        });
        Ok(Gathered { pool, partial, sources, options, noticed: repeated, unwritten })
    }

    /// How the inputs are read and judged.
    pub(crate) fn options(&self) -> &Options {
        &self.options
    }

    /// From now on every request is kept that may turn out to be a handshake by its path.
    pub(crate) fn keep_candidates(self) -> Self {
        Analyzer { keeps_candidates: true, ..self }
    }

    /// Puts the inputs in their order.
    pub(crate) fn ready(self) -> Result<Ready<'w>, Error> {
        let Analyzer { options, inputs, progress, malformed, .. } = self;
        let (inputs, repeated) = distinct(inputs);
        if inputs.len() > usize::from(u16::MAX) {
            return Err(Error::TooManyInputs(inputs.len()));
        }
        let pool = pipeline::threads(&options)?;
        let inputs = oldest_first(inputs, &options);
        Ok(Ready { pool, inputs, options, progress, repeated, malformed })
    }
}

/// What was read, neither joined by keys nor judged.
pub struct Gathered {
    pub(crate) pool: ThreadPool,
    pub(crate) partial: Partial,
    pub(crate) sources: Vec<SourceInfo>,
    pub(crate) options: Options,
    /// What was seen of the inputs before they were read.
    pub(crate) noticed: Vec<Problem>,
    pub(crate) unwritten: Option<Problem>,
}

impl Gathered {
    /// The analysis of it.
    pub fn analysis(&self) -> Analysis {
        let Gathered { pool, partial, sources, options, noticed, unwritten } = self;
        let mut analysis = pool.install(|| summarise(partial, sources, options));
        analysis.problems.extend(unwritten.clone());
        analysis.problems.splice(0..0, noticed.clone());
        analysis
    }

    /// What the caller must know about each input.
    pub fn problems(&self) -> Vec<Problem> {
        let Gathered { partial, sources, noticed, unwritten, .. } = self;
        let names = Names::new(partial, sources, &HashSet::new(), Marks::default());
        let told = problems(partial, sources, &names);
        noticed.iter().cloned().chain(told).chain(unwritten.clone()).collect()
    }

    /// How it was read, and is judged.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// What the sources are called, in their order.
    pub fn source_names(&self) -> impl Iterator<Item = &str> {
        self.sources.iter().map(|source| source.name.as_str())
    }

    /// How often opening handshakes were seen, those aside that only their path makes some.
    pub fn sightings(&self) -> u64 {
        self.partial.store.len() as u64
    }

    /// Both learn the paths on which the other shows a 101, so that both call the same requests
    /// handshakes: where no line shows a key or an Upgrade, a time in which every handshake failed would
    /// have none otherwise.
    pub fn share_paths(&mut self, other: &mut Gathered) {
        self.partial.paths.learn(&other.partial.paths);
        other.partial.paths.learn(&self.partial.paths);
    }

    /// The ways of some of the handshakes.
    pub fn trace(&self, wanted: &Wanted) -> Tracing {
        let Gathered { pool, partial, sources, options, noticed, unwritten } = self;
        let mut tracing = pool.install(|| trace(partial, sources, options, wanted));
        tracing.problems.extend(unwritten.clone());
        tracing.problems.splice(0..0, noticed.clone());
        tracing
    }
}

/// One input of each file: one that is read twice, under whatever names, would have every handshake
/// seen twice. Of several names the first in their order is kept.
fn distinct(mut inputs: Vec<Input>) -> (Vec<Input>, Vec<Problem>) {
    inputs.sort_by(|one, other| one.name().cmp(other.name()));
    let mut names = HashSet::new();
    let mut files = HashSet::new();
    let (first, again): (Vec<_>, Vec<_>) = inputs.into_iter().partition(|input| {
        let is_new_name = names.insert(input.name().to_owned());
        is_new_name && input.identity().is_none_or(|file| files.insert(file))
    });
    let problem =
        |input: Input| Problem { source: input.name().to_owned(), kind: ProblemKind::Repeated };
    (first, again.into_iter().map(problem).collect())
}
