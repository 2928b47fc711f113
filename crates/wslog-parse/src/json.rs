//! Lines that are JSON objects, read by their keys
//! ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259#section-4)).
//!
//! Lenient where nginx is: a `log_format` may leave numbers unquoted (and then empty, or a list
//! with commas in it), values may hold bytes that are no UTF-8, and a format that forgot
//! `escape=json` writes `\x22`. Values stay as they stand in the line. Of two equal keys the first
//! counts; objects in objects are read as if their keys stood outside.

use memchr::memchr2;

use crate::error::{Expected, Mismatch};
use crate::line::Span;
use crate::log_format::LogFormat;
use crate::syntax::Syntax;
use crate::variable::{Variable, VariableSet};

/// Deepest object in an object that is read.
const MAX_DEPTH: usize = 8;

/// Fills the spans of the format's fields and says which variables the line has.
pub(crate) fn read<'a>(
    format: &'a LogFormat,
    line: &'a [u8],
    spans: &mut [Span],
) -> Result<VariableSet, Mismatch<'a>> {
    let mut reader = Reader { format, line, spans, at: 0, present: VariableSet::default() };
    reader.object(0)?;
    reader.space();
    if reader.at < line.len() {
        return Err(Mismatch::new(line, reader.at, Expected::EndOfLine));
    }
    let needed = [Variable::Status, Variable::Request, Variable::RequestUri, Variable::Uri];
    if !needed.iter().any(|variable| reader.present.contains(*variable)) {
        return Err(Mismatch::new(line, 0, Expected::Json("a status or request among the keys")));
    }
    Ok(reader.present)
}

struct Reader<'a, 's> {
    format: &'a LogFormat,
    line: &'a [u8],
    spans: &'s mut [Span],
    at: usize,
    present: VariableSet,
}

impl<'a> Reader<'a, '_> {
    fn object(&mut self, depth: usize) -> Result<(), Mismatch<'a>> {
        self.space();
        self.byte(b'{', "{")?;
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.space();
            let key = self.string()?;
            self.space();
            self.byte(b':', ":")?;
            self.value(key, depth)?;
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                _ => return self.byte(b'}', ", or }"),
            }
        }
    }

    fn value(&mut self, key: &'a [u8], depth: usize) -> Result<(), Mismatch<'a>> {
        self.space();
        let start = self.at;
        match self.peek() {
            Some(b'"') => {
                let text = self.string()?;
                self.keep(key, Span::new(start + 1, start + 1 + text.len()))
            }
            Some(b'{') if depth < MAX_DEPTH => self.object(depth + 1),
            Some(b'{' | b'[') => Err(self.mismatch("a value")),
            _ => {
                let len = bare_len(&self.line[start..]);
                self.at += len;
                let text = self.line[start..self.at].trim_ascii_end();
                match text {
                    b"null" => Ok(()),
                    _ => self.keep(key, Span::new(start, start + text.len())),
                }
            }
        }
    }

    /// Keeps a value under the variable its key means. A value that the variable cannot have is an
    /// error under nginx's own name, and not meant under another.
    fn keep(&mut self, key: &[u8], span: Span) -> Result<(), Mismatch<'a>> {
        let text = span.of(self.line);
        let Some((variable, is_own_name)) = meaning(key, text) else { return Ok(()) };
        let slot = self.format.slot(variable).unwrap_or_default();
        if self.present.contains(variable) {
            return Ok(());
        }
        let syntax = variable.syntax();
        let fits =
            self.format.escape().is_missing(text) || syntax.is_free() || syntax.accepts(text);
        match (fits, is_own_name) {
            (false, false) => Ok(()),
            (false, true) => {
                let expected = Expected::Value(variable.name(), variable.syntax());
                Err(Mismatch::new(self.line, span.start(), expected))
            }
            (true, _) => {
                self.present = self.present.with(variable);
                self.spans[slot] = span;
                Ok(())
            }
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
pub(crate) fn quote(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr2(b'"', b'\\', text.get(at..)?)?;
        if text[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

/// A value without quotes ends at a `}`, or at a `,` with a key behind it.
fn bare_len(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(end) = text.get(at..).and_then(|rest| memchr2(b',', b'}', rest)) {
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
const TIMES: &[&str] = &["@timestamp", "time", "timestamp", "ts", "date"];

/// The variable that a key means, and whether the key is nginx's own name for it.
fn meaning(key: &[u8], value: &[u8]) -> Option<(Variable, bool)> {
    let key = std::str::from_utf8(key).ok()?;
    let key = key.strip_prefix('$').unwrap_or(key);
    if let Some(variable) = Variable::from_name(key) {
        return Some((variable, true));
    }
    let is = |known: &str| known.eq_ignore_ascii_case(key);
    if TIMES.iter().any(|known| is(known)) {
        let times = [
            (Syntax::TimeIso8601, Variable::TimeIso8601),
            (Syntax::TimeLocal, Variable::TimeLocal),
            (Syntax::Seconds, Variable::Msec),
        ];
        let time = times.iter().find(|(syntax, _)| syntax.accepts(value));
        return time.map(|(_, variable)| (*variable, false));
    }
    let is_header = |variable: &Variable| variable.name().strip_prefix("http_").is_some_and(is);
    let header = Variable::ALL.iter().copied().find(is_header);
    let alias = || ALIASES.iter().find(|(alias, _)| is(alias)).map(|(_, variable)| *variable);
    header.or_else(alias).map(|variable| (variable, false))
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
            (r#"{"status":"200","status":"500","url":"/a\x22b"}"#, "200", "/a\\x22b"),
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
            r#"["status"]"#,
        ] {
            assert_eq!(status_and_uri(line), None, "{line}");
        }
        let deep = format!("{}\"status\":101{}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
        assert_eq!(status_and_uri(&deep), None);
    }
}
