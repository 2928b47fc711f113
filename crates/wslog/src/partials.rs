//! What some of the inputs gave, as bytes that another process, on another machine, merges with what others
//! gave.
//!
//! [`Gathered::into_partials`] writes one file, [`Merger`] reads any number of them. What it makes of them is what
//! one process would have made of all inputs, whatever was read where, and in whichever order it is merged.
//!
//! A file is a row of [frames](crate::codec::frame), one behind the other. The first one has all that was
//! counted; the others, as many as there are buckets, have the sightings, those of one key in one bucket.
//! Each is whole by itself: it says what its sources are, how they were read, and which runs it is of, so
//! that frames may be parted and sent apart.

mod bucket;
mod capture;
mod file;
mod head;
mod merger;
mod order;
mod runs;
mod settings;
mod source;

pub use self::bucket::{Buckets, NoBuckets};
pub use self::file::frame_lens;
pub use self::merger::{Merger, PartialError};

use crate::analyzer::Gathered;
use crate::codec::CodecError;
use crate::codec::frame::{Kind, seal};
use crate::codec::wire;
use crate::error::ProblemKind;
use crate::error_log::ErrorLog;
use crate::input::feed::SourceInfo;
use crate::partial::Partial;
use crate::partials::head::{Content, Head};
use crate::partials::runs::Run;
use crate::partials::settings::Settings;
use crate::partials::source::Source;

impl Gathered {
    /// What was read, as a file for a [`Merger`]. The same inputs give the same bytes, whatever the threads.
    ///
    /// # Errors
    /// [`PartialError::Unwritable`].
    pub fn into_partials(self, buckets: Buckets) -> Result<Vec<u8>, PartialError> {
        let has_error_log = self.sources.iter().any(SourceInfo::is_error_log);
        let beside_error_log = self.options.beside_error_log || has_error_log;
        let repeated = self.noticed.iter().filter(|it| it.kind == ProblemKind::Repeated);
        let repeated = repeated.map(|problem| problem.source.clone()).collect();
        let settings = Settings::of(&self.options);
        let mut partial = in_order(self.partial);
        if !beside_error_log {
            partial.error_log = ErrorLog::default();
        }
        let sources: Vec<_> = self.sources.iter().zip(&partial.sources).map(Source::of).collect();
        let head = Head {
            settings: settings.clone(),
            sources: sources.clone(),
            repeated,
            content: Content::Counted { runs: Vec::new(), beside_error_log },
        };
        let counted = seal(Kind::Partial, &(head, wire::Partial::counted(&partial)));
        let mut file = counted.map_err(unwritable)?;
        // Whoever counts the same lines again writes the same bytes.
        let runs = [Run::of(&file)];
        for (number, bucket) in bucket::split(&partial, buckets) {
            let content = Content::Sightings { number, of: buckets, runs: runs.to_vec() };
            let (sources, partial) = bucket.apart(&partial.directory, &sources);
            file.extend(frame(settings.clone(), sources, content, &partial)?);
        }
        Ok(file)
    }
}

/// A frame of sightings.
fn frame(
    settings: Settings,
    sources: Vec<Source>,
    content: Content,
    partial: &Partial,
) -> Result<Vec<u8>, PartialError> {
    let head = Head { settings, sources, repeated: Vec::new(), content };
    seal(Kind::Partial, &(head, wire::Partial::from(partial))).map_err(unwritable)
}

/// The same, of which nothing tells any more in which order it was come by.
fn in_order(partial: Partial) -> Partial {
    let mut ordered = Partial { directory: partial.directory.in_order(), ..Partial::default() };
    ordered.paths.keep_more();
    let mut ordered = ordered.merge(partial);
    ordered.sources.iter_mut().for_each(|part| part.stretches.sort_unstable());
    ordered
}

#[expect(clippy::needless_pass_by_value, reason = "errors are mapped by it")]
fn unwritable(error: CodecError) -> PartialError {
    PartialError::Unwritable(error.to_string())
}
