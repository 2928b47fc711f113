//! The threads: each draws chunks from the feed and folds them into a partial of its own.

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::error::Error;
use crate::fold::Fold;
use crate::input::buffer::Buffer;
use crate::input::feed::{Feed, Open, SourceInfo, Work};
use crate::input::source::{Input, is_error_log};
use crate::malformed::MalformedLines;
use crate::options::Options;
use crate::partial::Partial;
use crate::progress::Progress;

/// The threads that were asked for.
pub(crate) fn threads(options: &Options) -> Result<ThreadPool, Error> {
    let threads = options.threads.map_or(0, usize::from);
    ThreadPoolBuilder::new().num_threads(threads).build().map_err(Error::Threads)
}

/// Reads all inputs to their ends, each thread into a fold of its own. `malformed` is given every line that did not fit, in order.
pub(crate) fn read<'o>(
    pool: &ThreadPool,
    inputs: Vec<Input>,
    (options, fold): (&'o Options, impl Fn() -> Fold<'o> + Sync),
    progress: &Progress,
    malformed: Option<&MalformedLines<'_>>,
) -> (Partial, Vec<SourceInfo>) {
    let open = if malformed.is_some() { Open::One } else { Open::Several };
    let has_error_log = options.beside_error_log || may_have_error_log(&inputs, options);
    let feed = Feed::new(inputs, options, progress, open);
    let partials = pool.broadcast(|_| {
        let mut fold = fold().beside_error_log(has_error_log);
        let mut buffer = Buffer::default();
        let mut mine = None;
        while let Some(work) = feed.next(&mut mine, std::mem::take(&mut buffer)) {
            let (chunk, kind) = match work {
                Work::Lines(chunk, kind) => (chunk, kind),
                #[cfg(feature = "capture")]
                Work::Capture(capture) => {
                    let number = capture.number;
                    feed.captured(number, fold.capture(capture));
                    continue;
                }
            };
            match malformed {
                None => fold.lines(&chunk, &kind, |_, _, _, _| {}),
                Some(malformed) => malformed.collect(&mut fold, &chunk, &kind),
            }
            buffer = chunk.bytes;
        }
        fold.into_partial()
    });
    let merged = partials.into_iter().reduce(|one, other| one.merge(other));
    (merged.unwrap_or_default(), feed.into_sources())
}

/// Whether there may be an error log beside others. Of what is no file only its turn will tell.
fn may_have_error_log(inputs: &[Input], options: &Options) -> bool {
    let may_be_one = |input: &Input| match input.head() {
        Some(head) => is_error_log(input.formats().as_ref(), options, &head),
        None => true,
    };
    inputs.len() > 1 && inputs.iter().any(may_be_one)
}
