//! Pseudonyms for what a report must not give away: one and the same for one and the same original,
//! wherever it shows, so that who fails and where on the way can still be followed.
//!
//! Each is an HMAC-SHA-256 (RFC 2104, FIPS 180-4) of the original. Addresses are so few that whoever had
//! the key could try them all; nobody has it who was not given it.

use std::collections::HashSet;
use std::fmt;
use std::net::IpAddr;

use data_encoding::BASE32_DNSSEC;
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use sha2::Sha256;
use wslog_parse::WebSocketKey;

use crate::input::vantage_name::VantageName;

/// What pseudonyms are made with: 32 random bytes, which are not kept.
#[derive(Clone, PartialEq, Eq)]
pub struct RedactionKey([u8; 32]);

impl RedactionKey {
    /// The key of these bytes. The same bytes give the same pseudonyms.
    pub const fn new(bytes: [u8; 32]) -> RedactionKey {
        RedactionKey(bytes)
    }
}

impl fmt::Debug for RedactionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedactionKey")
    }
}

/// A kind of what a report does not show as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Redacted {
    /// What it is.
    pub what: &'static str,
    /// What stands in its place.
    pub shown_as: &'static str,
}

/// All that is redacted where anything is.
pub(crate) const REDACTED: &[Redacted] = &[
    Redacted { what: "addresses and host names", shown_as: "addr-… (ports stay)" },
    Redacted { what: "Sec-WebSocket-Keys", shown_as: "another key of 16 bytes" },
    Redacted { what: "folders of the inputs", shown_as: "dir-… (file names stay)" },
    Redacted {
        what: "segments of paths",
        shown_as: "seg-… (but for common words such as ws and socket.io)",
    },
    Redacted { what: "what malformed and ambiguous lines hold", shown_as: HIDDEN },
];

/// What stands for free text.
const HIDDEN: &str = "(redacted)";

/// Segments of paths that say nothing of whose they are.
const COMMON: [&str; 22] = [
    "",
    "api",
    "app",
    "cable",
    "connect",
    "engine.io",
    "graphql",
    "hub",
    "hubs",
    "live",
    "mqtt",
    "realtime",
    "signalr",
    "socket",
    "socket.io",
    "sockjs",
    "stomp",
    "subscriptions",
    "websocket",
    "websockets",
    "ws",
    "wss",
];

/// Characters of a digest that a pseudonym shows, 50 bits: of a million two are alike in one of two thousand
/// logs, and with its kind it is as long as an address.
const SHOWN: usize = 10;

/// Texts as they are shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Redaction {
    key: Option<RedactionKey>,
    /// Names that were given by whoever asks.
    chosen: HashSet<String>,
}

impl Redaction {
    /// Without a key all texts are shown as they are.
    pub(crate) fn new(key: Option<&RedactionKey>, vantages: &[VantageName]) -> Redaction {
        let chosen = vantages.iter().map(|vantage| vantage.name().to_owned()).collect();
        Redaction { key: key.cloned(), chosen }
    }

    pub(crate) fn is_on(&self) -> bool {
        self.key.is_some()
    }

    /// An address or a host name, with a port or without.
    pub(crate) fn address(&self, text: String) -> String {
        let is_none = matches!(text.as_str(), "" | "-" | "unix:");
        match &self.key {
            Some(key) if !is_none => address(key, &text),
            _ => text,
        }
    }

    /// What a vantage point is called: by whoever asks, by its lines, or as a capture.
    pub(crate) fn vantage(&self, text: String) -> String {
        let Some(key) = &self.key else { return text };
        if let Some(name) = text.strip_prefix("capture:") {
            return format!("capture:{}", file(key, name));
        }
        match self.chosen.contains(&text) && ip(&text).is_none() {
            true => text,
            false => self.address(text),
        }
    }

    /// The path of an input.
    pub(crate) fn input(&self, path: &str) -> String {
        match &self.key {
            Some(key) => file(key, path),
            None => path.to_owned(),
        }
    }

    /// What a request asked for, without its query.
    pub(crate) fn path(&self, path: String) -> String {
        let Some(key) = &self.key else { return path };
        let segment = |segment: &str| match COMMON.contains(&segment) {
            true => segment.to_owned(),
            false => pseudonym(key, "seg", segment),
        };
        path.split('/').map(segment).collect::<Vec<_>>().join("/")
    }

    pub(crate) fn key(&self, websocket_key: WebSocketKey) -> WebSocketKey {
        let Some(key) = &self.key else { return websocket_key };
        let digest = digest(key, "key", &websocket_key.to_bytes());
        let (bytes, _) = digest.split_first_chunk().unwrap_or((&[0; 16], &[]));
        WebSocketKey::from_bytes(*bytes)
    }

    /// Text of which nothing is known.
    pub(crate) fn free_text(&self, text: &str) -> String {
        if self.is_on() { HIDDEN.to_owned() } else { text.to_owned() }
    }
}

fn address(key: &RedactionKey, text: &str) -> String {
    if let Some(path) = text.strip_prefix("unix:") {
        return format!("unix:{}", pseudonym(key, "addr", path));
    }
    // An address of version 6 has colons of its own, and brackets where a port follows.
    let port = text.rsplit_once(':').filter(|(host, port)| {
        let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
        is_port && ip(text).is_none() && (host.ends_with(']') || !host.contains(':'))
    });
    match port {
        Some((host, port)) => format!("{}:{port}", host_name(key, host)),
        None => host_name(key, text),
    }
}

/// One address is one, however it is written.
fn host_name(key: &RedactionKey, text: &str) -> String {
    let canonical = ip(text).map(|ip| ip.to_string());
    pseudonym(key, "addr", canonical.as_deref().unwrap_or(text))
}

fn ip(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().map(|ip: IpAddr| ip.to_canonical())
}

/// A file by its name and a pseudonym of its folder; addresses in its name are redacted.
fn file(key: &RedactionKey, path: &str) -> String {
    let (folder, name) =
        path.rsplit_once('/').map_or((None, path), |(folder, name)| (Some(folder), name));
    let name = without_addresses(key, name);
    match folder {
        Some(folder) => format!("{}/{name}", pseudonym(key, "dir", folder)),
        None => name,
    }
}

fn without_addresses(key: &RedactionKey, name: &str) -> String {
    let is_part = |c: char| c.is_ascii_hexdigit() || matches!(c, '.' | ':');
    let mut text = String::new();
    let mut rest = name;
    while let Some(start) = rest.find(is_part) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c| !is_part(c)).unwrap_or(from.len());
        let (run, after) = from.split_at(end);
        text += before;
        text += &run_without_addresses(key, run);
        rest = after;
    }
    text + rest
}

/// The same of digits, dots and colons, of which dots may belong to what is around.
fn run_without_addresses(key: &RedactionKey, run: &str) -> String {
    let bare = run.trim_matches('.');
    let octets: Vec<&str> = bare.split('.').collect();
    let four = (0..octets.len().saturating_sub(3)).find(|at| {
        let four = octets.get(*at..*at + 4).unwrap_or_default().join(".");
        ip(&four).is_some()
    });
    if ip(bare).is_some() {
        return run.replace(bare, &pseudonym(key, "addr", bare));
    }
    let Some(at) = four else { return run.to_owned() };
    let four = octets.get(at..at + 4).unwrap_or_default().join(".");
    run.replace(&four, &pseudonym(key, "addr", &four))
}

/// `addr-q3f9a1c20b`.
fn pseudonym(key: &RedactionKey, kind: &str, text: &str) -> String {
    let digest = digest(key, kind, text.as_bytes());
    let text = BASE32_DNSSEC.encode(&digest);
    format!("{kind}-{}", text.get(..SHOWN).unwrap_or_default())
}

fn digest(key: &RedactionKey, kind: &str, text: &[u8]) -> [u8; 32] {
    // A key of any length will do.
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(&key.0) else { return [0; 32] };
    let mac = mac.chain_update(kind).chain_update([0]).chain_update(text);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redaction() -> Redaction {
        let vantages = ["edge=a", "10.0.0.9=b"].map(|text| VantageName::parse(text).unwrap());
        Redaction::new(Some(&RedactionKey::new([7; 32])), &vantages)
    }

    #[test]
    fn ok_one_address_has_one_pseudonym() {
        let of = |text: &str| redaction().address(text.to_owned());
        let one = of("10.0.0.1");
        assert!(one.starts_with("addr-") && one.len() == 15, "{one}");
        assert_eq!(of("10.0.0.1:8080"), format!("{one}:8080"));
        assert_eq!(of("::ffff:10.0.0.1"), one);
        assert_eq!(of("[::ffff:10.0.0.1]:80"), format!("{one}:80"));
        assert_eq!(of("2001:db8::1"), of("2001:0db8:0::1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8::2"));
        assert_eq!(of("backend:3000"), format!("{}:3000", of("backend")));
        assert!(of("unix:/run/alice.sock").starts_with("unix:addr-"));
        for none in ["", "-", "unix:"] {
            assert_eq!(of(none), none);
        }
    }

    #[test]
    fn ok_names_that_were_chosen_stay_unless_they_are_addresses() {
        let of = |text: &str| redaction().vantage(text.to_owned());
        assert_eq!(of("edge"), "edge");
        assert_eq!(of("10.0.0.9"), redaction().address("10.0.0.9".into()));
        assert!(of("web1.example.com").starts_with("addr-"));
        assert_eq!(of("capture:edge"), "capture:edge");
    }

    #[test]
    fn ok_files_keep_their_names_but_for_addresses() {
        let of = |text: &str| redaction().input(text);
        assert_eq!(of("-"), "-");
        assert_eq!(of("access.log.2.gz"), "access.log.2.gz");
        let named = of("/home/alice/access-10.0.0.1.log");
        let (folder, name) = named.split_once('/').unwrap();
        assert!(folder.starts_with("dir-"), "{named}");
        assert_eq!(name, format!("access-{}.log", redaction().address("10.0.0.1".into())));
        assert!(!of("10.0.0.1.2018.log").contains("10.0.0.1"));
        assert!(!of("a-2001:db8::1.log").contains("2001:db8"));
    }

    #[test]
    fn ok_paths_keep_what_everybody_has() {
        let of = |text: &str| redaction().path(text.to_owned());
        assert_eq!(of("/api/socket.io/"), "/api/socket.io/");
        let path = of("/chat/alice/ws");
        assert!(path.ends_with("/ws") && !path.contains("alice") && !path.contains("chat"));
    }

    #[test]
    fn ok_another_key_gives_other_pseudonyms() {
        let other = Redaction::new(Some(&RedactionKey::new([8; 32])), &[]);
        let key = WebSocketKey::from_bytes([1; 16]);
        assert_ne!(redaction().key(key), other.key(key));
        assert_eq!(redaction().key(key), redaction().key(key));
        assert_eq!(Redaction::default().key(key), key);
        assert_eq!(format!("{:?}", RedactionKey::new([7; 32])), "RedactionKey");
    }
}
