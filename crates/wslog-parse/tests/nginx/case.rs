//! One line, and what must come of reading it.

use wslog_parse::{
    Entry, Escape, Formats, Gist, Handshake, Line, LineError, LineParser, LogFormat, NamedFormat,
    Upgrade, UpstreamList, Variable, Visitor, WebSocketKey,
};

use super::choices::Choices;
use super::exchange::{Exchange, Manners};
use super::format::Format;
use super::log::{line, logged};

/// A format, what happened, and the line that nginx wrote about it.
pub(crate) struct Case {
    pub(crate) format: Format,
    exchange: Exchange,
    line: Vec<u8>,
}

/// What was read wrong, for people.
pub(crate) type Checked = Result<(), String>;

impl Case {
    /// A case whose client may imitate the line.
    pub(crate) fn draw(bytes: &[u8], format: impl FnOnce(&mut Choices<'_>) -> Format) -> Case {
        Case::with(Manners::Hostile, bytes, format)
    }

    fn with(
        manners: Manners,
        bytes: &[u8],
        format: impl FnOnce(&mut Choices<'_>) -> Format,
    ) -> Case {
        let mut choices = Choices::new(bytes);
        let format = format(&mut choices);
        let exchange = Exchange::draw(&mut choices, &format, manners);
        let line = line(&format, &exchange);
        Case { format, exchange, line }
    }

    /// The format, unless its values cannot be told apart.
    pub(crate) fn compiled(&self) -> Option<Formats> {
        let format = LogFormat::compile_escaped(&self.format.text(), self.format.escape);
        format.ok().map(Formats::from)
    }

    /// Whatever is read is right, and an honest line fits its format.
    pub(crate) fn is_never_wrong(&self, formats: &Formats) -> Checked {
        self.read(formats, false, &[])
    }

    /// The line is read, and right.
    pub(crate) fn is_always_right(&self, formats: &Formats) -> Checked {
        self.read(formats, true, &[])
    }

    /// Read as one of a family, everything is right but the border of two values: a User-Agent may
    /// end like a key, and a key look like none.
    pub(crate) fn is_right_in_family(&self, family: &Formats) -> Checked {
        self.read(family, false, &["http_user_agent", "http_sec_websocket_key"])
    }

    /// The line, changed by these edits, is read alike with and without shortcuts, by a parser that
    /// has read it unchanged before.
    pub(crate) fn is_read_alike(&self, formats: &Formats, edits: &[(u16, u8, u8)]) -> Checked {
        let mut line = self.line.clone();
        for &(place, kind, byte) in edits {
            let place = usize::from(place) % (line.len() + 1);
            match (kind % 3, line.get_mut(place)) {
                (0, Some(old)) => *old = byte,
                (1, Some(_)) => drop(line.remove(place)),
                _ => line.insert(place, byte),
            }
        }
        let mut parser = formats.parser();
        let _ = parser.parse(&self.line);
        let quick = told(parser.parse(&line));
        let thorough = told(formats.parser().without_shortcuts().parse(&line));
        self.agree(&line, &quick, &thorough)?;
        let Some(edit) = edits.first() else { return Ok(()) };
        // Among others in a text, one of which breaks off where the next begins.
        let cut = usize::from(edit.0) % (line.len() + 1);
        let lines: [&[u8]; 5] = [&line, &self.line, &line[..cut], &self.line, &line];
        let text = lines.join(&b'\n');
        let mut lines = Lines { case: self, formats, checked: Ok(()) };
        parser.visit(&text, &mut lines);
        lines.checked
    }

    fn agree(&self, line: &[u8], quick: &str, thorough: &str) -> Checked {
        match quick == thorough {
            true => Ok(()),
            false => {
                self.fails(&format!("{}\nread as {quick}\nnot as {thorough}", line.escape_ascii()))
            }
        }
    }

    fn read(&self, formats: &Formats, has_one_reading: bool, but: &[&str]) -> Checked {
        self.is_read_alike(formats, &[])?;
        match formats.parser().parse(&self.line) {
            Ok(entry) => self.agrees(&entry, but),
            Err(LineError::Ambiguous(_)) if !has_one_reading => Ok(()),
            // Without any escape a value with a newline makes two lines of one.
            Err(LineError::Malformed(_)) if self.line.contains(&b'\n') => Ok(()),
            Err(error) => self.fails(&error.to_string()),
        }
    }

    /// Every variable but these is in the entry what it was in nginx.
    fn agrees(&self, entry: &Entry<'_>, but: &[&str]) -> Checked {
        for field in self.format.fields.iter().filter(|field| !but.contains(&&*field.name)) {
            // An entry read by its keys has no others than known ones.
            let is_shown = entry.format().variables().any(|name| name == field.name);
            if is_shown && !self.agrees_on(entry, &field.name) {
                let show = |text: &[u8]| text.escape_ascii().to_string();
                let value = logged(self.format.escape, self.exchange.value(&field.name));
                let found = entry.get_named(&field.name).map(show);
                return self.fails(&format!("{} {}, found {found:?}", field.name, show(&value)));
            }
        }
        Ok(())
    }

    fn agrees_on(&self, entry: &Entry<'_>, name: &str) -> bool {
        let escape = self.format.escape;
        let value = self.exchange.value(name);
        let logged = logged(escape, value);
        match entry.get_named(name) {
            // A client's `-` cannot be told from nginx's, nor nothing from a missing value where
            // these are logged as nothing.
            None => logged == b"-" || (logged.is_empty() && escape != Escape::Default),
            Some(found) => found == logged && Some(&*escape.undo(found)) == value,
        }
    }

    fn fails(&self, why: &str) -> Checked {
        let Case { format, line, .. } = self;
        Err(format!("{:?}: {}\n{}\n{why}", format.escape, format.text(), line.escape_ascii()))
    }
}

/// Everything that was read of a line.
/// The lines of a text, and whether all of them were read alike with and without shortcuts.
struct Lines<'c> {
    case: &'c Case,
    formats: &'c Formats,
    checked: Checked,
}

impl Visitor for Lines<'_> {
    fn gist(&mut self, _: usize, line: &[u8], gist: Gist) -> bool {
        let quick = format!("a gist with nothing else to say: {gist:?}");
        self.compare(line, &quick, gist_told);
        false
    }

    fn handshake(&mut self, _: usize, line: &[u8], handshake: &Handshake<'_>) {
        let Handshake { gist, key, remote_addr, server_name, upstream_addr, .. } = handshake;
        let texts = [*remote_addr, *server_name, handshake.path()];
        let quick = handshake_text(gist, *key, texts, *upstream_addr);
        self.compare(line, &quick, handshake_told);
    }

    fn line(&mut self, parser: &mut LineParser, _: usize, line: Line<'_, '_>) {
        let quick = told(parser.parse_outlined(&line));
        let thorough = told(self.formats.parser().without_shortcuts().parse(line.bytes()));
        self.agree(line.bytes(), &quick, &thorough);
    }
}

impl Lines<'_> {
    /// What was told of the line is what its entry says.
    fn compare(&mut self, line: &[u8], quick: &str, tell: fn(&Entry<'_>) -> Option<String>) {
        let mut thorough = self.formats.parser().without_shortcuts();
        let thorough = match thorough.parse(line) {
            Ok(entry) => tell(&entry).unwrap_or_else(|| told(Ok(entry))),
            Err(error) => error.to_string(),
        };
        self.agree(line, quick, &thorough);
    }

    fn agree(&mut self, line: &[u8], quick: &str, thorough: &str) {
        if self.checked.is_ok() {
            self.checked = self.case.agree(line, quick, thorough);
        }
    }
}

/// The gist of an entry without a handshake's headers.
fn gist_told(entry: &Entry<'_>) -> Option<String> {
    let is_ordinary = entry.websocket_key().is_none() && entry.upgrade() != Upgrade::WebSocket;
    let gist = gist_of(entry).filter(|_| is_ordinary)?;
    Some(format!("a gist with nothing else to say: {gist:?}"))
}

/// An entry with a valid key in a format that does not log Upgrade.
fn handshake_told(entry: &Entry<'_>) -> Option<String> {
    let key = entry.websocket_key()?.ok().filter(|_| entry.upgrade() == Upgrade::NotLogged)?;
    let [remote_addr, server_name] =
        [Variable::RemoteAddr, Variable::ServerName].map(|variable| entry.get(variable));
    let texts = [remote_addr, server_name, entry.path()];
    Some(handshake_text(&gist_of(entry)?, key, texts, entry.upstream_addr()))
}

fn handshake_text(
    gist: &Gist,
    key: WebSocketKey,
    texts: [Option<&[u8]>; 3],
    upstream_addr: Option<UpstreamList<'_>>,
) -> String {
    format!("a handshake: {gist:?} {key} {texts:?} {upstream_addr:?}")
}

/// The gist of an entry that can be read in one way only, in the first format.
fn gist_of(entry: &Entry<'_>) -> Option<Gist> {
    let is_usual = entry.format_number() == 0
        && entry.variables() == entry.format().variable_set()
        && !entry.is_contested();
    let gist = Gist {
        logged_at: entry.logged_at()?,
        request_time: entry.request_time(),
        protocol: entry.protocol(),
        status: entry.status()?,
    };
    is_usual.then_some(gist)
}

fn told(parsed: Result<Entry<'_>, LineError<'_>>) -> String {
    let entry = match parsed {
        Ok(entry) => entry,
        Err(error) => return error.to_string(),
    };
    let values = entry.format().variables().map(|name| {
        let place = entry
            .get_named(name)
            .map(|value| value.as_ptr() as usize - entry.line().as_ptr() as usize..value.len());
        format!("{name} {place:?}")
    });
    let values: Vec<_> = values.collect();
    let format = (entry.format().name(), entry.format_number());
    let typed = (entry.logged_at(), entry.request_time(), entry.status(), entry.protocol());
    let is_contested = entry.is_contested();
    format!("{format:?} {values:?} {typed:?} {:?} {is_contested}", entry.websocket_key())
}

/// A format known by name, with what the parser makes of it.
pub(crate) struct Named {
    format: Format,
    pub(crate) formats: Formats,
}

impl Named {
    pub(crate) fn find(name: &str) -> Option<Named> {
        let named = NamedFormat::find(name)?;
        let format = Format::parse(named.log_format, Escape::Default);
        Some(Named { format, formats: named.compile()?.into() })
    }

    pub(crate) fn draw(&self, bytes: &[u8]) -> Case {
        Case::draw(bytes, |_| self.format.clone())
    }

    /// A case whose client sends what honest clients send.
    pub(crate) fn honest(&self, bytes: &[u8]) -> Case {
        Case::with(Manners::Honest, bytes, |_| self.format.clone())
    }
}

/// `upstreamlog_key` and `upstreamlog`.
pub(crate) fn family() -> Option<Formats> {
    let compile = |name| NamedFormat::find(name).and_then(NamedFormat::compile);
    Some(Formats::family(compile("upstreamlog_key")?, compile("upstreamlog")?))
}
