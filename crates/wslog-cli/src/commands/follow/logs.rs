//! What is followed: files by their names, and standard input.

use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::Result;
use wslog::parse::Formats;
use wslog::{Follower, Input, LogId, Read, Start, Tail, Waker};

use crate::args::FollowArgs;
use crate::commands::follow::events::Events;
use crate::complaint;
use crate::inputs::Inputs;

pub(super) struct Logs {
    tail: Tail,
    stdin: Option<LogId>,
    has_files: bool,
    is_catching_up: bool,
}

impl Logs {
    pub(super) fn open(args: &FollowArgs, follower: &mut Follower) -> Result<Logs> {
        let mut logs =
            Logs { tail: Tail::new(), stdin: None, has_files: false, is_catching_up: true };
        let mut names = Vec::new();
        for path in &args.inputs {
            match logs.tail.pattern(path) {
                Some(found) => {
                    logs.has_files = true;
                    names.extend(found);
                }
                None => names.push(path.clone()),
            }
        }
        names.sort();
        names.dedup();
        let inputs = match names.is_empty() && logs.has_files {
            true => Vec::new(),
            false => Inputs::find(names, &args.reading)?.inputs,
        };
        let start = if args.from_end { Start::AtEnd } else { Start::AtFront };
        for input in inputs {
            let formats = input.formats();
            match input.path() {
                Some(path) => logs.follow(path, formats, start, follower),
                None => {
                    logs.stdin = Some(match formats {
                        Some(formats) => follower.add_log_in(Input::STDIN, formats),
                        None => follower.add_log(Input::STDIN),
                    });
                }
            }
        }
        Ok(logs)
    }

    fn follow(
        &mut self,
        path: &Path,
        formats: Option<Formats>,
        start: Start,
        follower: &mut Follower,
    ) {
        self.has_files = true;
        match self.tail.add(path, follower, formats, start) {
            Err(error) => complaint::warning(&format!("{}: {error}", path.display())),
            Ok(()) if !path.exists() => {
                complaint::warning(&format!("{}: is not there yet", path.display()));
            }
            Ok(()) => {}
        }
    }

    pub(super) fn reads_stdin(&self) -> bool {
        self.stdin.is_some()
    }

    pub(super) fn has_files(&self) -> bool {
        self.has_files
    }

    /// Whether what is read was there when following began.
    pub(super) fn is_catching_up(&self) -> bool {
        self.is_catching_up
    }

    pub(super) fn waker(&self) -> Waker {
        self.tail.waker()
    }

    /// Takes bytes from standard input.
    pub(super) fn take(&mut self, bytes: &[u8], follower: &mut Follower, events: &mut Events) {
        if let Some(stdin) = self.stdin {
            events.note();
            follower.push(stdin, bytes, SystemTime::now(), |event| events.add(&event, false));
        }
    }

    /// Reads what is there in files; whether there may be more.
    pub(super) fn read(&mut self, follower: &mut Follower, events: &mut Events) -> bool {
        let read = self.tail.read(follower, SystemTime::now(), |event, is_old| {
            events.add(&event, is_old);
        });
        complain(&read);
        self.is_catching_up &= read.is_more;
        read.is_more
    }

    pub(super) fn wait(&mut self, most: Duration) {
        self.tail.wait(most);
    }

    /// What is behind the last newlines counts.
    pub(super) fn finish(&mut self, follower: &mut Follower, events: &mut Events) {
        let now = SystemTime::now();
        let tail = std::mem::take(&mut self.tail);
        complain(&tail.finish(follower, now, |event, is_old| events.add(&event, is_old)));
        if let Some(stdin) = self.stdin {
            follower.end(stdin, now, |event| events.add(&event, false));
        }
    }
}

fn complain(read: &Read) {
    for (path, error) in &read.troubles {
        complaint::warning(&format!("{}: {error}; trying again", path.display()));
    }
}
