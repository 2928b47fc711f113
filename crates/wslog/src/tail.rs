//! Files that are followed by their names, as `tail -F` does: renamed and created anew, truncated,
//! deleted and back again, or not there yet.
//!
//! Nothing is read twice and nothing is passed over: a name's files are known by what they begin
//! with, so a rotated one is read to its end wherever it is now, and a copy of one that was truncated
//! gives what had not been read of it.

mod claims;
mod done;
mod growing;
mod head;
mod interest;
mod kept;
mod left;
mod looks;
mod members;
mod name;
mod open_log;
mod pattern;
mod same;
mod siblings;
mod sink;
mod state;
mod wake;

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use wslog_parse::Formats;

use self::claims::Claims;
use self::name::Name;
use self::pattern::Pattern;
use self::sink::Sink;
pub use self::state::{Missing, Resumed};
use self::wake::Wake;
pub use self::wake::Waker;
use crate::follow::{Event, Follower, LogId};

/// Follows files for a [`Follower`].
///
/// ```no_run
/// use std::time::{Duration, SystemTime};
/// use wslog::{Follower, Options, Start, Tail};
///
/// let mut follower = Follower::new(Options::default(), Duration::from_secs(600));
/// let mut tail = Tail::new();
/// tail.add("/var/log/nginx/access.log".as_ref(), &mut follower, None, Start::AtEnd)?;
/// loop {
///     let read = tail.read(&mut follower, SystemTime::now(), |event, _| println!("{event:?}"));
///     if !read.is_more {
///         tail.wait(Duration::from_secs(1));
///     }
/// }
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Tail {
    names: Vec<(Name, LogId)>,
    claims: Claims,
    /// Whatever was written before this moment, and is not followed, is not meant.
    since: SystemTime,
    patterns: Vec<Pattern>,
    /// When names were looked for last.
    looked: Option<Instant>,
    /// Whether names may have come since, for it is too soon to look again.
    is_look_due: bool,
    /// Why folders could not be looked at the last time.
    look_troubles: Vec<(PathBuf, io::ErrorKind)>,
    wake: Wake,
    buffer: Vec<u8>,
}

/// How often patterns are looked at.
const LOOK: Duration = Duration::from_millis(50);

/// Where a file that is there is read from. One that comes later is read from its front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// From its front.
    AtFront,
    /// From behind its last line.
    AtEnd,
}

/// What came of reading.
#[derive(Debug, Default)]
pub struct Read {
    /// Whether there may be more to read at once.
    pub is_more: bool,
    /// What could not be read, and why; each trouble is told once as long as it lasts.
    pub troubles: Vec<(PathBuf, io::Error)>,
}

impl Default for Tail {
    fn default() -> Tail {
        Tail::new()
    }
}

impl Tail {
    /// Follows nothing yet.
    pub fn new() -> Tail {
        Tail {
            names: Vec::new(),
            claims: Claims::default(),
            since: SystemTime::now(),
            patterns: Vec::new(),
            looked: None,
            is_look_due: false,
            look_troubles: Vec::new(),
            wake: Wake::new(),
            buffer: Vec::new(),
        }
    }

    /// Follows one more name, whose file need not be there; its lines are in these formats, if that
    /// is known.
    ///
    /// A file is read by one name, however many lead to it: as long as that name's file is this one's as
    /// well, there is nothing to read here.
    ///
    /// # Errors
    /// The trouble there is with the file now, and [`io::ErrorKind::AlreadyExists`] where another name
    /// reads it. The name is followed all the same.
    pub fn add(
        &mut self,
        path: &Path,
        follower: &mut Follower,
        formats: Option<Formats>,
        start: Start,
    ) -> io::Result<()> {
        let shown = path.display().to_string();
        let log = match formats {
            Some(formats) => follower.add_log_in(&shown, formats),
            None => follower.add_log(&shown),
        };
        let mut name = Name::new(path.to_owned(), self.claims.clone());
        let begun = name.begin(start == Start::AtEnd, self.since);
        self.follow(name, log);
        let (bytes, lines) = begun?;
        follower.pass(log, bytes, lines);
        Ok(())
    }

    fn follow(&mut self, name: Name, log: LogId) {
        self.wake.watch(&name.path);
        if let Some(target) = name.target() {
            self.wake.watch(target);
        }
        self.names.push((name, log));
    }

    /// Whether a name is followed.
    pub fn has(&self, path: &Path) -> bool {
        self.names.iter().any(|(name, _)| name.path == path)
    }

    /// Whether a file that a state tells of, and that was not found, is one of those that are read.
    pub fn reads(&self, missing: &Missing) -> bool {
        // The same file with another text has nothing of it.
        self.names.iter().any(|(name, _)| name.logs().any(|log| missing.kept.is_of(log)))
    }

    /// Whether a name is followed, or would be if it came.
    pub fn follows(&self, path: &Path) -> bool {
        self.has(path) || self.patterns.iter().any(|pattern| pattern.means(path))
    }

    /// Follows all access logs of a folder, or all names that a pattern like `/var/log/*.log` means,
    /// those that come later as well. The names there are now; none where the path is just a name.
    pub fn pattern(&mut self, path: &Path) -> Option<Vec<PathBuf>> {
        let pattern = Pattern::of(path)?;
        self.wake.watch_for_new(&pattern);
        // What there is to tell is told when it is looked at again.
        let names = pattern.names(&mut |_, _| ());
        self.patterns.push(pattern);
        Some(names)
    }

    /// Follows the names that have come, from their fronts.
    fn add_new(&mut self, follower: &mut Follower, read: &mut Read) {
        self.is_look_due = self.looked.is_some_and(|looked| looked.elapsed() < LOOK);
        if self.patterns.is_empty() || self.is_look_due {
            return;
        }
        let mut troubles = Vec::new();
        let mut tell = |path, error| troubles.push((path, error));
        let mut names: Vec<_> =
            self.patterns.iter().flat_map(|pattern| pattern.names(&mut tell)).collect();
        names.retain(|path| !self.has(path));
        for path in names {
            match self.add(&path, follower, None, Start::AtFront) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    troubles.push((path, error));
                }
                // A log that was renamed is read on as what it was.
                _ => {}
            }
        }
        self.tell_new(troubles, read);
        self.looked = Some(Instant::now());
    }

    /// Tells the troubles that were not there the last time.
    fn tell_new(&mut self, mut troubles: Vec<(PathBuf, io::Error)>, read: &mut Read) {
        let key = |(path, error): &(PathBuf, io::Error)| (path.clone(), error.kind());
        let before = std::mem::replace(&mut self.look_troubles, troubles.iter().map(key).collect());
        troubles.retain(|trouble| !before.contains(&key(trouble)));
        read.troubles.append(&mut troubles);
    }

    /// Reads what is there now, some megabytes of it; `each` is told of every event in it, and
    /// whether its line was there when following began.
    pub fn read(
        &mut self,
        follower: &mut Follower,
        now: SystemTime,
        mut each: impl FnMut(Event, bool),
    ) -> Read {
        let mut read = Read::default();
        self.add_new(follower, &mut read);
        let Tail { names, wake, buffer, .. } = self;
        wake.try_again();
        for (name, log) in names {
            let mut into = Into::new(follower, *log, now, &mut each);
            let result = name.read(buffer, &mut into);
            if let Some(target) = name.new_target() {
                wake.watch(&target);
            }
            let trouble = into.troubles.pop();
            read.note(name, trouble.map_or(result, Err));
        }
        read
    }

    /// Waits until there may be more to read, at most this long.
    pub fn wait(&mut self, most: Duration) {
        let is_look_due = self.is_look_due && !self.patterns.is_empty();
        self.wake.wait(if is_look_due { most.min(LOOK) } else { most });
    }

    /// Wakes it from any thread, while it waits.
    pub fn waker(&self) -> Waker {
        self.wake.waker()
    }

    /// The end: what is behind the last newlines counts.
    pub fn finish(
        mut self,
        follower: &mut Follower,
        now: SystemTime,
        mut each: impl FnMut(Event, bool),
    ) -> Read {
        let mut read = Read::default();
        for (name, log) in &mut self.names {
            let mut into = Into::new(follower, *log, now, &mut each);
            name.finish(&mut self.buffer, &mut into);
            let troubles = into.troubles.into_iter();
            read.troubles.extend(troubles.map(|error| (name.path.clone(), error)));
        }
        read
    }
}

impl Read {
    fn note(&mut self, name: &mut Name, result: io::Result<bool>) {
        match result {
            Ok(is_more) => {
                self.is_more |= is_more;
                name.is_news(None);
            }
            Err(error) if name.is_news(Some(error.kind())) => {
                self.troubles.push((name.path.clone(), error));
            }
            Err(_) => {}
        }
    }
}

/// Hands lines on to a follower's log.
struct Into<'a, E> {
    follower: &'a mut Follower,
    log: LogId,
    now: SystemTime,
    each: &'a mut E,
    /// What could not be read.
    troubles: Vec<io::Error>,
}

impl<'a, E: FnMut(Event, bool)> Into<'a, E> {
    fn new(
        follower: &'a mut Follower,
        log: LogId,
        now: SystemTime,
        each: &'a mut E,
    ) -> Into<'a, E> {
        Into { follower, log, now, each, troubles: Vec::new() }
    }
}

impl<E: FnMut(Event, bool)> Sink for Into<'_, E> {
    fn lines(&mut self, bytes: &[u8], is_old: bool) {
        let Into { follower, log, now, each, .. } = self;
        follower.push(*log, bytes, *now, |event| each(event, is_old));
    }

    fn end(&mut self) {
        let Into { follower, log, now, each, .. } = self;
        follower.end(*log, *now, |event| each(event, false));
    }

    fn trouble(&mut self, error: io::Error) {
        self.troubles.push(error);
    }

    fn is_ready(&mut self, sample: &mut dyn FnMut() -> io::Result<Vec<u8>>) -> io::Result<bool> {
        match self.follower.knows_format(self.log) {
            true => Ok(true),
            false => Ok(self.follower.detect(self.log, &sample()?)),
        }
    }
}
