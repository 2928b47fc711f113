//! Ctrl-C while a pipe is read.
//!
//! A shell sends it to all of a pipeline. Whoever writes, `tcpdump` for example, ends by it, and what
//! was written is to be reported.

use std::time::{Duration, Instant};
use std::{process, thread};

use anyhow::{Context, Result};

use crate::complaint;

/// The status of a process that was interrupted, as shells tell it.
pub(crate) const INTERRUPTED: i32 = 130;

/// How soon a second Ctrl-C is the same one: `timeout`, which leads the pipeline then, sends on to all
/// of it what it got itself.
const ECHO: Duration = Duration::from_millis(200);

/// How long the end of the pipe is waited for without a word.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether standard input comes through a pipe.
#[cfg(unix)]
pub(crate) fn is_pipe() -> bool {
    use std::os::fd::AsFd;
    use std::os::unix::fs::FileTypeExt;
    use std::{fs, io};

    let stdin = io::stdin().as_fd().try_clone_to_owned().map(fs::File::from);
    let kind = stdin.and_then(|stdin| stdin.metadata()).map(|metadata| metadata.file_type());
    kind.is_ok_and(|kind| kind.is_fifo() || kind.is_socket())
}

#[cfg(not(unix))]
pub(crate) fn is_pipe() -> bool {
    false
}

/// Lets the first Ctrl-C end whoever writes, and the second this process. SIGTERM is meant for this
/// process, and ends it at once.
///
/// # Errors
/// When the system does not let signals be watched for.
#[cfg(unix)]
pub(crate) fn wait_for_the_end() -> Result<()> {
    use signal_hook::{consts::SIGINT, iterator::Signals};

    let mut signals = Signals::new([SIGINT]).context("cannot watch for Ctrl-C")?;
    thread::spawn(move || {
        let mut first: Option<Instant> = None;
        for _ in signals.forever() {
            match first {
                Some(first) if first.elapsed() > ECHO => process::exit(INTERRUPTED),
                Some(_) => continue,
                None => first = Some(Instant::now()),
            }
            thread::spawn(|| {
                thread::sleep(PATIENCE);
                complaint::notice("waiting for the end of the pipe; Ctrl-C again ends at once");
            });
        }
    });
    Ok(())
}

#[cfg(not(unix))]
pub(crate) fn wait_for_the_end() -> Result<()> {
    Ok(())
}
