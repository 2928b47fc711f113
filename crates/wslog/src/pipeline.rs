//! The threads: each draws chunks from the feed and folds them into a partial of its own.

use std::sync::{Mutex, PoisonError};

use rayon::ThreadPoolBuilder;

use crate::error::Error;
use crate::fold::Fold;
use crate::input::feed::{Feed, SourceInfo};
use crate::input::source::Input;
use crate::malformed::MalformedLines;
use crate::options::Options;
use crate::partial::Partial;

/// Reads all inputs to their ends. `malformed` is given every line that did not fit, in order.
pub(crate) fn read(
    inputs: Vec<Input>,
    options: &Options,
    malformed: Option<&MalformedLines<'_>>,
) -> Result<(Partial, Vec<SourceInfo>), Error> {
    let threads = options.threads.map_or(0, usize::from);
    let pool = ThreadPoolBuilder::new().num_threads(threads).build().map_err(Error::Threads)?;
    let feed = Mutex::new(Feed::new(inputs, options));
    let partials = pool.broadcast(|_| {
        let mut fold = Fold::new(options);
        let mut buffer = Vec::new();
        loop {
            // Reading is serial, parsing is not: the lock is held while one block is read.
            let next = lock(&feed).next(std::mem::take(&mut buffer));
            let Some((chunk, formats)) = next else { break };
            match malformed {
                None => fold.chunk(&chunk, &formats, |_, _, _, _| {}),
                Some(malformed) => malformed.collect(&mut fold, &chunk, &formats),
            }
            buffer = chunk.bytes;
        }
        fold.into_partial()
    });
    let merged = partials.into_iter().reduce(|one, other| one.merge(other, options.mark));
    let sources = feed.into_inner().unwrap_or_else(PoisonError::into_inner).into_sources();
    Ok((merged.unwrap_or_default(), sources))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
