//! Events and summaries on their way out.

use std::collections::VecDeque;
use std::io::{self, Write};

use anyhow::{Context, Result};
use wslog::{Analysis, Event, Summary};
use wslog_report::{event_json, event_line, printable, report_json, summary_json, summary_line};

use crate::args::{FollowArgs, FollowOutput};
use crate::commands::follow::screen::Screen;
use crate::complaint;
use crate::output::Output;

/// To standard output, or to standard error where standard output belongs to a report that a program
/// reads.
pub(super) struct Events {
    waiting: String,
    /// Of what was there when following began people are shown the last few.
    old: VecDeque<String>,
    left_out: u64,
    /// Whether anything was told.
    any: bool,
    /// Whether anything was seen since the findings were looked at.
    is_news: bool,
    is_json: bool,
    to: Box<dyn Write>,
    /// Where lines are shown instead, if somebody looks at it.
    screen: Option<Screen>,
}

/// How many of them, as `tail` does.
const LAST: usize = 10;

impl Events {
    pub(super) fn new(args: &FollowArgs, report: &Output) -> Events {
        let is_json = args.output == FollowOutput::Ndjson;
        let to: Box<dyn Write> = match report.needs_stdout_alone() && !is_json {
            true => Box::new(io::stderr()),
            false => Box::new(io::stdout()),
        };
        Events {
            waiting: String::new(),
            old: VecDeque::new(),
            left_out: 0,
            any: false,
            is_news: false,
            is_json,
            to,
            screen: None,
        }
    }

    /// From now on lines are shown there.
    pub(super) fn show_on(&mut self, screen: Screen) {
        self.screen = Some(screen);
    }

    pub(super) fn is_screen(&self) -> bool {
        self.screen.is_some()
    }

    /// What the window shows now.
    pub(super) fn show(&mut self, summary: &Summary) {
        if let Some(screen) = &mut self.screen {
            screen.draw(summary);
        }
    }

    /// An event of a line that was just read.
    pub(super) fn add(&mut self, event: &Event, is_old: bool) {
        self.is_news = true;
        if !is_old || self.is_json {
            return self.tell(event);
        }
        if self.old.len() == LAST {
            self.old.pop_front();
            self.left_out += 1;
        }
        self.old.push_back(event_line(event));
    }

    /// Something that did not stop following.
    pub(super) fn warn(&mut self, text: &str) {
        match &mut self.screen {
            Some(screen) => screen.add(&printable(&format!("warning: {text}"))),
            None => complaint::warning(text),
        }
    }

    /// Something was seen that the findings may depend on.
    pub(super) fn note(&mut self) {
        self.is_news = true;
    }

    pub(super) fn tell(&mut self, event: &Event) {
        let line = if self.is_json { event_json(event) } else { event_line(event) };
        self.line(&line);
    }

    pub(super) fn summary(&mut self, summary: &Summary) {
        // A screen shows it all the time.
        if self.is_screen() {
            return;
        }
        let line = if self.is_json { summary_json(summary) } else { summary_line(summary) };
        self.line(&line);
    }

    fn line(&mut self, line: &str) {
        self.show_old();
        self.waiting += line;
        self.waiting.push('\n');
    }

    fn show_old(&mut self) {
        let left_out = std::mem::take(&mut self.left_out);
        if left_out > 0 {
            self.waiting += &format!("({left_out} before these)\n");
        }
        for line in self.old.drain(..) {
            self.waiting += &line;
            self.waiting.push('\n');
        }
    }

    pub(super) fn is_news(&self) -> bool {
        self.is_news
    }

    pub(super) fn is_judged(&mut self) {
        self.is_news = false;
    }

    /// Writes what waits; false when nobody reads it any more.
    pub(super) fn flush(&mut self, is_catching_up: bool) -> Result<bool> {
        if !is_catching_up {
            self.show_old();
        }
        self.any |= !self.waiting.is_empty();
        let waiting = std::mem::take(&mut self.waiting);
        if let Some(screen) = &mut self.screen {
            waiting.lines().for_each(|line| screen.add(line));
            return Ok(true);
        }
        match self.to.write_all(waiting.as_bytes()).and_then(|()| self.to.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
            written => written.map(|()| true).context("cannot write events"),
        }
    }

    /// The last events, and a blank line between them and the report.
    pub(super) fn end(mut self) -> Result<()> {
        self.show_old();
        // The report comes where the screen was.
        if self.screen.take().is_some() {
            self.waiting.clear();
            self.any = false;
        }
        if !self.is_json && (self.any || !self.waiting.is_empty()) {
            self.waiting.push('\n');
        }
        self.flush(false).map(drop)
    }

    /// The last events, and the report as one line.
    pub(super) fn report(mut self, report: &Analysis) -> Result<()> {
        self.line(&report_json(report));
        self.flush(false).map(drop)
    }
}
