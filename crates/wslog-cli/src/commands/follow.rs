//! `wslog follow`: growing logs become events and summaries, and a report at the end.

mod arrivals;
mod events;
mod listen;
mod logs;
mod report_file;

use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result};
use wslog::{Follower, Input};

use self::arrivals::{Arrival, Arrivals};
use self::events::Events;
use self::listen::{Listener, Served};
use self::logs::Logs;
use self::report_file::ReportFile;
use crate::args::{FailOn, FollowArgs, FollowOutput};
use crate::commands::analyze::status;
use crate::exit_status::ExitStatus;
use crate::output::{Output, Places};

/// How soon after a look at the findings there may be another one.
const BREATH: Duration = Duration::from_millis(50);

pub(crate) fn run(args: &FollowArgs) -> Result<ExitStatus> {
    let mut places = Places::beside(&[Input::stdin()]);
    let output = Output::open(&args.report_args(), &mut places)?;
    let report = args.report.as_deref().map(ReportFile::at).transpose()?;
    let listener = args.listen.map(Listener::bind).transpose()?;
    places.clear()?;
    let window = Duration::from_millis(args.window.0);
    let mut follower = Follower::new(args.reading.options()?, window);
    let logs = Logs::open(args, &mut follower)?;
    let arrivals = Arrivals::new(logs.waker(), logs.reads_stdin())?;
    let events = Events::new(args.output, &output);
    let served = listener.map(|listener| listener.serve(logs.waker())).transpose()?;
    let every = Duration::from_millis(args.every.0);
    let now = Instant::now();
    let mut live = Live {
        follower,
        logs,
        arrivals,
        events,
        report,
        served,
        fail_on: args.fail_on,
        every: Some(every).filter(|every| !every.is_zero()),
        next_summary: now + every,
        next_judgement: now,
        failed: None,
    };
    let end = live.run()?;
    if end == End::Unread {
        return Ok(ExitStatus::Done);
    }
    live.finish(args, output, end)
}

/// Everything that goes on at once.
struct Live {
    follower: Follower,
    logs: Logs,
    arrivals: Arrivals,
    events: Events,
    report: Option<ReportFile>,
    served: Option<Served>,
    fail_on: Option<FailOn>,
    every: Option<Duration>,
    next_summary: Instant,
    next_judgement: Instant,
    /// Why standard input ended, if it did not simply end.
    failed: Option<std::io::Error>,
}

/// Why following ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The end of the input, Ctrl-C, or SIGTERM.
    Asked,
    /// The condition of `--fail-on` was met.
    Met,
    /// Nobody reads what is told.
    Unread,
}

impl Live {
    fn run(&mut self) -> Result<End> {
        loop {
            let is_ended = self.arrived();
            let is_more = self.logs.read(&mut self.follower, &mut self.events);
            if self.judge() {
                return Ok(End::Met);
            }
            if !self.events.flush(self.logs.is_catching_up())? {
                return Ok(End::Unread);
            }
            if is_ended {
                return Ok(End::Asked);
            }
            self.summarise();
            self.publish();
            if !is_more && !self.arrivals.is_waiting() {
                self.logs.wait(self.most_wait());
            }
        }
    }

    /// Takes what has come on standard input; whether it is the end.
    fn arrived(&mut self) -> bool {
        while let Some(arrival) = self.arrivals.next() {
            match arrival {
                Arrival::Bytes(bytes) => {
                    self.logs.take(&bytes, &mut self.follower, &mut self.events);
                }
                Arrival::Error(error) => self.failed = Some(error),
                Arrival::EndOfStdin if self.logs.has_files() => {}
                Arrival::EndOfStdin | Arrival::Interrupt => return true,
            }
        }
        false
    }

    /// Looks at the findings, if anything was seen; whether the condition is met.
    fn judge(&mut self) -> bool {
        let now = Instant::now();
        if !self.events.is_news() || now < self.next_judgement {
            return false;
        }
        let events = &mut self.events;
        let findings = self.follower.judge(SystemTime::now(), |event| events.tell(&event));
        self.events.is_judged();
        // What takes long is not done all the time.
        self.next_judgement = now + BREATH.max(now.elapsed() * 10);
        self.fail_on.is_some_and(|fail_on| fail_on.is_met(&findings))
    }

    fn summarise(&mut self) {
        let Some(every) = self.every else { return };
        let now = Instant::now();
        if now < self.next_summary || self.logs.is_catching_up() {
            return;
        }
        self.next_summary = now + every;
        let events = &mut self.events;
        let summary = self.follower.summary(SystemTime::now(), |event| events.tell(&event));
        self.events.summary(&summary);
        self.write_report();
    }

    fn write_report(&mut self) {
        if let Some(report) = &mut self.report {
            report.replace(&self.follower.analysis());
        }
    }

    /// Numbers that jump while old lines are read would look like news.
    fn publish(&mut self) {
        if let (Some(served), false) = (&mut self.served, self.logs.is_catching_up()) {
            served.publish_if_asked(|| self.follower.analysis());
        }
    }

    fn most_wait(&self) -> Duration {
        let now = Instant::now();
        let summary = self.every.map(|_| self.next_summary);
        let judgement = self.events.is_news().then_some(self.next_judgement);
        let next = summary.into_iter().chain(judgement).min();
        next.map_or(Duration::from_secs(1), |next| next.saturating_duration_since(now))
    }

    fn finish(mut self, args: &FollowArgs, output: Output, end: End) -> Result<ExitStatus> {
        self.logs.finish(&mut self.follower, &mut self.events);
        let events = &mut self.events;
        self.follower.judge(SystemTime::now(), |event| events.tell(&event));
        self.write_report();
        let analysis = self.follower.analysis();
        let written = match args.output {
            FollowOutput::Ndjson if args.out.is_none() => self.events.report(&analysis),
            _ => self.events.end().and_then(|()| output.write(&analysis)),
        };
        let status = status(&analysis);
        written?;
        if let Some(error) = self.failed {
            return Err(error).context("standard input");
        }
        Ok(match (end, status) {
            (End::Met, _) => ExitStatus::Met,
            (_, status) => status,
        })
    }
}
