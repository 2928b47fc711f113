//! What can go wrong in a lab, told so that a failed test explains itself.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Why something in the lab did not work.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no nginx to start.
    #[error(
        "no nginx {at}: install it (`apt-get install nginx-light`), or name it in the environment \
         variable NGINX"
    )]
    NoNginx {
        /// Where it was looked for.
        at: String,
    },
    /// nginx refused its configuration, ended, or did not do what it was told.
    #[error("{what}\n{said}")]
    Nginx {
        /// What happened.
        what: String,
        /// Its error log, and what it wrote to standard error.
        said: String,
    },
    /// There is no scenario of this name.
    #[error("there is no scenario `{name}`")]
    NoScenario {
        /// The name.
        name: String,
    },
    /// A run would mix with what is there already.
    #[error("{} is not empty: a run needs a folder of its own", .folder.display())]
    Occupied {
        /// The folder.
        folder: PathBuf,
    },
    /// A program is not installed.
    #[error("there is no {tool}: install it (`apt-get install {package}`)")]
    NoTool {
        /// The program.
        tool: &'static str,
        /// Debian's package that has it.
        package: &'static str,
    },
    /// A program did not do what it was told.
    #[error("{what}\n{said}")]
    Tool {
        /// What happened.
        what: String,
        /// What it wrote to standard error.
        said: String,
    },
    /// A connection that was made is not in the capture.
    #[error("the capture lacks {what}")]
    Lost {
        /// What is known about it.
        what: String,
    },
    /// A condition did not come true in time.
    #[error("waited {after:?} in vain for {what}")]
    TimedOut {
        /// The condition.
        what: String,
        /// How long it was waited for.
        after: Duration,
    },
    /// The operating system refused.
    #[error("cannot {what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// Its reason.
        source: io::Error,
    },
}

impl Error {
    /// An operating system's refusal of `what`, for `map_err`.
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Error {
        let what = what.into();
        move |source| Error::Io { what, source }
    }
}

/// What a test shows when it unwraps one: the message, for people.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
