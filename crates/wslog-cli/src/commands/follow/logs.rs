//! What is followed: files by their names, and standard input.

use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail};
use wslog::parse::Formats;
use wslog::{
    Event, Follower, HandshakeEvent, Input, LogId, Missing, Read, Start, StateError, Tail,
    VantageName, Waker,
};

use crate::args::FollowArgs;
use crate::commands::follow::events::Events;
use crate::commands::follow::no_access_log::{ENOUGH, NoAccessLog};
use crate::commands::follow::replaced::Replaced;
use crate::complaint;
use crate::inputs::Inputs;
use crate::vantages;

pub(super) struct Logs {
    tail: Tail,
    stdin: Option<LogId>,
    has_files: bool,
    is_catching_up: bool,
    /// Whether another run ended where this one began.
    is_resumed: bool,
    /// The first bytes of standard input, as long as it may be no access log.
    first: Option<Vec<u8>>,
    /// Whether an input was no access log.
    has_refused: bool,
}

/// What is to be followed: patterns, and the names there are now.
pub(super) struct Asked {
    tail: Tail,
    has_patterns: bool,
    inputs: Vec<Input>,
}

impl Asked {
    pub(super) fn of(args: &FollowArgs) -> Result<Asked> {
        let (mut tail, mut has_patterns, mut names) = (Tail::new(), false, Vec::new());
        for path in &args.inputs {
            match tail.pattern(path) {
                Some(found) => {
                    has_patterns = true;
                    names.extend(found);
                }
                None => names.push(path.clone()),
            }
        }
        names.sort();
        names.dedup();
        let inputs = match names.is_empty() && has_patterns {
            true => Vec::new(),
            false => Inputs::find(names, &args.reading)?.inputs,
        };
        // A folder or a pattern stands for logs that may come.
        let mut known = vantages::names(&inputs);
        known.extend(args.inputs.iter().map(|path| path.display().to_string()));
        known.sort();
        known.dedup();
        let may_come = |vantage: &VantageName| tail.follows(vantage.path());
        let (_, others): (Vec<_>, Vec<_>) =
            args.reading.vantages.iter().cloned().partition(may_come);
        vantages::check(&others, &known)?;
        Ok(Asked { tail, has_patterns, inputs })
    }

    /// Those there are now.
    pub(super) fn inputs(&self) -> &[Input] {
        &self.inputs
    }
}

impl Logs {
    /// All that was asked for, from where the state says, if there is one.
    pub(super) fn open(
        args: &FollowArgs,
        asked: Asked,
        state: Option<&Replaced>,
        events: &mut Events,
    ) -> Result<(Logs, Follower)> {
        let Asked { tail, has_patterns, inputs } = asked;
        let mut logs = Logs {
            tail,
            stdin: None,
            has_files: has_patterns,
            is_catching_up: true,
            is_resumed: false,
            first: Some(Vec::new()),
            has_refused: false,
        };
        if state.is_some() && inputs.iter().any(|input| input.path().is_none()) {
            bail!("--state: standard input cannot be read again from a place; follow files");
        }
        let (mut follower, missing) = logs.resume(args, state, &inputs, events)?;
        for input in inputs {
            let formats = input.formats();
            match input.path() {
                Some(path) if logs.tail.has(path) => logs.has_files = true,
                Some(path) => {
                    let other = if formats.is_none() { NoAccessLog::at(path) } else { None };
                    if let Some(other) = other {
                        other.refuse(&path.display().to_string());
                        logs.has_refused = true;
                        continue;
                    }
                    // What came while nobody followed is what the state is kept for.
                    let is_from_end = args.from_end
                        && !(logs.is_resumed && args.inputs.iter().all(|asked| asked != path));
                    let start = if is_from_end { Start::AtEnd } else { Start::AtFront };
                    logs.follow(path, formats, start, &mut follower);
                }
                None => {
                    logs.stdin = Some(match formats {
                        Some(formats) => follower.add_log_in(Input::STDIN, formats),
                        None => follower.add_log(Input::STDIN),
                    });
                }
            }
        }
        for missing in missing.iter().filter(|missing| !logs.tail.reads(missing)) {
            complaint::warning(&format!(
                "{}: the file that was read is gone; what stood behind its byte {} is lost",
                missing.path.display(),
                missing.byte
            ));
        }
        Ok((logs, follower))
    }

    /// Goes on with the state, or begins without one.
    fn resume(
        &mut self,
        args: &FollowArgs,
        state: Option<&Replaced>,
        inputs: &[Input],
        events: &mut Events,
    ) -> Result<(Follower, Vec<Missing>)> {
        let how = (args.reading.options()?, Duration::from_millis(args.window.0));
        let Some(state) = state else { return Ok((Follower::new(how.0, how.1), Vec::new())) };
        let Some(bytes) = state.read()? else {
            return Ok((Follower::new(how.0, how.1), Vec::new()));
        };
        let asked_for = |path: &Path| {
            let input = inputs.iter().find(|input| input.path() == Some(path));
            let by_pattern = || self.tail.follows(path).then_some(None);
            input.map(Input::formats).or_else(by_pattern)
        };
        let resumed = Tail::resume(&bytes, how, asked_for, SystemTime::now(), |event, _| {
            events.add(&again(event, true), false);
        });
        let resumed = resumed.with_context(|| {
            format!("{}: cannot be gone on with; to begin anew, remove it", state.shown())
        })?;
        for (path, error) in &resumed.troubles {
            let path = path.display();
            complaint::warning(&format!("{path}: {error}"));
        }
        self.tail = resumed.tail;
        self.is_resumed = true;
        for path in &args.inputs {
            // The names of now are among the inputs.
            let _ = self.tail.pattern(path);
        }
        Ok((resumed.follower, resumed.missing))
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

    /// Whether an input was no access log, and nobody follows it.
    pub(super) fn has_refused(&self) -> bool {
        self.has_refused
    }

    /// Whether there is nothing to be followed but what was refused.
    pub(super) fn is_nothing(&self) -> bool {
        self.has_refused && !self.has_files && self.stdin.is_none()
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

    /// Takes bytes from standard input. What is no access log is refused by the first of them.
    pub(super) fn take(&mut self, bytes: &[u8], follower: &mut Follower, events: &mut Events) {
        let Some(stdin) = self.stdin else { return };
        if let Some(mut first) = self.first.take() {
            first.extend_from_slice(bytes.get(..ENOUGH).unwrap_or(bytes));
            if let Some(other) = NoAccessLog::of(&first) {
                other.refuse(Input::STDIN);
                (self.has_refused, self.stdin) = (true, None);
                return;
            }
            self.first = Some(first).filter(|first| first.len() < ENOUGH);
        }
        events.note();
        follower.push(stdin, bytes, SystemTime::now(), |event| events.add(&event, false));
    }

    /// Reads what is there in files; whether there may be more.
    pub(super) fn read(&mut self, follower: &mut Follower, events: &mut Events) -> bool {
        let is_resumed = self.is_resumed;
        let read = self.tail.read(follower, SystemTime::now(), |event, is_old| match is_resumed {
            true => events.add(&again(event, is_old), false),
            false => events.add(&event, is_old),
        });
        complain(&read, events);
        self.is_catching_up &= read.is_more;
        read.is_more
    }

    /// Where everything stands.
    pub(super) fn state(&self, follower: &Follower) -> Result<Vec<u8>, StateError> {
        self.tail.state(follower)
    }

    pub(super) fn wait(&mut self, most: Duration) {
        self.tail.wait(most);
    }

    /// What is behind the last newlines counts.
    pub(super) fn finish(&mut self, follower: &mut Follower, events: &mut Events) {
        let now = SystemTime::now();
        let tail = std::mem::take(&mut self.tail);
        let read = tail.finish(follower, now, |event, is_old| events.add(&event, is_old));
        complain(&read, events);
        if let Some(stdin) = self.stdin {
            follower.end(stdin, now, |event| events.add(&event, false));
        }
    }
}

/// The event, which may have been told by the run before.
fn again(event: Event, may_be_repeated: bool) -> Event {
    match event {
        Event::Handshake(event) => Event::Handshake(HandshakeEvent { may_be_repeated, ..event }),
        Event::Finding(_) => event,
    }
}

fn complain(read: &Read, events: &mut Events) {
    for (path, error) in &read.troubles {
        // What is damaged is behind; everything else may change.
        let again = match error.kind() {
            io::ErrorKind::InvalidData => "",
            _ => "; trying again",
        };
        events.warn(&format!("{}: {error}{again}", path.display()));
    }
}
