//! Ctrl-C while a pipe is read.
//!
//! A shell sends it to all of a pipeline. Whoever writes, `tcpdump` for example, ends by it, and what
//! was written is to be reported.

use std::time::Duration;
use std::{process, thread};

use anyhow::{Context, Result};

use crate::complaint;

/// The status of a process that was interrupted, as shells tell it.
pub(crate) const INTERRUPTED: i32 = 130;

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
        for (number, _) in signals.forever().enumerate() {
            if number > 0 {
                process::exit(INTERRUPTED);
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
