//! Lines that are JSON objects, read by their keys
//! ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259#section-4)).
//!
//! Lenient where nginx is: a `log_format` may leave numbers unquoted (and then empty, or a list
//! with commas in it), values may hold bytes that are no UTF-8, and a format that forgot
//! `escape=json` writes `\x22`. Values stay as they stand in the line.
//!
//! Of several keys that mean one variable the outermost counts, and nginx's own name before others
//! for it. One key with two values says nothing: then the line is ambiguous. Without any escape a
//! client can write keys of its own; such a log has to be read by its `log_format`.

mod shape;

pub(crate) use self::shape::Shapes;
use crate::error::{Ambiguity, Expected, LineError, Mismatch};
use crate::literal::Literal;
use crate::log_format::LogFormat;
use crate::span::Span;
use crate::syntax::Syntax;
use crate::time::Instants;
use crate::variable::{Variable, VariableSet};
use crate::window::find_either;

/// Deepest object in an object that is read.
const MAX_DEPTH: u8 = 8;

/// Fills the spans of the format's fields and says which variables the line has.
pub(crate) fn read<'a>(
    format: &'a LogFormat,
    line: &'a [u8],
    spans: &mut [Span],
    keys: &mut Keys,
    instants: &mut Instants,
) -> Result<VariableSet, LineError<'a>> {
    let ranks = [Rank::LAST; Variable::COUNT];
    let (present, is_contradicted) = (VariableSet::default(), VariableSet::default());
    let keys_read = 0;
    let mut reader = Reader {
        format,
        line,
        spans,
        at: 0,
        keys,
        keys_read,
        instants,
        ranks,
        present,
        is_contradicted,
    };
    reader.whole().map_err(LineError::Malformed)?;
    match reader.is_contradicted == VariableSet::default() {
        true => Ok(reader.present),
        false => Err(LineError::Ambiguous(Ambiguity { readings: 2, plausible: 2 })),
    }
}

/// How much a key counts among those that mean one variable: the smallest most.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    depth: u8,
    meaning: u8,
}

impl Rank {
    const LAST: Rank = Rank { depth: u8::MAX, meaning: u8::MAX };
}

/// The keys of the line that was read last, in their order: a server writes the same ones into
/// every line, so what they mean need not be found out again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keys {
    known: Vec<KnownKey>,
}

impl Keys {
    fn known(&self, number: usize) -> Option<&KnownKey> {
        self.known.get(number).filter(|_| number < MAX_KNOWN)
    }
}

#[derive(Clone, Debug)]
struct KnownKey {
    /// The key in its quotes, and the colon; `None` where that is too long to be kept.
    text: Option<Literal>,
    /// What it can mean, the likeliest first.
    meanings: Box<[(u8, Variable)]>,
}

/// Most keys that are remembered, and the longest one, in bytes.
const MAX_KNOWN: usize = 128;
const MAX_KNOWN_LEN: usize = 128;

struct Reader<'a, 's> {
    format: &'a LogFormat,
    line: &'a [u8],
    spans: &'s mut [Span],
    at: usize,
    keys: &'s mut Keys,
    keys_read: usize,
    instants: &'s mut Instants,
    /// Of the key that each variable's value was kept from.
    ranks: [Rank; Variable::COUNT],
    present: VariableSet,
    is_contradicted: VariableSet,
}

impl<'a> Reader<'a, '_> {
    fn whole(&mut self) -> Result<(), Mismatch<'a>> {
        self.object(0)?;
        self.space();
        if self.at < self.line.len() {
            return Err(Mismatch::new(self.line, self.at, Expected::EndOfLine));
        }
        let needed = [Variable::Status, Variable::Request, Variable::RequestUri, Variable::Uri];
        match needed.iter().any(|variable| self.present.contains(*variable)) {
            true => Ok(()),
            false => {
                let expected = Expected::Json("a status or request among the keys");
                Err(Mismatch::new(self.line, 0, expected))
            }
        }
    }

    fn object(&mut self, depth: u8) -> Result<(), Mismatch<'a>> {
        self.space();
        self.byte(b'{', "{")?;
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.space();
            let key = self.key()?;
            self.value(key, depth)?;
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                _ => return self.byte(b'}', ", or }"),
            }
        }
    }

    /// A key and the colon behind it; its number among the known ones.
    fn key(&mut self) -> Result<usize, Mismatch<'a>> {
        let number = self.keys_read.min(MAX_KNOWN);
        self.keys_read += 1;
        let rest = &self.line[self.at..];
        if let Some(KnownKey { text: Some(text), .. }) = self.keys.known(number)
            && text.starts(rest)
        {
            self.at += text.len();
            return Ok(number);
        }
        let start = self.at;
        let key = self.string()?;
        self.space();
        self.byte(b':', ":")?;
        self.learn(number, key, &self.line[start..self.at]);
        Ok(number)
    }

    /// Remembers a key as this one of the line; those behind it may be other ones now.
    fn learn(&mut self, number: usize, key: &[u8], text: &[u8]) {
        let meanings = str::from_utf8(key)
            .map_or_else(|_| Box::default(), |key| meanings(key.trim_start_matches('$')).collect());
        let text = (text.len() <= MAX_KNOWN_LEN).then(|| Literal::new(text));
        let known = KnownKey { text, meanings };
        match self.keys.known.get_mut(number) {
            Some(old) => *old = known,
            // Numbers are given out one by one.
            None => self.keys.known.push(known),
        }
    }

    fn value(&mut self, key: usize, depth: u8) -> Result<(), Mismatch<'a>> {
        self.space();
        let start = self.at;
        match self.peek() {
            Some(b'"') => {
                let text = self.string()?;
                self.keep(key, depth, Span::new(start + 1, start + 1 + text.len()))
            }
            Some(b'{') if depth < MAX_DEPTH => self.object(depth + 1),
            Some(b'{') => Err(self.mismatch("a value")),
            Some(b'[') => self.array(),
            _ => {
                let len = bare_len(&self.line[start..]);
                self.at += len;
                let text = self.line[start..self.at].trim_ascii_end();
                match text {
                    b"null" => Ok(()),
                    _ => self.keep(key, depth, Span::new(start, start + text.len())),
                }
            }
        }
    }

    /// Passes over an array: no variable has several values.
    fn array(&mut self) -> Result<(), Mismatch<'a>> {
        let mut depth = 0_usize;
        loop {
            match self.peek() {
                Some(b'"') => drop(self.string()?),
                Some(byte) => {
                    self.at += 1;
                    depth += usize::from(byte == b'[');
                    depth -= usize::from(byte == b']');
                }
                None => return Err(self.mismatch("the closing ]")),
            }
            if depth == 0 {
                return Ok(());
            }
        }
    }

    /// Keeps a value under the first variable its key can mean that can have it. One that none can
    /// have is an error under nginx's own name, and not meant under another.
    fn keep(&mut self, key: usize, depth: u8, span: Span) -> Result<(), Mismatch<'a>> {
        let text = span.of(self.line);
        let mut number = 0;
        // The key's meanings are looked up each time, for they belong to what `self` lends.
        while let Some(&(meaning, variable)) =
            self.keys.known.get(key).and_then(|known| known.meanings.get(number))
        {
            if self.fits(variable, meaning, text) {
                self.offer(variable, Rank { depth, meaning }, span);
                return Ok(());
            }
            number += 1;
        }
        let meanings = self.keys.known.get(key).map_or(&[][..], |known| &known.meanings);
        match meanings.first() {
            Some(&(OWN_NAME, own)) => {
                let expected = Expected::Value(own.name(), own.syntax());
                Err(Mismatch::new(self.line, span.start(), expected))
            }
            _ => Ok(()),
        }
    }

    /// Whether a variable can have this value.
    fn fits(&mut self, variable: Variable, meaning: u8, text: &[u8]) -> bool {
        // Seconds since 1970, not how long something took.
        let is_epoch = meaning != A_TIME || text.len() >= "100000000.000".len();
        if variable == Variable::Msec && !is_epoch {
            return false;
        }
        if self.format.escape().is_missing(text) {
            return true;
        }
        match variable.syntax() {
            Syntax::TimeLocal => text.try_into().is_ok_and(|t| self.instants.local(t).is_some()),
            Syntax::TimeIso8601 => {
                text.try_into().is_ok_and(|t| self.instants.iso8601(t).is_some())
            }
            syntax => syntax.is_free() || syntax.accepts_plain(text) || syntax.accepts(text),
        }
    }

    /// Takes a value unless a better one is known.
    fn offer(&mut self, variable: Variable, rank: Rank, span: Span) {
        let known = &mut self.ranks[variable as usize];
        let slot = self.format.slot(variable).unwrap_or_default();
        if rank < *known {
            *known = rank;
            self.present = self.present.with(variable);
            self.is_contradicted = self.is_contradicted.without(variable);
            self.spans[slot] = span;
        } else if rank == *known && self.spans[slot].of(self.line) != span.of(self.line) {
            self.is_contradicted = self.is_contradicted.with(variable);
        }
    }

    /// A string's text between its quotes, its escapes left as they are.
    fn string(&mut self) -> Result<&'a [u8], Mismatch<'a>> {
        self.byte(b'"', "\"")?;
        let rest = &self.line[self.at..];
        let Some(len) = quote(rest) else {
            self.at = self.line.len();
            return Err(self.mismatch("the closing \""));
        };
        self.at += len + 1;
        Ok(&rest[..len])
    }

    fn byte(&mut self, byte: u8, what: &'static str) -> Result<(), Mismatch<'a>> {
        if self.peek() != Some(byte) {
            return Err(self.mismatch(what));
        }
        self.at += 1;
        Ok(())
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.line.get(self.at).copied()
    }

    fn mismatch(&self, what: &'static str) -> Mismatch<'a> {
        Mismatch::new(self.line, self.at, Expected::Json(what))
    }
}

/// Where the first quote stands that no backslash escapes.
#[inline]
pub(crate) fn quote(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += find_either(b'"', b'\\', text.get(at..)?)?;
        if text[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

/// A value without quotes ends at a `}`, or at a `,` with a key behind it.
fn bare_len(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(end) = text.get(at..).and_then(|rest| find_either(b',', b'}', rest)) {
        at += end;
        let behind = text[at + 1..].trim_ascii_start();
        if text[at] == b'}' || behind.first() == Some(&b'"') {
            return at;
        }
        at += 1;
    }
    text.len()
}

/// Other names people give to nginx's variables.
const ALIASES: &[(&str, Variable)] = &[
    ("agent", Variable::HttpUserAgent),
    ("body_bytes", Variable::BodyBytesSent),
    ("bytes", Variable::BodyBytesSent),
    ("client", Variable::RemoteAddr),
    ("client_ip", Variable::RemoteAddr),
    ("clientip", Variable::RemoteAddr),
    ("code", Variable::Status),
    ("duration", Variable::RequestTime),
    ("elapsed", Variable::RequestTime),
    ("endpoint", Variable::RequestUri),
    ("forwardedfor", Variable::HttpXForwardedFor),
    ("method", Variable::RequestMethod),
    ("proto", Variable::ServerProtocol),
    ("protocol", Variable::ServerProtocol),
    ("referrer", Variable::HttpReferer),
    ("remote", Variable::RemoteAddr),
    ("remote_ip", Variable::RemoteAddr),
    ("reqtime", Variable::RequestTime),
    ("request_method", Variable::RequestMethod),
    ("request_url", Variable::RequestUri),
    ("response", Variable::Status),
    ("response_time", Variable::RequestTime),
    ("size", Variable::BodyBytesSent),
    ("status_code", Variable::Status),
    ("ua", Variable::HttpUserAgent),
    ("upstream", Variable::UpstreamAddr),
    ("upstream_time", Variable::UpstreamResponseTime),
    ("url", Variable::RequestUri),
    ("user", Variable::RemoteUser),
    ("vhost", Variable::ServerName),
    ("websocket_key", Variable::HttpSecWebsocketKey),
    ("ws_key", Variable::HttpSecWebsocketKey),
    ("xff", Variable::HttpXForwardedFor),
];

/// Keys that mean one of nginx's three times; the value says which.
const TIMES: &[&str] =
    &["@timestamp", "time", "timestamp", "ts", "date", "time_local", "time_iso8601"];

/// The place of nginx's own name, and that of a time, among the meanings of a key.
const OWN_NAME: u8 = 0;
const A_TIME: u8 = 2;

/// The variables that a key can mean, the likeliest first, each with its place among the meanings
/// of any key: nginx's own name, a header without `http_`, a time, another name.
fn meanings(key: &str) -> impl Iterator<Item = (u8, Variable)> {
    let is_header = move |variable: &Variable| {
        variable.name().strip_prefix("http_").is_some_and(|name| is_same(name, key))
    };
    let own = Variable::from_name(key);
    let header = Variable::ALL.iter().copied().filter(is_header);
    let is_time = TIMES.iter().any(|time| is_same(time, key));
    let times = [Variable::TimeIso8601, Variable::TimeLocal, Variable::Msec];
    let times = times.into_iter().filter(move |_| is_time);
    let alias = (3..).zip(ALIASES).filter(move |(_, (alias, _))| is_same(alias, key));
    let own = own.into_iter().map(|variable| (OWN_NAME, variable));
    let header = header.map(|variable| (1, variable));
    let times = times.map(|variable| (A_TIME, variable));
    own.chain(header).chain(times).chain(alias.map(|(meaning, (_, variable))| (meaning, *variable)))
}

/// Whether two names are one, however their words are joined.
fn is_same(known: &str, key: &str) -> bool {
    known.len() == key.len()
        && known
            .bytes()
            .zip(key.bytes())
            .all(|(known, key)| known == key.to_ascii_lowercase() || (known == b'_' && key == b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Formats;

    fn status_and_uri(line: &str) -> Option<(String, String)> {
        let mut parser = Formats::from(LogFormat::json_objects()).parser();
        let entry = parser.parse(line.as_bytes()).ok()?;
        let text =
            |bytes: Option<&[u8]>| String::from_utf8_lossy(bytes.unwrap_or(b"?")).into_owned();
        Some((text(entry.get(Variable::Status)), text(entry.request_uri())))
    }

    #[test]
    fn ok_what_nginx_and_its_neighbours_write() {
        for (line, status, uri) in [
            (r#"{"status":"101","request":"GET /a HTTP/1.1"}"#, "101", "/a"),
            (r#"{ "status": 101 , "uri" : "/a" } "#, "101", "/a"),
            (
                r#"{"status":499,"urt":,"upstream_response_time":0.100, 0.200,"uri":"/a"}"#,
                "499",
                "/a",
            ),
            (r#"{"nginx":{"status_code":"200","request_uri":"/\"a"},"x":null}"#, "200", "/\\\"a"),
            (r#"{"status":"200","status":"200","url":"/a\x22b"}"#, "200", "/a\\x22b"),
            (r#"{"upstream":{"status":"502"},"status":101,"uri":"/a"}"#, "101", "/a"),
            (r#"{"response":"500","code":404,"status":200,"uri":"/a"}"#, "200", "/a"),
            (r#"{"status":200,"response":500,"o":{"status":"404"},"uri":"/a"}"#, "200", "/a"),
            (r#"{"connection":"Upgrade","status":101,"uri":"/a"}"#, "101", "/a"),
            (r#"{"tags":["a]",["b",{}]],"y":[],"status":101,"uri":"/a"}"#, "101", "/a"),
            (
                r#"{"time":0.123,"time_iso8601":"2021-02-03T11:22:33+08:00","status":101,"uri":"/a"}"#,
                "101",
                "/a",
            ),
            (r#"{"time_local":"2021-02-03T11:22:33+08:00","status":101,"uri":"/a"}"#, "101", "/a"),
            (r#"{"code":"n/a","status":"404","uri":""}"#, "404", "?"),
        ] {
            let expected = Some((status.to_owned(), uri.to_owned()));
            assert_eq!(status_and_uri(line), expected, "{line}");
        }
    }

    #[test]
    fn err_what_is_no_entry() {
        for line in [
            "",
            "{",
            "{}",
            r#"{"status":"1"}"#,
            r#"{"status":"101""#,
            r#"{"status":"101"} x"#,
            r#"{"message":"hello"}"#,
            r#"{"status":["101"]}"#,
            r#"{"status":200,"a":["x"}"#,
            r#"{"status":200,"ua":"x","status":101,"z":"","uri":"/a"}"#,
            r#"["status"]"#,
        ] {
            assert_eq!(status_and_uri(line), None, "{line}");
        }
        let deep = format!("{}\"status\":101{}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
        assert_eq!(status_and_uri(&deep), None);
    }
}
