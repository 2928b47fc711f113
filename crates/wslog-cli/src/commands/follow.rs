//! `wslog follow`: growing logs become events and summaries, and a report at the end.

mod arrivals;
mod events;
mod listen;
mod lock;
mod logs;
mod no_access_log;
mod replaced;
mod screen;

use std::io;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result};
use wslog::Follower;
use wslog_report::{Format, Report};

use self::arrivals::{Arrival, Arrivals};
use self::events::Events;
use self::listen::{Listener, Served};
use self::logs::{Asked, Logs};
use self::replaced::Replaced;
use self::screen::Screen;
use crate::args::{FailOn, FollowArgs, FollowOutput};
use crate::commands::analyze::status;
use crate::exit_status::ExitStatus;
use crate::output::{Output, Places};

/// How soon after a look at the findings there may be another one.
const BREATH: Duration = Duration::from_millis(50);

/// Most pieces of standard input that are taken in one turn.
const MOST_ARRIVALS: usize = 16;

/// How often the screen is drawn anew.
const FRAME: Duration = Duration::from_millis(250);

/// How often the state is written.
const STATE: Duration = Duration::from_secs(1);

pub(crate) fn run(args: &FollowArgs) -> Result<ExitStatus> {
    let asked = Asked::of(args)?;
    let mut places = Places::beside(asked.inputs());
    let output = Output::open(&args.report_args(), &mut places)?;
    let mut replaced = |path: Option<&Path>, flag| {
        path.map(|path| Replaced::at(path, flag, &mut places)).transpose()
    };
    let report = replaced(args.report.as_deref(), "--report")?;
    let state = replaced(args.state.as_deref(), "--state")?;
    let listener = args.listen.map(Listener::bind).transpose()?;
    places.clear()?;
    let mut events = Events::new(args, &output);
    let (logs, follower) = Logs::open(args, asked, state.as_ref(), &mut events)?;
    let arrivals = Arrivals::new(logs.waker(), logs.reads_stdin())?;
    let served = listener.map(|listener| listener.serve(logs.waker())).transpose()?;
    if args.wants_screen() && !logs.reads_stdin() {
        events.show_on(Screen::open(arrivals.sender())?);
    }
    let every = Duration::from_millis(args.every.0);
    let now = Instant::now();
    let mut live = Live {
        follower,
        logs,
        arrivals,
        events,
        report,
        state,
        next_state: now + STATE,
        served,
        fail_on: args.fail_on.clone(),
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
    report: Option<Replaced>,
    state: Option<Replaced>,
    next_state: Instant,
    served: Option<Served>,
    fail_on: Vec<FailOn>,
    every: Option<Duration>,
    next_summary: Instant,
    next_judgement: Instant,
    /// Why standard input ended, if it did not simply end.
    failed: Option<io::Error>,
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
        // Before anything is read: what is killed a moment later has begun all the same.
        self.write_state();
        loop {
            let is_ended = self.arrived();
            let is_more = self.logs.read(&mut self.follower, &mut self.events);
            if self.judge() {
                return Ok(End::Met);
            }
            if !self.events.flush(self.logs.is_catching_up())? {
                return Ok(End::Unread);
            }
            if is_ended || self.logs.is_nothing() {
                return Ok(End::Asked);
            }
            self.summarise();
            self.keep_state();
            self.publish();
            if !is_more && !self.arrivals.is_waiting() {
                self.logs.wait(self.most_wait());
            }
        }
    }

    /// Takes what has come on standard input, not more than a little: whoever writes without a break
    /// must not keep events from being told. Whether it is the end.
    fn arrived(&mut self) -> bool {
        for _ in 0..MOST_ARRIVALS {
            let Some(arrival) = self.arrivals.next() else { break };
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
        if now < self.next_judgement || !self.events.is_news() && !self.events.is_screen() {
            return false;
        }
        let events = &mut self.events;
        let summary = self.follower.judge(SystemTime::now(), |event| events.tell(&event));
        self.events.is_judged();
        self.events.show(&summary);
        // What takes long is not done all the time.
        let breath = if self.events.is_screen() { FRAME } else { BREATH };
        self.next_judgement = now + breath.max(now.elapsed() * 10);
        self.fail_on.iter().any(|fail_on| fail_on.is_met(&summary.findings))
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
            let analysis = self.follower.analysis();
            report
                .replace(&mut self.events, |file| Format::Json.render(Report::of(&analysis), file));
        }
    }

    fn keep_state(&mut self) {
        let now = Instant::now();
        if now >= self.next_state {
            self.write_state();
            // What takes long is not done all the time.
            self.next_state = now + STATE.max(now.elapsed() * 20);
        }
    }

    fn write_state(&mut self) {
        if let Some(file) = &mut self.state {
            let state = self.logs.state(&self.follower);
            file.replace(&mut self.events, |file| {
                file.write_all(&state.map_err(io::Error::other)?)
            });
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
        let is_due = self.events.is_news() || self.events.is_screen();
        let judgement = is_due.then_some(self.next_judgement);
        let state = self.state.as_ref().map(|_| self.next_state);
        let next = summary.into_iter().chain(judgement).chain(state).min();
        next.map_or(Duration::from_secs(1), |next| next.saturating_duration_since(now))
    }

    fn finish(mut self, args: &FollowArgs, output: Output, end: End) -> Result<ExitStatus> {
        match self.state {
            // Another run goes on here: what has no end yet is not counted.
            Some(_) => self.write_state(),
            None => self.logs.finish(&mut self.follower, &mut self.events),
        }
        let events = &mut self.events;
        let summary = self.follower.judge(SystemTime::now(), |event| events.tell(&event));
        let is_met = self.fail_on.iter().any(|fail_on| fail_on.is_met(&summary.findings));
        self.write_report();
        let is_unwritten =
            [&self.report, &self.state].into_iter().flatten().any(Replaced::has_failed);
        let analysis = self.follower.analysis();
        let written = match args.output {
            FollowOutput::Ndjson if args.out.is_none() => self.events.report(&analysis),
            _ => self.events.end().and_then(|()| output.write(Report::of(&analysis))),
        };
        let status = status(&analysis.problems);
        written?;
        if let Some(error) = self.failed {
            return Err(error).context("standard input");
        }
        Ok(match (end, status) {
            (End::Met, _) => ExitStatus::Met,
            _ if is_unwritten || self.logs.has_refused() => ExitStatus::Error,
            // What came last is looked at last.
            (_, ExitStatus::Done) if is_met => ExitStatus::Met,
            (_, status) => status,
        })
    }
}
