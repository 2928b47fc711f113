//! A bar that shows how far reading has come: on a terminal only, and only when it takes a while.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressDrawTarget, ProgressStyle};
use wslog::{Input, Progress};

/// Most runs are over before anybody could read a bar.
const PATIENCE: Duration = Duration::from_millis(300);
const STEP: Duration = Duration::from_millis(100);

pub(crate) struct ProgressBar<'p> {
    progress: &'p Progress,
    /// Bytes to read, where all inputs tell.
    size: Option<u64>,
}

impl<'p> ProgressBar<'p> {
    pub(crate) fn of(inputs: &[Input], progress: &'p Progress) -> ProgressBar<'p> {
        let size = inputs.iter().map(Input::size).sum();
        ProgressBar { progress, size }
    }

    /// Shows itself while the work is done.
    pub(crate) fn during<T>(&self, work: impl FnOnce() -> T) -> T {
        let target = ProgressDrawTarget::stderr();
        if target.is_hidden() {
            return work();
        }
        thread::scope(|scope| {
            let (done, is_done) = mpsc::channel::<()>();
            scope.spawn(move || self.show(target, &is_done));
            let result = work();
            drop(done);
            result
        })
    }

    fn show(&self, target: ProgressDrawTarget, is_done: &mpsc::Receiver<()>) {
        let goes_on = |wait| is_done.recv_timeout(wait) == Err(RecvTimeoutError::Timeout);
        // It measures from the start, and is not seen until it is worth while.
        let bar = indicatif::ProgressBar::with_draw_target(self.size, ProgressDrawTarget::hidden());
        let template = match self.size {
            Some(_) => "{wide_bar} {bytes} of {total_bytes}, {binary_bytes_per_sec}, {eta} left",
            None => "{spinner} {bytes}, {binary_bytes_per_sec}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        if !goes_on(PATIENCE) {
            return;
        }
        bar.set_position(self.progress.bytes());
        bar.set_draw_target(target);
        while goes_on(STEP) {
            bar.set_position(self.progress.bytes());
        }
        bar.finish_and_clear();
    }
}
