//! Files that a name does not stand for any more, and that may still be written to.

use std::time::{Duration, Instant};

use crate::input::identity::FileIdentity;
use crate::tail::open_log::{OpenLog, Turn};
use crate::tail::sink::Sink;

/// Renamed or copied away: nginx writes to a renamed file until it is told to open its logs anew, and
/// a copy may have what was not read before the truncation.
#[derive(Debug, Default)]
pub(crate) struct Left(Vec<Quiet>);

#[derive(Debug)]
struct Quiet {
    log: OpenLog,
    /// Since when there was nothing new in it.
    since: Instant,
}

/// A file that is not read any more.
pub(crate) struct Closed {
    pub(crate) log: OpenLog,
    /// Whether it has another text now than the one that was read.
    pub(crate) is_replaced: bool,
}

/// How long a file is watched that is quiet.
const LINGER: Duration = Duration::from_secs(60);
/// Most of them; those that were left first are closed for others.
const MOST: usize = 16;

impl Left {
    pub(crate) fn add(&mut self, log: OpenLog) {
        self.0.push(Quiet { log, since: Instant::now() });
    }

    /// Those that were left first in front.
    pub(crate) fn logs(&self) -> impl Iterator<Item = &OpenLog> {
        self.0.iter().map(|left| &left.log)
    }

    pub(crate) fn into_logs(self) -> impl Iterator<Item = OpenLog> {
        self.0.into_iter().map(|left| left.log)
    }

    /// Takes a file out, which the name stands for again.
    pub(crate) fn take(&mut self, identity: &FileIdentity) -> Option<OpenLog> {
        let place = self.logs().position(|log| log.identity().is_same(identity))?;
        Some(self.0.remove(place).log)
    }

    /// Takes a file out that has another text now.
    pub(crate) fn take_replaced(&mut self, identity: &FileIdentity) -> Option<Closed> {
        let is_it = |log: &OpenLog| log.identity().is_same(identity) && !log.has_its_text();
        let place = self.logs().position(is_it)?;
        Some(Closed { log: self.0.remove(place).log, is_replaced: true })
    }

    /// Reads what is there now, a turn's worth of each; whether there may be more, and those that are
    /// to be closed.
    pub(crate) fn read(
        &mut self,
        buffer: &mut Vec<u8>,
        sink: &mut dyn Sink,
    ) -> (bool, Vec<Closed>) {
        let (mut is_more, mut closed) = (false, Vec::new());
        let mut too_many = self.0.len().saturating_sub(MOST);
        for mut left in std::mem::take(&mut self.0) {
            let before = left.log.place();
            let turn = sink.read(&mut left.log, buffer).unwrap_or_else(|error| {
                // It is tried again for a while, and the others are read all the same.
                sink.trouble(error);
                Turn::End
            });
            is_more |= turn == Turn::More;
            if left.log.place() != before {
                left.since = Instant::now();
            }
            let is_quiet = left.since.elapsed() > LINGER || too_many > 0;
            if turn == Turn::Replaced || turn == Turn::End && is_quiet {
                too_many = too_many.saturating_sub(1);
                closed.push(Closed { log: left.log, is_replaced: turn == Turn::Replaced });
            } else {
                self.0.push(left);
            }
        }
        (is_more, closed)
    }
}
