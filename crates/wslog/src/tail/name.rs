//! One name that is followed, whatever file it stands for: rotation, truncation, deletion.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::input::identity::FileIdentity;
use crate::tail::done::Done;
use crate::tail::head::Head;
use crate::tail::open_log::{OpenLog, Place, Turn};
use crate::tail::siblings::siblings;
use crate::tail::sink::Sink;

/// A name, the file it stands for, and those it stood for a moment ago.
#[derive(Debug)]
pub(crate) struct Name {
    pub(crate) path: PathBuf,
    current: Option<OpenLog>,
    /// Renamed or copied away: nginx writes to a renamed file until it is told to open its logs anew,
    /// and a copy may have what was not read before the truncation.
    left: Vec<Left>,
    done: Done,
    /// Why it could not be read the last time.
    trouble: Option<io::ErrorKind>,
}

/// A file that the name does not stand for any more.
#[derive(Debug)]
struct Left {
    log: OpenLog,
    /// Since when there was nothing new in it.
    quiet_since: Instant,
}

/// Whether what is in a file was there when following began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Age {
    Old,
    New,
}

/// How long a file is watched that the name does not stand for any more, and that is quiet.
const LINGER: Duration = Duration::from_secs(60);
/// How often a file is looked for while others are being renamed.
const ATTEMPTS: usize = 4;
/// Most of them; those that were left first are closed for others.
const MOST_LEFT: usize = 16;

/// A place that is read from, for another run to go on at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    /// The file's device and number.
    pub(crate) number: Option<(u64, u64)>,
    pub(crate) head: Head,
    pub(crate) place: Place,
}

impl Name {
    /// A name whose file, if there is one, is read from its front, but none that is there beside it.
    pub(crate) fn new(path: PathBuf) -> Name {
        let mut done = Done::default();
        siblings(&path).iter().for_each(|sibling| done.add(Head::of(&sibling.first)));
        Name { path, current: None, left: Vec::new(), done, trouble: None }
    }

    /// Opens the file it stands for now, and takes what is in it for old. From behind its last line
    /// on, if that is asked for: how many bytes and lines are passed over.
    pub(crate) fn begin(&mut self, at_end: bool) -> io::Result<(u64, u64)> {
        let Some(mut log) = open(&self.path)? else { return Ok((0, 0)) };
        log.is_old_up_to_here()?;
        let passed = if at_end { log.pass_lines()? } else { (0, 0) };
        self.current = Some(log);
        Ok(passed)
    }

    /// Goes on where another run ended: first in the files that the name stood for then, wherever
    /// they are now, then in those it has stood for since. The places that are nowhere any more.
    pub(crate) fn resume(
        &mut self,
        kept: Vec<Kept>,
        done: impl IntoIterator<Item = Head>,
        sink: &mut dyn Sink,
    ) -> io::Result<Vec<Kept>> {
        self.done = Done::default();
        done.into_iter().for_each(|head| self.done.add(head));
        let mut missing = Vec::new();
        let mut current = open(&self.path)?;
        for kept in kept {
            match &mut current {
                Some(log) if kept.is_of(log) => log.go_on_at(kept.place),
                _ if self.go_on_in_sibling(&kept, sink)? => {}
                _ => missing.push(kept),
            }
        }
        if let Some(log) = &mut current {
            log.is_old_up_to_here()?;
        }
        self.current = current;
        self.read_missed(Age::Old, sink)?;
        Ok(missing)
    }

    fn go_on_in_sibling(&mut self, kept: &Kept, sink: &mut dyn Sink) -> io::Result<bool> {
        match self.find_sibling(kept.head)? {
            Some(log) => self.take_up(log, kept.place, Age::Old, sink).map(|()| true),
            None => Ok(kept.place == Place::default()),
        }
    }

    /// Opens a file beside the log whose text begins so.
    ///
    /// While files are being renamed, one may be listed under a name that is another's when it is
    /// opened, or not at all: then it is looked for again.
    fn find_sibling(&self, head: Head) -> io::Result<Option<OpenLog>> {
        for _ in 0..ATTEMPTS {
            let found = siblings(&self.path).into_iter().find(|found| head.fits(&found.first));
            let Some(found) = found else { continue };
            if let Some(log) = open(&found.path)?.filter(|log| log.begins_with(head)) {
                return Ok(Some(log));
            }
        }
        Ok(None)
    }

    /// Reads a file that the name stood for, from a place on: in its text, if it was plain and was
    /// compressed since; in itself, if nginx compressed it and it was renamed or copied.
    /// One that is damaged is read as far as it can be, and does not keep others from being read.
    fn take_up(
        &mut self,
        mut log: OpenLog,
        at: Place,
        age: Age,
        sink: &mut dyn Sink,
    ) -> io::Result<()> {
        let is_as_written = match at == Place::default() {
            // There may be more to come: nginx writes to it until it is told.
            true => self.is_of_members()?,
            false => log.has_member_at(at)?,
        };
        if log.is_compressed()? && !is_as_written {
            self.done.add(log.head());
            if let Err(error) = log.read_text_from(at.byte, age == Age::Old, sink) {
                sink.trouble(error);
            }
            return Ok(());
        }
        log.go_on_at(at);
        if age == Age::Old {
            log.is_old_up_to_here()?;
        }
        self.leave(log);
        Ok(())
    }

    /// Whether the files that the name stands for are written compressed.
    fn is_of_members(&self) -> io::Result<bool> {
        let mut open = self.left.iter().map(|left| &left.log).chain(&self.current);
        open.try_fold(false, |is, log| Ok(is || log.is_of_members()?))
    }

    /// Takes up files that the name stood for between two looks.
    fn read_missed(&mut self, age: Age, sink: &mut dyn Sink) -> io::Result<()> {
        let siblings = siblings(&self.path);
        // Looked at after them: a copy may be there whose original is not truncated yet and was
        // empty when it was looked at last. It is read itself, and not its copy as well.
        if let Some(log) = self.current.as_mut().filter(|log| log.head().is_empty()) {
            log.see_head()?;
        }
        for sibling in siblings {
            let first = &sibling.first;
            let mut open = self.left.iter().map(|left| &left.log).chain(&self.current);
            // A renamed file that was empty when it was looked at last has no head to be known by,
            // even if it was written to since: it is known by being the same file.
            let is_known = self.done.has(first)
                || open
                    .any(|log| log.head().fits(first) || log.identity().is_same(&sibling.identity));
            if !is_known
                && !first.is_empty()
                && let Some(log) = self.find_sibling(Head::of(first))?
            {
                self.take_up(log, Place::default(), age, sink)?;
            }
        }
        Ok(())
    }

    /// Reads what is there now, a turn's worth of each file; whether there may be more.
    pub(crate) fn read(&mut self, buffer: &mut Vec<u8>, sink: &mut dyn Sink) -> io::Result<bool> {
        let mut is_more = self.read_left(buffer, sink)?;
        let was_empty = self.is_empty();
        let turn = self.read_current(buffer, sink)?;
        if was_empty && !self.is_empty() {
            // Between two looks at an empty file, lines may have come, been copied and truncated.
            self.read_missed(Age::New, sink)?;
            is_more = true;
        }
        match turn {
            Turn::More => return Ok(true),
            Turn::Replaced => {
                self.truncated(sink)?;
                return Ok(true);
            }
            Turn::End => {}
        }
        let has_moved = self.has_moved()?;
        if has_moved {
            self.read_missed(Age::New, sink)?;
        }
        Ok(is_more || has_moved)
    }

    /// Whether there is a file, and nothing was seen in it yet.
    fn is_empty(&self) -> bool {
        self.current.as_ref().is_some_and(|log| log.head().is_empty())
    }

    fn read_current(&mut self, buffer: &mut Vec<u8>, sink: &mut dyn Sink) -> io::Result<Turn> {
        match &mut self.current {
            Some(log) => read(log, buffer, sink),
            None => Ok(Turn::End),
        }
    }

    fn read_left(&mut self, buffer: &mut Vec<u8>, sink: &mut dyn Sink) -> io::Result<bool> {
        let mut is_more = false;
        let mut too_many = self.left.len().saturating_sub(MOST_LEFT);
        for mut left in std::mem::take(&mut self.left) {
            let before = left.log.place();
            let turn = match read(&mut left.log, buffer, sink) {
                Ok(turn) => turn,
                // It is tried again, and the others are read all the same.
                Err(error) => {
                    sink.trouble(error);
                    self.left.push(left);
                    continue;
                }
            };
            is_more |= turn == Turn::More;
            if left.log.place() != before {
                left.quiet_since = Instant::now();
            }
            let is_quiet = left.quiet_since.elapsed() > LINGER || too_many > 0;
            if turn == Turn::Replaced || turn == Turn::End && is_quiet {
                too_many = too_many.saturating_sub(1);
                self.close(left.log, sink);
            } else {
                self.left.push(left);
            }
        }
        Ok(is_more)
    }

    /// The end of a file: what is behind its last newline is a line.
    fn close(&mut self, mut log: OpenLog, sink: &mut dyn Sink) {
        self.done.add(log.head());
        let is_old = log.is_old();
        match log.rest(&mut |bytes| sink.lines(bytes, is_old)) {
            Ok(true) => sink.end(),
            Ok(false) => {}
            Err(error) => sink.trouble(error),
        }
    }

    /// Whether the name stands for another file now; then that one is the current one.
    fn has_moved(&mut self) -> io::Result<bool> {
        let identity = match fs::metadata(&self.path) {
            Ok(_) => FileIdentity::of(&self.path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let Some(identity) = identity else {
            // One that was deleted has nobody but us to keep it on the disk.
            if let Some(log) = self.current.take_if(|log| log.is_deleted()) {
                self.leave(log);
            }
            return Ok(false);
        };
        if self.current.as_ref().is_some_and(|log| *log.identity() == identity) {
            return Ok(false);
        }
        let Some(new) = open(&self.path)? else { return Ok(false) };
        // One that was renamed and comes back has been read so far.
        let back = self.left.iter().position(|left| left.log.identity().is_same(new.identity()));
        let new = back.map_or(new, |place| self.left.remove(place).log);
        if let Some(old) = self.current.replace(new) {
            self.leave(old);
        }
        Ok(true)
    }

    fn leave(&mut self, log: OpenLog) {
        self.left.push(Left { log, quiet_since: Instant::now() });
    }

    /// The current file has another text now: what was not read of the old one may be in a copy.
    fn truncated(&mut self, sink: &mut dyn Sink) -> io::Result<()> {
        let Some(log) = &self.current else { return Ok(()) };
        let (head, place) = (log.head(), log.place());
        // The copy first: where it cannot be read, all of this is tried again.
        match self.find_sibling(head)? {
            Some(copy) => self.take_up(copy, place, Age::New, sink)?,
            None => self.done.add(head),
        }
        self.current.iter_mut().for_each(OpenLog::begin_anew);
        self.read_missed(Age::New, sink)
    }

    /// The end of following: what is behind the last newlines counts.
    pub(crate) fn finish(&mut self, sink: &mut dyn Sink) {
        let left = std::mem::take(&mut self.left).into_iter().map(|left| left.log);
        let logs: Vec<_> = left.chain(self.current.take()).collect();
        logs.into_iter().for_each(|log| self.close(log, sink));
    }

    /// Whether this trouble is news.
    pub(crate) fn is_news(&mut self, trouble: Option<io::ErrorKind>) -> bool {
        std::mem::replace(&mut self.trouble, trouble) != trouble && trouble.is_some()
    }

    /// Where another run is to go on: the files that were left first.
    pub(crate) fn kept(&self) -> Vec<Kept> {
        let logs = self.left.iter().map(|left| &left.log).chain(&self.current);
        logs.map(Kept::of).collect()
    }

    pub(crate) fn done(&self) -> &Done {
        &self.done
    }
}

impl Kept {
    fn of(log: &OpenLog) -> Kept {
        Kept { number: log.identity().number(), head: log.head(), place: log.place() }
    }

    /// Whether this is the place of a file that is open, and of the text it has now.
    fn is_of(&self, log: &OpenLog) -> bool {
        let is_same_text = match self.head.is_empty() {
            true => self.number.is_some() && self.number == log.identity().number(),
            false => log.begins_with(self.head),
        };
        is_same_text && log.len().is_ok_and(|len| len >= self.place.byte)
    }
}

fn read(log: &mut OpenLog, buffer: &mut Vec<u8>, sink: &mut dyn Sink) -> io::Result<Turn> {
    if !sink.is_ready(&mut || log.sample())? {
        return Ok(Turn::End);
    }
    let is_old = log.is_old();
    log.read(buffer, &mut |lines| sink.lines(lines, is_old))
}

fn open(path: &Path) -> io::Result<Option<OpenLog>> {
    match OpenLog::open(path) {
        Ok(log) => Ok(Some(log)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
