//! One name that is followed, whatever file it stands for: rotation, truncation, deletion.

mod missed;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use self::missed::Age;
use crate::input::identity::FileIdentity;
use crate::tail::claims::{Claims, Past};
use crate::tail::done::Done;
use crate::tail::growing::Growing;
use crate::tail::head::Head;
use crate::tail::kept::Kept;
use crate::tail::left::{Closed, Left};
use crate::tail::looks::Looks;
use crate::tail::open_log::{OpenLog, Place, Turn};
use crate::tail::same::common_lines;
use crate::tail::siblings::Siblings;
use crate::tail::sink::Sink;

/// A name, the file it stands for, and those it stood for a moment ago.
#[derive(Debug)]
pub(crate) struct Name {
    pub(crate) path: PathBuf,
    claims: Claims,
    current: Option<OpenLog>,
    /// The file that the name, if it is a link, leads to.
    target: Option<PathBuf>,
    left: Left,
    done: Done,
    /// Texts that were truncated before their ends were read, perhaps: copies of them may come.
    owed: Vec<(Head, Place)>,
    /// How long the file was that seems to become a copy of the current one.
    growing: Growing,
    looks: Looks,
    /// Why files that were missed could not be looked for the last time.
    look_trouble: Option<io::ErrorKind>,
    /// Why it could not be read the last time.
    trouble: Option<io::ErrorKind>,
}

/// What a file is to the one that had its name before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Copy {
    /// Nothing.
    None,
    /// Its copy, as far as it was read.
    Whole,
    /// Its copy in front, and another text then.
    Changed,
    /// Its front, and more may come.
    Growing,
}

impl Name {
    /// A name whose file, if there is one, is read from its front, but none that is there beside it.
    pub(crate) fn new(path: PathBuf, claims: Claims) -> Name {
        let target = target_of(&path);
        Name {
            path,
            claims,
            current: None,
            target,
            left: Left::default(),
            done: Done::default(),
            owed: Vec::new(),
            growing: Growing::default(),
            looks: Looks::default(),
            look_trouble: None,
            trouble: None,
        }
    }

    /// Opens the file it stands for now, and takes what is in it for old. From behind its last line
    /// on, if that is asked for: how many bytes and lines are passed over. Files beside it are read if
    /// they were written to after this moment.
    ///
    /// # Errors
    /// When it cannot be read, and when another name's file is the same, which is left to that name.
    pub(crate) fn begin(&mut self, at_end: bool, since: SystemTime) -> io::Result<(u64, u64)> {
        for sibling in self.siblings().found {
            if sibling.modified < since {
                self.done.add(Head::of(&sibling.first), Place::at(sibling.len));
            }
        }
        // The next look reads the others, and tells what could not be looked at.
        self.looks.begin();
        let Some(mut log) = open(&self.path)? else { return Ok((0, 0)) };
        log.claim(&self.claims, &self.path)?;
        log.is_old_up_to_here()?;
        // What another name read under that one is not read again under this one.
        let at = self.claims.place_in(&log);
        log.go_on_at(at.unwrap_or_default());
        let passed = if at_end { log.pass_lines()? } else { (0, 0) };
        self.current = Some(log);
        Ok(passed)
    }

    /// Opens the file it stands for now, at the place up to which it was read already; none if there
    /// is none, or if it is another name's.
    fn open_unclaimed(&self) -> io::Result<Option<OpenLog>> {
        let Some(mut log) = open(&self.path)? else { return Ok(None) };
        if log.claim(&self.claims, &self.path).is_err() {
            return Ok(None);
        }
        let at = match self.claims.place_in(&log) {
            Some(place) => Some(place),
            None => self.done.place_in(&log)?,
        };
        log.go_on_at(at.unwrap_or_default());
        Ok(Some(log))
    }

    /// Reads what is there now, a turn's worth of each file; whether there may be more.
    pub(crate) fn read(&mut self, buffer: &mut Vec<u8>, sink: &mut dyn Sink) -> io::Result<bool> {
        let mut is_more = self.read_left(buffer, sink);
        let was_empty = self.is_empty();
        // What cannot be read may be rotated away all the same.
        let (turn, trouble) = match self.read_current(buffer, sink) {
            Ok(turn) => (turn, None),
            Err(error) => (Turn::End, Some(error)),
        };
        if was_empty && !self.is_empty() {
            // Between two looks at an empty file, lines may have come, been copied and truncated.
            self.rotated(sink)?;
            is_more = true;
        }
        match turn {
            Turn::More => return Ok(true),
            Turn::Replaced => {
                self.truncated(sink)?;
                return Ok(true);
            }
            Turn::End | Turn::Damaged { .. } => {}
        }
        if self.looks.is_due() {
            self.look_for_missed(Age::New, sink)?;
        }
        let has_moved = self.has_moved(buffer, sink)?;
        if has_moved {
            self.rotated(sink)?;
        }
        trouble.map_or(Ok(is_more || has_moved), Err)
    }

    fn rotated(&mut self, sink: &mut dyn Sink) -> io::Result<()> {
        self.looks.begin();
        self.look_for_missed(Age::New, sink)
    }

    /// Whether there is a file, and nothing was seen in it yet.
    fn is_empty(&self) -> bool {
        self.current.as_ref().is_some_and(|log| log.head().is_empty())
    }

    fn read_current(&mut self, buffer: &mut Vec<u8>, sink: &mut dyn Sink) -> io::Result<Turn> {
        match &mut self.current {
            Some(log) => sink.read(log, buffer),
            None => Ok(Turn::End),
        }
    }

    fn read_left(&mut self, buffer: &mut Vec<u8>, sink: &mut dyn Sink) -> bool {
        let (is_more, closed) = self.left.read(buffer, sink);
        closed.into_iter().for_each(|closed| self.close(closed, sink));
        is_more
    }

    /// The end of a file: what is behind its last newline is a line, unless it is another text's.
    fn close(&mut self, Closed { mut log, is_replaced }: Closed, sink: &mut dyn Sink) {
        let is_old = log.is_old();
        let rest = match is_replaced {
            true => Ok(false),
            false => log.rest(&mut |bytes| sink.lines(bytes, is_old)),
        };
        match rest {
            Ok(true) => sink.end(),
            Ok(false) => {}
            Err(error) => sink.trouble(error),
        }
        let (head, place) = (log.head(), log.place());
        self.done.add(head, place);
        if let Some(number) = log.identity().number() {
            self.claims.remember(Past { number, head, place });
        }
    }

    /// Whether the name stands for another file now; then that one is the current one.
    fn has_moved(&mut self, buffer: &mut Vec<u8>, sink: &mut dyn Sink) -> io::Result<bool> {
        let identity = match fs::metadata(&self.path) {
            Ok(_) => FileIdentity::of(&self.path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let Some(identity) = identity else {
            // One that was deleted has nobody but us to keep it on the disk.
            if let Some(log) = self.current.take_if(|log| log.is_deleted()) {
                self.left.add(log);
            }
            return Ok(false);
        };
        if self.current.as_ref().is_some_and(|log| *log.identity() == identity) {
            return Ok(false);
        }
        // One that was renamed and comes back has been read so far.
        if let Some(back) = self.left.take(&identity) {
            return Ok(self.stand_for(Some(back)));
        }
        if self.claims.is_taken(identity.number()) {
            return Ok(self.stand_for(None));
        }
        let Some(mut new) = self.open_unclaimed()? else { return Ok(false) };
        if self.go_on_in_copy(&mut new, buffer, sink)? == Copy::Growing {
            return Ok(false);
        }
        self.growing = Growing::default();
        Ok(self.stand_for(Some(new)))
    }

    /// Whether it is another file now that the name stands for.
    fn stand_for(&mut self, log: Option<OpenLog>) -> bool {
        let is_new = log.is_some();
        let old = std::mem::replace(&mut self.current, log);
        let is_other = is_new || old.is_some();
        old.into_iter().for_each(|old| self.left.add(old));
        is_other
    }

    /// Where the new file is a copy of the current one, as `sed -i` leaves it, it is read from where
    /// the current one was read to. What is not a copy in it is told and read.
    fn go_on_in_copy(
        &mut self,
        new: &mut OpenLog,
        buffer: &mut Vec<u8>,
        sink: &mut dyn Sink,
    ) -> io::Result<Copy> {
        let is_copy = |old: &OpenLog| !old.head().is_empty() && new.begins_with(old.head());
        if !self.current.as_ref().is_some_and(is_copy) {
            return Ok(Copy::None);
        }
        // To its end first: the copy may have what came after the last look.
        while self.read_current(buffer, sink)? == Turn::More {}
        let Some(old) = &self.current else { return Ok(Copy::None) };
        let (place, len) = (old.place(), new.len()?);
        if len < place.byte && !self.growing.is_over(len) {
            return Ok(Copy::Growing);
        }
        let same = common_lines(old, new, place.byte.min(len))?;
        if same.bytes == place.byte {
            new.go_on_at(place);
            return Ok(Copy::Whole);
        }
        if same.bytes == len {
            self.growing.is_copy_of(len);
            return Ok(Copy::Growing);
        }
        let from = if old.is_compressed()? { 0 } else { same.lines };
        new.go_on_at(Place::at(from));
        let text = format!(
            "was replaced by a copy that is another one from byte {from} on; what stands there is \
             read as new"
        );
        sink.trouble(io::Error::new(io::ErrorKind::InvalidData, text));
        Ok(Copy::Changed)
    }

    /// The current file has another text now: what was not read of the old one may be in a copy.
    fn truncated(&mut self, sink: &mut dyn Sink) -> io::Result<()> {
        let Some(log) = &mut self.current else { return Ok(()) };
        let (head, place) = (log.head(), log.place());
        log.begin_anew();
        self.done.add(head, place);
        self.owed.push((head, place));
        self.rotated(sink)
    }

    /// The file that the name leads to, if it is a link.
    pub(crate) fn target(&self) -> Option<&Path> {
        self.target.as_deref()
    }

    /// The file that the name leads to now, if it is a link and led to another one before.
    pub(crate) fn new_target(&mut self) -> Option<PathBuf> {
        let target = target_of(&self.path);
        let is_new = self.target != target;
        self.target = target;
        self.target.clone().filter(|_| is_new)
    }

    /// The end of following: what is behind the last newlines counts.
    pub(crate) fn finish(&mut self, buffer: &mut Vec<u8>, sink: &mut dyn Sink) {
        let found = match self.looks.are_coming() {
            true => self.siblings(),
            false => Siblings::default(),
        };
        if let Err(error) = self.take_up_all(found, Age::New, sink) {
            sink.trouble(error);
        }
        while self.read_left(buffer, sink) {}
        let left = std::mem::take(&mut self.left).into_logs();
        let logs: Vec<_> = left.chain(self.current.take()).collect();
        for log in logs {
            self.close(Closed { log, is_replaced: false }, sink);
        }
    }

    /// Whether this trouble is news.
    pub(crate) fn is_news(&mut self, trouble: Option<io::ErrorKind>) -> bool {
        std::mem::replace(&mut self.trouble, trouble) != trouble && trouble.is_some()
    }

    /// Where another run is to go on: the files that were left first.
    pub(crate) fn kept(&self) -> Vec<Kept> {
        self.logs().map(Kept::of).collect()
    }

    /// Every file that is read, those that were left first in front.
    pub(crate) fn logs(&self) -> impl Iterator<Item = &OpenLog> {
        self.left.logs().chain(&self.current)
    }

    pub(crate) fn done(&self) -> &Done {
        &self.done
    }
}

/// The file that a path leads to, if it is a link.
fn target_of(path: &Path) -> Option<PathBuf> {
    fs::read_link(path).ok().and_then(|_| fs::canonicalize(path).ok())
}

fn open(path: &Path) -> io::Result<Option<OpenLog>> {
    match OpenLog::open(path) {
        Ok(log) => Ok(Some(log)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
