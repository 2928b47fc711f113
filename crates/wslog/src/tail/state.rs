//! Where following stands, as bytes that another run goes on with.
//!
//! Places and counts are written down together, so that a line is counted before the place behind it
//! and not again from there on.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use wslog_parse::Formats;

use crate::codec::frame::{Kind, open, seal};
use crate::follow::state::State as FollowerState;
use crate::follow::{Event, Follower, LogId, StateError};
use crate::options::Options;
use crate::tail::done::MOST_DONE;
use crate::tail::head::Head;
use crate::tail::name::{Kept, Name};
use crate::tail::open_log::Place;
use crate::tail::{Into, Tail};

#[derive(Serialize, Deserialize)]
struct State {
    follower: FollowerState,
    /// Of each log of the follower, in its order.
    names: Vec<NameState>,
}

#[derive(Serialize, Deserialize)]
struct NameState {
    path: PathBuf,
    files: Vec<FileState>,
    /// Length and hash of the heads of files that are not to be read again.
    done: Vec<(u16, u64)>,
}

#[derive(Serialize, Deserialize)]
struct FileState {
    /// Device and number.
    number: Option<(u64, u64)>,
    /// Length and hash.
    head: (u16, u64),
    /// In the file, and in the text of the member there.
    place: (u64, u64),
}

/// What was going on when a state was written goes on.
pub struct Resumed {
    /// Reads on where the other run ended.
    pub tail: Tail,
    /// Knows what the other run had counted.
    pub follower: Follower,
    /// Files that were being read and are nowhere any more, by the name they had, with the byte from
    /// which on they have not been read.
    pub missing: Vec<(PathBuf, u64)>,
    /// Rotated files that could be read in part only, by the name they had, and why.
    pub troubles: Vec<(PathBuf, io::Error)>,
}

impl Tail {
    /// Where everything stands, for another run to go on with.
    ///
    /// # Errors
    /// When what is known cannot be written down.
    pub fn state(&self, follower: &Follower) -> Result<Vec<u8>, StateError> {
        let names = self.names.iter().map(|(name, _)| NameState::of(name)).collect();
        let state = State { follower: follower.to_state(), names };
        Ok(seal(Kind::State, &state)?)
    }

    /// Goes on where another run ended; the options and the length of the window are what they were
    /// then. `asked_for` says of a name of that run whether it is one of this run, and the formats its
    /// lines are known to be in. `each` is told of the events in files that were compressed meanwhile.
    ///
    /// # Errors
    /// When these bytes are no state, are damaged, or are one of other options or other names, and when
    /// a file cannot be read now.
    pub fn resume(
        state: &[u8],
        (options, window): (Options, Duration),
        asked_for: impl Fn(&Path) -> Option<Option<Formats>>,
        now: SystemTime,
        mut each: impl FnMut(Event, bool),
    ) -> Result<Resumed, StateError> {
        let State { follower, names } = open(Kind::State, state)?;
        if let Some(other) = names.iter().find(|name| asked_for(&name.path).is_none()) {
            let other = other.path.display();
            return Err(StateError::new(format!("it is of another log: {other}")));
        }
        let follower = Follower::new(options, window)
            .of_state(follower, |name| asked_for(name.as_ref()).flatten())?;
        if names.len() != follower.logs().count() {
            return Err(StateError::new("its names and its logs do not agree"));
        }
        let mut resumed =
            Resumed { tail: Tail::new(), follower, missing: Vec::new(), troubles: Vec::new() };
        let logs: Vec<LogId> = resumed.follower.logs().collect();
        for (state, log) in names.into_iter().zip(logs) {
            resumed.go_on(state, log, now, &mut each)?;
        }
        Ok(resumed)
    }
}

impl Resumed {
    fn go_on(
        &mut self,
        state: NameState,
        log: LogId,
        now: SystemTime,
        each: &mut impl FnMut(Event, bool),
    ) -> Result<(), StateError> {
        let Resumed { tail, follower, missing, troubles } = self;
        let mut name = Name::new(state.path);
        let files = state.files.iter().map(FileState::kept).collect();
        let done = state.done.iter().take(MOST_DONE).map(|&(len, hash)| Head { len, hash });
        let mut into = Into::new(follower, log, now, each);
        // Places that cannot be gone on at now must not be forgotten: the state stays as it is.
        let gone = name.resume(files, done, &mut into).map_err(|error| {
            StateError::new(format!("{} cannot be read: {error}", name.path.display()))
        })?;
        troubles.extend(into.troubles.into_iter().map(|error| (name.path.clone(), error)));
        missing.extend(gone.iter().map(|kept| (name.path.clone(), kept.place.byte)));
        tail.names.push((name, log));
        Ok(())
    }
}

impl NameState {
    fn of(name: &Name) -> NameState {
        NameState {
            path: name.path.clone(),
            files: name.kept().iter().map(FileState::of).collect(),
            done: name.done().heads().map(|Head { len, hash }| (len, hash)).collect(),
        }
    }
}

impl FileState {
    fn of(kept: &Kept) -> FileState {
        let Kept { number, head, place } = *kept;
        FileState { number, head: (head.len, head.hash), place: (place.byte, place.skip) }
    }

    fn kept(&self) -> Kept {
        let FileState { number, head: (len, hash), place: (byte, skip) } = *self;
        Kept { number, head: Head { len, hash }, place: Place { byte, skip } }
    }
}
