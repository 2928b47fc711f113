//! Where following stands, as bytes that another run goes on with.
//!
//! Places and counts are written down together, so that a line is counted before the place behind it
//! and not again from there on.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use wslog_parse::Formats;

use crate::codec::frame::{Kind, open, seal};
use crate::follow::state::State as FollowerState;
use crate::follow::{Event, Follower, LogId, StateError};
use crate::options::Options;
use crate::tail::claims::{MOST_PAST, Past};
use crate::tail::done::MOST_DONE;
use crate::tail::head::Head;
use crate::tail::kept::Kept;
use crate::tail::name::Name;
use crate::tail::open_log::Place;
use crate::tail::{Into, Tail};

#[derive(Serialize, Deserialize)]
struct State {
    follower: FollowerState,
    /// Of each log of the follower, in its order.
    names: Vec<NameState>,
    /// When it was written down, since 1970.
    at: Duration,
    /// Files that are not read any more.
    past: Vec<FileState>,
}

#[derive(Serialize, Deserialize)]
struct NameState {
    #[serde(with = "crate::codec::wire::path")]
    path: PathBuf,
    files: Vec<FileState>,
    /// The heads of files that are not to be read again, and where they end.
    done: Vec<(HeadState, PlaceState)>,
}

/// Length and hash.
type HeadState = (u16, u64);
/// In the file, and in the text of the member there.
type PlaceState = (u64, u64);

#[derive(Serialize, Deserialize)]
struct FileState {
    /// Device and number.
    number: Option<(u64, u64)>,
    head: HeadState,
    place: PlaceState,
    is_of_members: bool,
}

/// What was going on when a state was written goes on.
pub struct Resumed {
    /// Reads on where the other run ended.
    pub tail: Tail,
    /// Knows what the other run had counted.
    pub follower: Follower,
    /// Files whose rest cannot be read any more, unless they are those of names that are added now:
    /// [`Tail::reads`] tells.
    pub missing: Vec<Missing>,
    /// Rotated files that could be read in part only, by the name they had, and why.
    pub troubles: Vec<(PathBuf, io::Error)>,
}

/// A file that was being read and is nowhere any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The name it had.
    pub path: PathBuf,
    /// From this byte on it has not been read.
    pub byte: u64,
    pub(super) kept: Kept,
}

impl Tail {
    /// Where everything stands, for another run to go on with.
    ///
    /// # Errors
    /// When what is known cannot be written down.
    pub fn state(&self, follower: &Follower) -> Result<Vec<u8>, StateError> {
        let names = self.names.iter().map(|(name, _)| NameState::of(name)).collect();
        let past = self.claims.past().iter().map(FileState::of_past).collect();
        let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let state = State { follower: follower.to_state(), names, at, past };
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
        let State { follower, names, at, past } = open(Kind::State, state)?;
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
        resumed.tail.since = UNIX_EPOCH.checked_add(at).unwrap_or(UNIX_EPOCH);
        let claims = &resumed.tail.claims;
        // What one name was reading may be another one's file by now.
        let open = names.iter().flat_map(|name| &name.files);
        let files = past.iter().take(MOST_PAST).chain(open);
        files.filter_map(|file| file.kept().past()).for_each(|past| claims.remember(past));
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
        let mut name = Name::new(state.path, tail.claims.clone());
        let files = state.files.iter().map(FileState::kept).collect();
        let done = state.done.iter().take(MOST_DONE);
        let done = done.map(|(head, place)| (head_of(*head), place_of(*place)));
        let mut into = Into::new(follower, log, now, each);
        // Places that cannot be gone on at now must not be forgotten: the state stays as it is.
        let gone = name.resume(files, done, &mut into).map_err(|error| {
            StateError::new(format!("{} cannot be read: {error}", name.path.display()))
        })?;
        troubles.extend(into.troubles.into_iter().map(|error| (name.path.clone(), error)));
        missing.extend(gone.iter().map(|kept| Missing {
            path: name.path.clone(),
            byte: kept.place.byte,
            kept: kept.clone(),
        }));
        tail.follow(name, log);
        Ok(())
    }
}

impl NameState {
    fn of(name: &Name) -> NameState {
        NameState {
            path: name.path.clone(),
            files: name.kept().iter().map(FileState::of).collect(),
            done: name.done().all().map(|(head, end)| (of_head(head), of_place(end))).collect(),
        }
    }
}

impl FileState {
    fn of(kept: &Kept) -> FileState {
        let Kept { number, head, place, is_of_members } = *kept;
        FileState { number, head: of_head(head), place: of_place(place), is_of_members }
    }

    fn of_past(past: &Past) -> FileState {
        let Past { number, head, place } = *past;
        FileState::of(&Kept { number: Some(number), head, place, is_of_members: false })
    }

    fn kept(&self) -> Kept {
        let FileState { number, head, place, is_of_members } = *self;
        Kept { number, head: head_of(head), place: place_of(place), is_of_members }
    }
}

fn of_head(head: Head) -> HeadState {
    (head.len, head.hash)
}

fn head_of((len, hash): HeadState) -> Head {
    Head { len, hash }
}

fn of_place(place: Place) -> PlaceState {
    (place.byte, place.skip)
}

fn place_of((byte, skip): PlaceState) -> Place {
    Place { byte, skip }
}
