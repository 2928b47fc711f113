//! What a name stood for before: files that are looked for beside it.

use std::io;

use crate::tail::head::Head;
use crate::tail::kept::Kept;
use crate::tail::name::{Name, open};
use crate::tail::open_log::{OpenLog, Place};
use crate::tail::siblings::{Sibling, Siblings, is_lasting, siblings};
use crate::tail::sink::Sink;

/// Whether what is in a file was there when following began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Age {
    Old,
    New,
}

/// How often a file is looked for while others are being renamed.
const ATTEMPTS: usize = 4;

impl Name {
    /// Goes on where another run ended: first in the files that the name stood for then, wherever
    /// they are now, then in those it has stood for since. The places that are nowhere any more.
    pub(crate) fn resume(
        &mut self,
        kept: Vec<Kept>,
        done: impl IntoIterator<Item = (Head, Place)>,
        sink: &mut dyn Sink,
    ) -> io::Result<Vec<Kept>> {
        done.into_iter().for_each(|(head, end)| self.done.add(head, end));
        let mut missing = Vec::new();
        let mut current = self.open_unclaimed()?;
        for kept in kept {
            match &mut current {
                Some(log) if kept.is_of(log) => go_on(log, kept.place, sink)?,
                Some(log) if log.begins_with(kept.head) => go_on_behind(log, sink)?,
                _ if self.go_on_in_sibling(&kept, sink)? => {}
                _ => missing.push(kept),
            }
        }
        if let Some(log) = &mut current {
            log.is_old_up_to_here()?;
        }
        self.current = current;
        self.look_for_missed(Age::Old, sink)?;
        self.looks.begin();
        Ok(missing)
    }

    fn go_on_in_sibling(&mut self, kept: &Kept, sink: &mut dyn Sink) -> io::Result<bool> {
        match self.find_sibling(kept.head)? {
            // The same text in other bytes: where it was read to in them is not known.
            Some(log) if kept.has_moved_in(&log)? => {
                self.done.add(log.head(), Place::at(log.len()?));
                Ok(false)
            }
            Some(log) => self.take_up(log, kept.place, Age::Old, sink).map(|()| true),
            None => Ok(kept.place == Place::default()),
        }
    }

    pub(super) fn siblings(&self) -> Siblings {
        siblings(&self.path, self.target.as_deref())
    }

    /// Opens a file beside the log whose text begins so.
    ///
    /// While files are being renamed, one may be listed under a name that is another's when it is
    /// opened, or not at all: then it is looked for again.
    pub(super) fn find_sibling(&self, head: Head) -> io::Result<Option<OpenLog>> {
        for _ in 0..ATTEMPTS {
            let mut siblings = self.siblings();
            let found = siblings.found.drain(..).find(|found| head.fits(&found.first));
            match (found, siblings.trouble) {
                (Some(found), _) => {
                    if let Some(log) = open(&found.path)?.filter(|log| log.begins_with(head)) {
                        return Ok(Some(log));
                    }
                }
                (None, Some(trouble)) if !is_lasting(&trouble) => return Err(trouble),
                (None, _) => {}
            }
        }
        Ok(None)
    }

    /// Reads a file that the name stood for, from a place on: in its text, if it was plain and was
    /// compressed since; in itself, if nginx compressed it and it was renamed or copied.
    /// One that is damaged is read as far as it can be, and does not keep others from being read.
    pub(super) fn take_up(
        &mut self,
        mut log: OpenLog,
        at: Place,
        age: Age,
        sink: &mut dyn Sink,
    ) -> io::Result<()> {
        // The copy before this one may have been written over.
        if let Some(replaced) = self.left.take_replaced(log.identity()) {
            self.close(replaced, sink);
        }
        if log.claim(&self.claims, &self.path).is_err() {
            return Ok(());
        }
        let is_as_written = match at == Place::default() {
            // There may be more to come: nginx writes to it until it is told.
            true => self.is_of_members()?,
            false => log.has_member_at(at)?,
        };
        if log.is_compressed()? && !is_as_written {
            self.done.add(log.head(), Place::at(log.len()?));
            if let Err(error) = log.read_text_from(at.byte, age == Age::Old, sink) {
                let text = format!("a rotated file cannot be read whole: {error}");
                sink.trouble(io::Error::new(error.kind(), text));
            }
            return Ok(());
        }
        log.go_on_at(at);
        if age == Age::Old {
            log.is_old_up_to_here()?;
        }
        self.left.add(log);
        Ok(())
    }

    /// Whether the files that the name stands for are written compressed.
    fn is_of_members(&self) -> io::Result<bool> {
        let mut open = self.logs();
        open.try_fold(false, |is, log| Ok(is || log.is_of_members()?))
    }

    /// Takes up files that the name stood for between two looks, those that may still grow later. What
    /// cannot be looked at is told once, and looked at again.
    pub(super) fn look_for_missed(&mut self, age: Age, sink: &mut dyn Sink) -> io::Result<()> {
        self.take_up_owed(sink);
        let mut siblings = self.siblings();
        siblings.found.retain(|sibling| !sibling.may_grow());
        self.take_up_all(siblings, age, sink)
    }

    /// Reads what is owed of texts that were truncated, where there is a copy.
    fn take_up_owed(&mut self, sink: &mut dyn Sink) {
        for (head, place) in std::mem::take(&mut self.owed) {
            let taken = match self.find_sibling(head) {
                Ok(Some(copy)) => self.take_up(copy, place, Age::New, sink).map(|()| true),
                other => other.map(|_| false),
            };
            // As long as there are looks, a copy may come or be readable.
            if !taken.as_ref().is_ok_and(|taken| *taken) && self.looks.are_coming() {
                self.owed.push((head, place));
            }
            if let Err(error) = taken {
                sink.trouble(error);
            }
        }
    }

    pub(super) fn take_up_all(
        &mut self,
        siblings: Siblings,
        age: Age,
        sink: &mut dyn Sink,
    ) -> io::Result<()> {
        // Looked at after them: a copy may be there whose original is not truncated yet and was
        // empty when it was looked at last. It is read itself, and not its copy as well.
        if let Some(log) = self.current.as_mut().filter(|log| log.head().is_empty()) {
            log.see_head()?;
        }
        for sibling in &siblings.found {
            self.take_up_missed(sibling, age, sink)?;
        }
        let kind = siblings.trouble.as_ref().map(io::Error::kind);
        let is_news = std::mem::replace(&mut self.look_trouble, kind) != kind;
        if let Some(trouble) = siblings.trouble {
            if is_news {
                sink.trouble(trouble);
            }
            self.looks.again();
        }
        Ok(())
    }

    fn take_up_missed(
        &mut self,
        sibling: &Sibling,
        age: Age,
        sink: &mut dyn Sink,
    ) -> io::Result<()> {
        let first = &sibling.first;
        // A renamed file that was empty when it was looked at last has no head to be known by, even
        // if it was written to since: it is known by being the same file.
        let is_known = first.is_empty()
            || self.done.has(first)
            || self.claims.is_taken(sibling.identity.number())
            || self.logs().any(|log| log.head().fits(first));
        if is_known {
            return Ok(());
        }
        match self.find_sibling(Head::of(first))? {
            Some(log) => {
                // What another name read of it is not read again.
                let place = self.claims.place_in(&log).unwrap_or_default();
                self.take_up(log, place, age, sink)
            }
            None => Ok(()),
        }
    }
}

/// Goes on at the place where another run ended.
fn go_on(log: &mut OpenLog, at: Place, sink: &mut dyn Sink) -> io::Result<()> {
    if !log.is_compressed()? && !log.begins_line_at(at.byte)? {
        let text =
            format!("was changed while nobody followed it; it is read on from byte {}", at.byte);
        sink.trouble(io::Error::new(io::ErrorKind::InvalidData, text));
    }
    log.go_on_at(at);
    Ok(())
}

/// Goes on at the end of a file that has the front of what was read.
fn go_on_behind(log: &mut OpenLog, sink: &mut dyn Sink) -> io::Result<()> {
    log.pass_lines()?;
    let text = "is shorter than what was read of it; only what comes is read";
    sink.trouble(io::Error::new(io::ErrorKind::InvalidData, text));
    Ok(())
}
