//! One entry as one line of a format.

use data_encoding::BASE64;

use super::Format;
use super::entry::{Entry, Key};
use super::text::{push_number, push_padded, push_seconds};

/// What a line says that its entry does not know.
pub(super) struct Surroundings<'a> {
    pub(super) format: Format,
    pub(super) time_local: &'a str,
    pub(super) remote_addr: &'a str,
    pub(super) server_name: &'a str,
}

/// Appends a line without its newline, and returns where in `out` the request begins.
pub(super) fn push_line(out: &mut String, entry: &Entry, around: &Surroundings<'_>) -> usize {
    match around.format {
        Format::UpstreamlogKey | Format::Upstreamlog => push_upstreamlog(out, entry, around),
        Format::Combined | Format::Main => push_combined(out, entry, around),
        Format::Json => push_json(out, entry, around),
    }
}

fn push_upstreamlog(out: &mut String, entry: &Entry, around: &Surroundings<'_>) -> usize {
    push_all(out, &["[", around.time_local, "] ", around.remote_addr, " - ", entry.remote_user]);
    push_all(out, &[" - ", around.server_name, " to: ", &entry.upstream_addr, ": "]);
    let request_at = out.len();
    push_request(out, entry);
    push_all(out, &[" upstream_response_time ", &entry.upstream_response_time, " msec "]);
    push_seconds(out, entry.logged_at);
    out.push_str(" request_time ");
    push_seconds(out, entry.request_time);
    out.push_str(" status ");
    push_padded(out, u64::from(entry.status), 3);
    push_all(out, &[" client - ", &entry.http_user_agent]);
    if around.format.tells_key() {
        out.push(' ');
        push_key(out, entry.key.as_ref());
    }
    request_at
}

fn push_combined(out: &mut String, entry: &Entry, around: &Surroundings<'_>) -> usize {
    push_all(out, &[around.remote_addr, " - ", entry.remote_user, " [", around.time_local]);
    out.push_str("] \"");
    let request_at = out.len();
    push_request(out, entry);
    out.push_str("\" ");
    push_padded(out, u64::from(entry.status), 3);
    out.push(' ');
    push_number(out, entry.body_bytes_sent);
    push_all(out, &[" \"", &entry.http_referer, "\" \"", &entry.http_user_agent, "\""]);
    if around.format == Format::Main {
        push_all(out, &[" \"", &entry.http_x_forwarded_for, "\""]);
    }
    request_at
}

fn push_json(out: &mut String, entry: &Entry, around: &Surroundings<'_>) -> usize {
    push_all(out, &["{\"time_local\":\"", around.time_local, "\",\"msec\":"]);
    push_seconds(out, entry.logged_at);
    push_all(out, &[",\"remote_addr\":\"", around.remote_addr]);
    push_all(out, &["\",\"remote_user\":\"", known(entry.remote_user)]);
    push_all(out, &["\",\"server_name\":\"", around.server_name, "\",\"request\":\""]);
    let request_at = out.len();
    let mut request = String::new();
    push_request(&mut request, entry);
    push_json_text(out, &request);
    out.push_str("\",\"status\":");
    push_padded(out, u64::from(entry.status), 3);
    out.push_str(",\"body_bytes_sent\":");
    push_number(out, entry.body_bytes_sent);
    out.push_str(",\"request_time\":");
    push_seconds(out, entry.request_time);
    for (name, text) in [
        ("http_referer", &entry.http_referer),
        ("http_user_agent", &entry.http_user_agent),
        ("upstream_addr", &entry.upstream_addr),
        ("upstream_response_time", &entry.upstream_response_time),
    ] {
        push_all(out, &[",\"", name, "\":\""]);
        push_json_text(out, known(text));
        out.push('"');
    }
    out.push_str(",\"http_sec_websocket_key\":\"");
    if let Some(key) = &entry.key {
        push_key(out, Some(key));
    }
    out.push_str("\"}");
    request_at
}

/// Where nginx escapes for JSON, what is missing is empty.
fn known(text: &str) -> &str {
    if text == "-" { "" } else { text }
}

/// Appends text that was escaped as nginx does by default, `\xHH`, escaped as in JSON.
fn push_json_text(out: &mut String, text: &str) {
    let mut parts = text.split("\\x");
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        match part.split_at_checked(2) {
            Some(("22", rest)) => push_all(out, &["\\\"", rest]),
            Some(("5C", rest)) => push_all(out, &["\\\\", rest]),
            Some((digits, rest)) => push_all(out, &["\\u00", digits, rest]),
            None => {}
        }
    }
}

fn push_request(out: &mut String, entry: &Entry) {
    if entry.method.is_empty() {
        out.push_str(&entry.uri);
        return;
    }
    push_all(out, &[entry.method, " ", &entry.uri]);
    if entry.protocol.is_written() {
        push_all(out, &[" ", entry.protocol.name()]);
    }
}

fn push_key(out: &mut String, key: Option<&Key>) {
    match key {
        Some(key) => BASE64.encode_append(&key.bytes, out),
        None => out.push('-'),
    }
}

fn push_all(out: &mut String, parts: &[&str]) {
    for part in parts {
        out.push_str(part);
    }
}
