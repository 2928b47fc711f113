//! An entry held against the truth.

use wslog_parse::{Entry, Variable};

use crate::formats::Written;
use crate::truth::Truth;

/// How a log is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    /// The format the log was written in.
    pub(crate) log: Written,
    /// Whether the reader was left to find that out. Between the two unquoted formats each line
    /// then decides for itself whether it ends in a key.
    pub(crate) is_detected: bool,
}

/// Gathers what is not as it should be.
#[derive(Default)]
struct Differences(Vec<String>);

impl Differences {
    fn expect(&mut self, what: &str, expected: impl AsRef<[u8]>, read: impl AsRef<[u8]>) {
        let (expected, read) = (expected.as_ref(), read.as_ref());
        if expected != read {
            let [expected, read] = [expected, read].map(|bytes| bytes.escape_ascii().to_string());
            self.0.push(format!("{what}: expected \"{expected}\", read \"{read}\""));
        }
    }
}

/// Everything in which the entry is not the truth.
pub(crate) fn differences(truth: &Truth, entry: &Entry<'_>, reading: Reading) -> Vec<String> {
    let mut found = Differences::default();
    let end_is_exact = end_is_exact(truth, entry, reading);
    for name in reading.log.variables() {
        if end_is_exact || !["http_user_agent", "http_sec_websocket_key"].contains(&name) {
            value(name, truth, entry, reading, &mut found);
        }
    }
    if !truth.case().is_forged && entry.is_contested() {
        found.0.push("taken for an imitation".to_owned());
    }
    if end_is_exact {
        key(truth, entry, &mut found);
    } else {
        end_as_a_whole(truth, entry, reading, &mut found);
    }
    request(truth, entry, &mut found);
    numbers(truth, entry, &mut found);
    found.0
}

/// One value, as nginx had it and as it stands in the line.
fn value(name: &str, truth: &Truth, entry: &Entry<'_>, reading: Reading, found: &mut Differences) {
    let variable = Variable::from_name(name).unwrap();
    let logged = entry.get(variable).unwrap_or(b"-");
    if !reading.log.is_json && logged != truth.logged(name) {
        return found.expect(&format!("${name}"), truth.logged(name), logged);
    }
    let is_missing = |value: &[u8]| value == b"-" || (reading.log.is_json && value.is_empty());
    let expected = Some(truth.value(name)).filter(|value| !is_missing(value));
    let read = entry.unescaped(variable);
    let [expected, read] =
        [expected.as_deref(), read.as_deref()].map(|value| value.unwrap_or(b"(missing)"));
    found.expect(&format!("${name}, unescaped"), expected, read);
}

/// Whether the line alone tells where its agent ends and its key begins.
fn end_is_exact(truth: &Truth, entry: &Entry<'_>, reading: Reading) -> bool {
    let has_key = entry.logs(Variable::HttpSecWebsocketKey);
    !reading.log.is_unquoted() || !reading.is_detected && (!has_key || truth.key_is_one_token())
}

/// Agent and key may be cut at another space than nginx joined them with.
fn end_as_a_whole(truth: &Truth, entry: &Entry<'_>, reading: Reading, found: &mut Differences) {
    let join = |agent, key: Option<&[u8]>| {
        [Some(agent), key].into_iter().flatten().collect::<Vec<_>>().join(&b' ')
    };
    let key = truth.logged("http_sec_websocket_key");
    let is_keyed = reading.log.name == "upstreamlog_key";
    let logged = join(truth.logged("http_user_agent"), is_keyed.then_some(key));
    let value = |variable| entry.get(variable).unwrap_or(b"-");
    let has_key = entry.logs(Variable::HttpSecWebsocketKey);
    let key = has_key.then(|| value(Variable::HttpSecWebsocketKey));
    found.expect("agent and key", logged, join(value(Variable::HttpUserAgent), key));
}

fn key(truth: &Truth, entry: &Entry<'_>, found: &mut Differences) {
    if !entry.logs(Variable::HttpSecWebsocketKey) {
        return;
    }
    let word = |is_valid: Option<bool>| match is_valid {
        None => "absent",
        Some(true) => "valid",
        Some(false) => "malformed",
    };
    let read = entry.websocket_key().map(|key| key.is_ok());
    found.expect("key", word(truth.key_is_valid()), word(read));
}

fn request(truth: &Truth, entry: &Entry<'_>, found: &mut Differences) {
    found.expect("protocol", truth.protocol(), entry.protocol().to_string());
    if let Some((method, target)) = &truth.case().parts {
        let undo = |logged: Option<&[u8]>| {
            entry.format().escape().undo(logged.unwrap_or_default()).into_owned()
        };
        found.expect("method", method, undo(entry.method()));
        found.expect("target", target, undo(entry.request_uri()));
    }
}

/// The typed values, written out again.
fn numbers(truth: &Truth, entry: &Entry<'_>, found: &mut Differences) {
    let status = entry.status().map(|status| status.code());
    found.expect("status", truth.status().to_string(), status.unwrap_or_default().to_string());
    let text = |value: Option<String>| value.unwrap_or_default();
    if entry.logs(Variable::RequestTime) {
        let read = text(entry.request_time().map(|time| time.to_string()));
        found.expect("request time", truth.logged("request_time"), read);
    }
    if entry.logs(Variable::Msec) {
        let read = entry.logged_at().map(|at| at.unix_millis());
        let read = text(read.map(|millis| format!("{}.{:03}", millis / 1000, millis % 1000)));
        found.expect("time of the line", truth.logged("msec"), read);
    }
}
