//! `wslog follow`: a growing log on standard input becomes events, and a report at its end.

use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::mpsc::{self, SyncSender};
use std::thread;

use anyhow::{Context, Result, bail};
use wslog::{Event, Follower, Input};
use wslog_report::event_line;

use crate::args::FollowArgs;
use crate::commands::analyze::status;
use crate::exit_status::ExitStatus;
use crate::inputs::Inputs;
use crate::output::{Output, Places};

/// What a follower waits for.
enum Arrival {
    Bytes(Vec<u8>),
    Error(io::Error),
    /// The end of the input, Ctrl-C, or SIGTERM.
    End,
}

pub(crate) fn run(args: &FollowArgs) -> Result<ExitStatus> {
    if let Some(path) = args.inputs.iter().find(|path| *path != Path::new(Input::STDIN)) {
        let path = path.display();
        bail!("only standard input can be followed so far; try: tail -F {path} | wslog follow -");
    }
    let mut places = Places::beside(&[Input::stdin()]);
    let output = Output::open(&args.report, &mut places)?;
    places.clear()?;
    let Inputs { inputs, .. } = Inputs::find(vec![Input::STDIN.into()], &args.reading)?;
    let mut follower = Follower::new(Input::STDIN, args.reading.options()?);
    if let Some(formats) = inputs.iter().find_map(Input::formats) {
        follower = follower.with_formats(formats);
    }
    let (sender, arrivals) = mpsc::sync_channel(4);
    let interrupt = sender.clone();
    ctrlc::set_handler(move || drop(interrupt.send(Arrival::End)))
        .context("cannot watch for Ctrl-C")?;
    thread::spawn(move || read_stdin(&sender));

    let mut events = Events::beside(&output);
    let mut failed = None;
    for arrival in arrivals {
        match arrival {
            Arrival::Bytes(bytes) => {
                follower.push(&bytes, |event| events.add(&event));
                if !events.flush()? {
                    return Ok(ExitStatus::Done);
                }
            }
            Arrival::Error(error) => failed = Some(error),
            Arrival::End => break,
        }
    }
    let analysis = follower.finish(|event| events.add(&event));
    events.end()?;
    let written = output.write(&analysis);
    let status = status(&analysis);
    written?;
    match failed {
        Some(error) => Err(error).context("standard input"),
        None => Ok(status),
    }
}

/// Events on their way out: to standard output, or to standard error where standard output
/// belongs to a report that a program reads.
struct Events {
    waiting: String,
    any: bool,
    to: Box<dyn Write>,
}

impl Events {
    fn beside(report: &Output) -> Events {
        let to: Box<dyn Write> = match report.needs_stdout_alone() {
            true => Box::new(io::stderr()),
            false => Box::new(io::stdout()),
        };
        Events { waiting: String::new(), any: false, to }
    }

    fn add(&mut self, event: &Event) {
        self.waiting += &event_line(event);
        self.waiting.push('\n');
    }

    /// Writes what waits; false when nobody reads it any more.
    fn flush(&mut self) -> Result<bool> {
        self.any |= !self.waiting.is_empty();
        let waiting = std::mem::take(&mut self.waiting);
        match self.to.write_all(waiting.as_bytes()).and_then(|()| self.to.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
            written => written.map(|()| true).context("cannot write events"),
        }
    }

    /// The last events, and a blank line between them and the report.
    fn end(mut self) -> Result<()> {
        if self.any || !self.waiting.is_empty() {
            self.waiting.push('\n');
        }
        self.flush().map(drop)
    }
}

/// Sends on whatever has come, as soon as it comes.
fn read_stdin(to: &SyncSender<Arrival>) {
    let mut buffer = vec![0; 64 << 10];
    loop {
        let arrival = match io::stdin().lock().read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => Arrival::Bytes(buffer[..read].to_vec()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                drop(to.send(Arrival::Error(error)));
                break;
            }
        };
        if to.send(arrival).is_err() {
            return;
        }
    }
    drop(to.send(Arrival::End));
}
