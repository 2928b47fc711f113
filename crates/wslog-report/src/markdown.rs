//! The report for a ticket: what is wrong first, then the tables it rests on.

use std::fmt::Write as _;
use std::io::{self, Write};

use wslog::{Analysis, Example, Finding, Trace};

use crate::disarm::{markdown, printable};
use crate::tables::{MOST_ROWS, Table, tables};
use crate::trace::TraceFormat;
use crate::{Report, words};

/// Most characters of a comment on GitHub.
const MOST: usize = 65_536;

/// Kept free for naming what was left out.
const ROOM: usize = 1_024;

/// Most characters of one text from a log.
const LONGEST: usize = 500;

/// Most lines that show a finding.
const MOST_EXAMPLES: usize = 3;

pub(crate) fn render(report: Report<'_>, to: &mut dyn Write) -> io::Result<()> {
    let Report { analysis, traces } = report;
    let (told, named) = words::ranked(analysis);
    let mut page = Page::default();
    page.put("the headline", &head(analysis));
    for it in &told {
        page.put_one_of(it.id, &finding(it), &format!("\n{}\n", title(it)));
    }
    if !named.is_empty() {
        let titles = named.iter().map(|it| format!("\n- {}", title(it)));
        page.put("notes", &format!("\n### Worth knowing\n{}\n", titles.collect::<String>()));
    }
    traces.iter().try_for_each(|trace| page.put_trace(trace))?;
    tables(analysis).iter().for_each(|it| page.put(&it.heading, &table(it)));
    if let Some(said) = &analysis.error_log {
        let sentences = said.sentences.iter().map(|it| format!("\n- {}", cell(it)));
        let heading = "What nginx's error log says";
        page.put(heading, &format!("\n### {heading}\n{}\n", sentences.collect::<String>()));
    }
    page.put("lines read", &lines(analysis));
    to.write_all(page.finish().as_bytes())
}

/// Sections, as long as there is room for them.
#[derive(Default)]
struct Page {
    text: String,
    length: usize,
    left_out: Vec<String>,
}

impl Page {
    /// A section stands whole or not at all.
    fn put(&mut self, what: &str, section: &str) {
        let length = section.chars().count();
        if self.length + length > MOST - ROOM {
            return self.left_out.push(what.to_owned());
        }
        self.length += length;
        self.text += section;
    }

    /// The same, and the short one where the long one has no room.
    fn put_one_of(&mut self, what: &str, long: &str, short: &str) {
        let has_room = self.length + long.chars().count() <= MOST - ROOM;
        self.put(what, if has_room { long } else { short });
    }

    fn put_trace(&mut self, trace: &Trace) -> io::Result<()> {
        let mut section = Vec::new();
        TraceFormat::Markdown.render(std::slice::from_ref(trace), &mut section)?;
        let section = String::from_utf8_lossy(&section);
        // A section of a report, not a page of its own.
        let section: String = section.split_inclusive('\n').map(deeper).collect();
        self.put("the worst handshake", &format!("\n### The worst handshake\n\n{section}"));
        Ok(())
    }

    fn finish(mut self) -> String {
        if !self.left_out.is_empty() {
            let names: String = self.left_out.join(", ").chars().take(ROOM / 2).collect();
            let _ = write!(
                self.text,
                "\n_Left out to fit a comment on GitHub: {}; all of it with --output json._\n",
                cell(&names)
            );
        }
        self.text
    }
}

/// A heading, two levels down.
fn deeper(line: &str) -> String {
    if line.starts_with("##") { format!("##{line}") } else { line.to_owned() }
}

fn head(analysis: &Analysis) -> String {
    let mut head = format!("## {}\n", cell(&words::headline(analysis)));
    let introduction = words::introduction(analysis);
    introduction.iter().for_each(|it| head += &format!("\n{}\n", cell(it)));
    head
}

fn title(finding: &Finding) -> String {
    let severity = words::severity(finding.severity);
    format!("**{severity}: {}**: {}", finding.id, cell(&finding.title))
}

fn finding(finding: &Finding) -> String {
    let severity = words::severity(finding.severity);
    let mut text = format!("\n### {severity}: {}\n\n{}\n", finding.id, cell(&finding.title));
    for statement in words::statements(finding) {
        text += &format!("\n- {}", sentence(&statement));
    }
    text += &format!("\n\n**What to do:** {}\n", sentence(&finding.remedy));
    if finding.examples.is_empty() {
        return text;
    }
    text += "\n**Lines that show it:**\n";
    for example in finding.examples.iter().take(MOST_EXAMPLES) {
        let line = match example {
            Example::Sighting(it) => {
                format!("{}: {}; {}", words::place(it), words::answer(it), words::way(it))
            }
            Example::Line(it) => words::rejected(it),
        };
        text += &format!("\n- {}", cell(&line));
    }
    if let Some(more) = words::more(MOST_EXAMPLES, finding.examples.len()) {
        text += &format!("\n- {more}");
    }
    text + "\n"
}

fn table(table: &Table) -> String {
    let names: Vec<_> = table.columns.iter().map(|column| column.0).collect();
    let rules: Vec<_> =
        table.columns.iter().map(|column| if column.1 { "--:" } else { "---" }).collect();
    let mut text = format!("\n### {}\n\n", table.heading);
    text += &format!("| {} |\n| {} |\n", names.join(" | "), rules.join(" | "));
    for row in &table.rows {
        let cells: Vec<_> = row.iter().map(|it| cell(it)).collect();
        text += &format!("| {} |\n", cells.join(" | "));
    }
    if let Some(more) = words::more(table.rows.len(), table.all) {
        text += &format!("\n{more}\n");
    }
    text
}

fn lines(analysis: &Analysis) -> String {
    let input = &analysis.input;
    let mut text = "\n### Lines read\n".to_owned();
    for source in input.sources.iter().take(MOST_ROWS) {
        let (path, account) = words::account(source);
        text += &format!("\n- {}: {}", cell(&path), cell(&account));
    }
    if let Some(more) = words::more(MOST_ROWS, input.sources.len()) {
        text += &format!("\n- {more}");
    }
    for reason in input.malformed_reasons.iter().take(MOST_ROWS) {
        let first = words::rejected(&reason.first);
        text += &format!("\n- malformed, {} x; the first: {}", reason.count, cell(&first));
    }
    for line in &input.ambiguous_examples {
        text += &format!("\n- ambiguous: {}", cell(&words::rejected(line)));
    }
    if let Some(sentence) = words::lost_paths(analysis) {
        text += &format!("\n- {sentence}");
    }
    if let Some(sentence) = words::redaction(analysis) {
        text += &format!("\n- {}", cell(&sentence));
    }
    text + "\n"
}

/// A sentence of ours, in which what stands between backticks is code.
fn sentence(text: &str) -> String {
    let is_code = |place: usize| !place.is_multiple_of(2);
    let parts: Vec<&str> = text.split('`').collect();
    if is_code(parts.len() - 1) {
        return cell(text);
    }
    let part = |(place, part): (usize, &&str)| match is_code(place) && !part.is_empty() {
        true => format!("`{}`", printable(part)),
        false => cell(part),
    };
    parts.iter().enumerate().map(part).collect()
}

/// A text of bounded length, disarmed.
fn cell(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        None => markdown(text),
        Some((end, _)) => format!("{}…", markdown(text.get(..end).unwrap_or_default())),
    }
}
