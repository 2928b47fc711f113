//! Formats: those drawn at random, and those with a name.

use wslog_parse::Escape;

use super::choices::Choices;

/// A `log_format`, taken apart.
#[derive(Clone, Debug)]
pub(crate) struct Format {
    pub(crate) escape: Escape,
    /// The text in front of the first variable.
    pub(crate) prefix: String,
    pub(crate) fields: Vec<Field>,
}

/// A variable of a format, and the text behind it.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) after: String,
}

/// Variables whose values nginx makes itself.
const OWN: &[&str] = &[
    "status",
    "time_local",
    "time_iso8601",
    "msec",
    "remote_addr",
    "remote_port",
    "hostname",
    "server_addr",
    "server_name",
    "server_port",
    "scheme",
    "request_id",
    "request_length",
    "request_time",
    "request_completion",
    "bytes_sent",
    "body_bytes_sent",
    "connection",
    "connection_requests",
    "upstream_addr",
    "upstream_status",
    "upstream_connect_time",
    "upstream_header_time",
    "upstream_response_time",
    "upstream_response_length",
    "proxy_upstream_name",
    "proxy_alternative_upstream_name",
    "gzip_ratio",
    "https",
    "pipe",
    "tcpinfo_rtt",
    "upstream_cache_status",
];

/// Variables into which a client can put text, a few of them unknown to the parser.
const CLIENT: &[&str] = &[
    "request",
    "http_user_agent",
    "http_sec_websocket_key",
    "remote_user",
    "http_referer",
    "http_x_forwarded_for",
    "http_upgrade",
    "http_connection",
    "http_host",
    "http_sec_websocket_version",
    "host",
    "uri",
    "args",
    "request_uri",
    "request_method",
    "server_protocol",
    "req_id",
    "http_cookie",
    "cookie_session",
    "a",
];

/// Text between variables as people write it, and as nobody would.
const LITERALS: &[&str] = &[
    " ",
    "\"",
    "\" \"",
    " - ",
    " [",
    "] ",
    "|",
    "\t",
    ": ",
    ", ",
    " : ",
    " to: ",
    ":",
    "-",
    ".",
    "=",
    "'",
    "\\",
    "{\"a\":\"",
    "\",\"b\":\"",
    "}",
    " status ",
    " upstream_response_time ",
    "é",
    "0",
    "/",
    "  ",
    "\" ",
    " \"",
    "\\\"",
];

/// Text that no value of nginx's own holds, and behind which none starts.
const SEPARATORS: &[&str] = &[" ", "|", "\t", ";", "] [", " = ", " x=", "é", " - "];

impl Format {
    /// Any format at all.
    pub(crate) fn any(choices: &mut Choices<'_>) -> Format {
        let escape = choices.pick(&[Escape::Default, Escape::Json, Escape::None]);
        let prefix = literal(choices);
        let fields = 1 + choices.below(7);
        let fields = (0..fields)
            .map(|_| Field { name: any_name(choices).to_owned(), after: literal(choices) });
        Format { escape, prefix, fields: fields.collect() }
    }

    /// A format that every client's text is quoted in.
    pub(crate) fn quoted(choices: &mut Choices<'_>) -> Format {
        let escape = choices.pick(&[Escape::Default, Escape::Json]);
        let names: Vec<_> = (0..=choices.below(7)).map(|_| any_name(choices)).collect();
        let quotes: Vec<_> =
            names.iter().map(|name| is_client(name) || choices.one_in(3)).collect();
        let quote = |index: usize| if quotes.get(index) == Some(&true) { "\"" } else { "" };
        let mut prefix = choices.pick(&["", "[", "x "]).to_owned();
        prefix.push_str(quote(0));
        let fields = names.iter().enumerate().map(|(index, &name)| {
            let between = match index + 1 == names.len() {
                true => choices.pick(&["", "]", " end"]),
                false => choices.pick(SEPARATORS),
            };
            let after = [quote(index), between, quote(index + 1)].concat();
            Field { name: name.to_owned(), after }
        });
        let fields = fields.collect();
        Format { escape, prefix, fields }
    }

    /// A JSON object with each variable once, under its own name.
    pub(crate) fn json_object(choices: &mut Choices<'_>) -> Format {
        let mut names = vec!["status"];
        for _ in 0..choices.below(8) {
            let name = any_name(choices);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let key = |name: &str| format!("\"{name}\":\"");
        let behind = names.iter().skip(1).map(|name| format!("\",{}", key(name)));
        let behind = behind.chain(["\"}".to_owned()]);
        let fields = names.iter().zip(behind);
        let fields = fields.map(|(&name, after)| Field { name: name.to_owned(), after });
        let prefix = format!("{{{}", key("status"));
        Format { escape: Escape::Json, prefix, fields: fields.collect() }
    }

    /// Takes apart a format that is known to be right.
    pub(crate) fn parse(text: &str, escape: Escape) -> Format {
        let mut parts = text.split('$');
        let prefix = parts.next().unwrap_or_default().to_owned();
        let fields = parts.map(|part| {
            let (part, end) = part.strip_prefix('{').map_or((part, ""), |part| (part, "}"));
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let (name, after) = part.split_at(part.find(|c| !is_name(c)).unwrap_or(part.len()));
            let after = after.strip_prefix(end).unwrap_or(after);
            Field { name: name.to_owned(), after: after.to_owned() }
        });
        Format { escape, prefix, fields: fields.collect() }
    }

    /// The text of the format.
    pub(crate) fn text(&self) -> String {
        let mut text = self.prefix.clone();
        for Field { name, after } in &self.fields {
            match after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
                true => text.extend(["${", name.as_str(), "}", after.as_str()]),
                false => text.extend(["$", name.as_str(), after.as_str()]),
            }
        }
        text
    }

    /// The whole directive, in single quotes.
    pub(crate) fn directive(&self) -> String {
        let escape = match self.escape {
            Escape::Default => "default",
            Escape::Json => "json",
            Escape::None => "none",
        };
        let text = self.text().replace('\\', "\\\\").replace('\'', "\\'");
        format!("log_format twin escape={escape} '{text}';")
    }

    /// The text in front of a field.
    pub(crate) fn before(&self, index: usize) -> &str {
        index.checked_sub(1).map_or(&self.prefix, |before| &self.fields[before].after)
    }

    /// Whether the format ends in free text without quotes, a space, and a key: then nothing in a
    /// line tells a space in the key from the one in front of it, and its last token is the key.
    pub(crate) fn ends_in_bare_key(&self) -> bool {
        let [.., before, last] = self.fields.as_slice() else { return false };
        last.name == "http_sec_websocket_key"
            && last.after.is_empty()
            && before.after.ends_with(' ')
            && !(before.after.starts_with('"') && self.escape != Escape::None)
            && is_client(&before.name)
    }
}

/// Whether clients can put text into this variable, as they can into most.
pub(crate) fn is_client(name: &str) -> bool {
    !OWN.contains(&name)
}

fn any_name(choices: &mut Choices<'_>) -> &'static str {
    let names = choices.pick(&[OWN, CLIENT]);
    choices.pick(names)
}

fn literal(choices: &mut Choices<'_>) -> String {
    match choices.below(8) {
        0 => " ".to_owned(),
        1..6 => choices.pick(LITERALS).to_owned(),
        6 => (0..choices.below(6)).map(|_| printable(choices)).collect(),
        _ => String::new(),
    }
}

/// Any character of ASCII that is printed, but for the one that starts a variable.
fn printable(choices: &mut Choices<'_>) -> char {
    let c = char::from(b' ' + choices.byte() % 95);
    if c == '$' { '%' } else { c }
}
