//! The live screen: outcomes by protocol, nodes, findings, and the last events.

use std::collections::VecDeque;
use std::thread;

use anyhow::{Context, Result};
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Style, Stylize};
use ratatui::text::Line;
use ratatui::widgets::{Block, Borders, Cell, Paragraph, Row, Table};
use ratatui::{DefaultTerminal, Frame};
use wslog::{Finding, Severity, Summary};
use wslog_report::{length, printable};

use crate::commands::follow::arrivals::Sender;

/// A screen of its own on the terminal, which is as it was before when this is dropped.
pub(super) struct Screen {
    terminal: DefaultTerminal,
    last: VecDeque<String>,
}

/// Events that are kept to be shown, as many as a high terminal has lines.
const LAST: usize = 200;

impl Screen {
    /// Takes over the terminal. `q` and Ctrl-C end following.
    pub(super) fn open(keys: Sender) -> Result<Screen> {
        let terminal = ratatui::try_init().context("cannot draw on the terminal")?;
        thread::spawn(move || read_keys(&keys));
        Ok(Screen { terminal, last: VecDeque::new() })
    }

    /// One more event.
    pub(super) fn add(&mut self, line: &str) {
        if self.last.len() == LAST {
            self.last.pop_front();
        }
        self.last.push_back(line.to_owned());
    }

    /// Draws what the window shows now. A terminal that cannot be drawn on shows the report at least.
    pub(super) fn draw(&mut self, summary: &Summary) {
        let last = &self.last;
        let _ = self.terminal.draw(|frame| draw(frame, summary, last));
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        ratatui::restore();
    }
}

fn read_keys(to: &Sender) {
    loop {
        let is_end = match event::read() {
            Ok(Event::Key(KeyEvent { code: KeyCode::Char('c'), modifiers, .. })) => {
                modifiers.contains(KeyModifiers::CONTROL)
            }
            Ok(Event::Key(KeyEvent { code, .. })) => matches!(code, KeyCode::Char('q')),
            Ok(_) => false,
            // Signals still end it.
            Err(_) => return,
        };
        if is_end {
            to.interrupt();
        }
    }
}

fn draw(frame: &mut Frame<'_>, summary: &Summary, last: &VecDeque<String>) {
    let outcomes = u16::try_from(summary.sightings.by_protocol_status.len()).unwrap_or(u16::MAX);
    let nodes = u16::try_from(summary.sightings.nodes.len()).unwrap_or(u16::MAX);
    let findings = u16::try_from(summary.findings.len()).unwrap_or(u16::MAX);
    let tables = outcomes.max(nodes).saturating_add(2).clamp(4, frame.area().height / 3 + 1);
    let rows = Layout::vertical([
        Constraint::Length(2),
        Constraint::Length(findings.saturating_add(1).clamp(2, 8)),
        Constraint::Length(tables),
        Constraint::Fill(1),
    ]);
    let [top, middle, tables, bottom] = rows.areas(frame.area());
    let [left, right] =
        Layout::horizontal([Constraint::Length(44), Constraint::Fill(1)]).areas(tables);
    head(frame, top, summary);
    self::findings(frame, middle, &summary.findings);
    self::outcomes(frame, left, summary);
    self::nodes(frame, right, summary);
    events(frame, bottom, last);
}

fn head(frame: &mut Frame<'_>, area: Rect, summary: &Summary) {
    let Summary { at, window, lines, sightings, downgrades, malformed, evicted, .. } = summary;
    let text = vec![
        Line::from(format!("wslog follow  {at}  last {}  (q ends)", length(*window))).bold(),
        Line::from(format!(
            "{lines} lines, {malformed} malformed; {} sightings, {} at HTTP/1.0; {evicted} forgotten",
            sightings.total, downgrades.total,
        )),
    ];
    frame.render_widget(Paragraph::new(text), area);
}

fn findings(frame: &mut Frame<'_>, area: Rect, findings: &[Finding]) {
    let line = |finding: &Finding| {
        let (word, colour) = match finding.severity {
            Severity::Critical => ("CRITICAL", Color::Red),
            Severity::Warning => ("WARNING", Color::Yellow),
            Severity::Info => ("INFO", Color::Blue),
        };
        let text = format!("{word} {}: {}", finding.id, printable(&finding.title));
        Line::from(text).style(Style::new().fg(colour))
    };
    let lines: Vec<_> = match findings {
        [] => vec![Line::from("nothing")],
        findings => findings.iter().map(line).collect(),
    };
    frame.render_widget(Paragraph::new(lines).block(titled("Findings")), area);
}

fn outcomes(frame: &mut Frame<'_>, area: Rect, summary: &Summary) {
    let rows = summary.sightings.by_protocol_status.iter().map(|row| {
        let cells = [
            row.protocol.to_string(),
            row.status.to_string(),
            row.outcome.to_string(),
            row.count.to_string(),
            row.near_mark.to_string(),
        ];
        Row::new(cells.map(Cell::from))
    });
    let widths = [8, 3, 15, 8, 6].map(Constraint::Length);
    let header = Row::new(["protocol", "", "outcome", "count", "near"]).bold();
    frame.render_widget(Table::new(rows, widths).header(header).block(titled("Outcomes")), area);
}

fn nodes(frame: &mut Frame<'_>, area: Rect, summary: &Summary) {
    let mut nodes: Vec<_> = summary.sightings.nodes.iter().collect();
    nodes.sort_by_key(|row| std::cmp::Reverse(row.totals.failed));
    let rows = nodes.into_iter().map(|row| {
        let cells = [
            printable(&row.vantage),
            printable(&row.remote_addr),
            row.totals.total.to_string(),
            row.totals.http10.to_string(),
            row.totals.failed.to_string(),
        ];
        Row::new(cells.map(Cell::from))
    });
    let widths = [
        Constraint::Fill(1),
        Constraint::Fill(1),
        Constraint::Length(8),
        Constraint::Length(8),
        Constraint::Length(7),
    ];
    let header = Row::new(["vantage", "remote_addr", "total", "HTTP/1.0", "failed"]).bold();
    frame.render_widget(Table::new(rows, widths).header(header).block(titled("Nodes")), area);
}

fn events(frame: &mut Frame<'_>, area: Rect, last: &VecDeque<String>) {
    let height = usize::from(area.height.saturating_sub(1));
    let lines = last.iter().skip(last.len().saturating_sub(height)).map(|line| line.as_str());
    let text: Vec<_> = lines.map(Line::from).collect();
    // None is wrapped, so that the last one is seen.
    frame.render_widget(Paragraph::new(text).block(titled("Last events")), area);
}

fn titled(title: &str) -> Block<'_> {
    Block::new().borders(Borders::TOP).title(title.bold())
}
