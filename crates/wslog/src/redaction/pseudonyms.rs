//! What stands for what.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use data_encoding::BASE32_DNSSEC;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use wslog_parse::WebSocketKey;

use crate::input::vantage_name::VantageName;
use crate::redaction::RedactionKey;
use crate::redaction::marks::{Kind, replaced};

/// Pseudonyms by their originals.
pub(super) struct Pseudonyms<'k> {
    key: &'k RedactionKey,
    /// Names that were given by whoever asks, and tell nothing else.
    chosen: HashSet<&'k str>,
    known: HashMap<(Kind, String), String>,
}

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

/// Words that files are called by everywhere.
const COMMON_OF_FILES: [&str; 26] = [
    "access",
    "bz2",
    "capture",
    "client",
    "csv",
    "edge",
    "error",
    "gz",
    "har",
    "ingress",
    "inner",
    "json",
    "log",
    "logs",
    "nginx",
    "other_vhosts_access",
    "pcap",
    "pcapng",
    "proxy",
    "server",
    "ssl",
    "txt",
    "websocket",
    "ws",
    "xz",
    "zst",
];

/// Characters of a digest that a pseudonym shows, 50 bits: of a million two are alike in one of two thousand
/// logs, and with its kind it is as long as an address.
const SHOWN: usize = 10;

impl<'k> Pseudonyms<'k> {
    pub(super) fn new(key: &'k RedactionKey, vantages: &'k [VantageName]) -> Pseudonyms<'k> {
        let names = vantages.iter().map(VantageName::name);
        Pseudonyms {
            key,
            chosen: names.filter(|name| is_plain(name)).collect(),
            known: HashMap::new(),
        }
    }

    /// Puts them in place of all names in a text.
    pub(super) fn put_into(&mut self, text: &mut String) {
        *text = replaced(text, |kind, name| self.of(kind, name));
    }

    fn of(&mut self, kind: Kind, name: &str) -> String {
        if kind == Kind::Address && self.chosen.contains(name) {
            return name.to_owned();
        }
        if let Some(known) = self.known.get(&(kind, name.to_owned())) {
            return known.clone();
        }
        let pseudonym = match kind {
            Kind::Address => address(self.key, name),
            Kind::Capture => {
                let file_of_it = name.strip_prefix("capture:").unwrap_or(name);
                format!("capture:{}", file(self.key, file_of_it))
            }
            Kind::File => file(self.key, name),
            Kind::Path => path(self.key, name),
        };
        self.known.insert((kind, name.to_owned()), pseudonym.clone());
        pseudonym
    }

    pub(super) fn websocket_key(&self, websocket_key: WebSocketKey) -> WebSocketKey {
        let digest = digest(self.key, "key", &websocket_key.to_bytes());
        let (bytes, _) = digest.split_first_chunk().unwrap_or((&[0; 16], &[]));
        WebSocketKey::from_bytes(*bytes)
    }
}

/// Whether a name that was chosen is a word, and no address in disguise.
fn is_plain(name: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let numbers = name.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty());
    name.chars().all(is_word)
        && name.contains(|c: char| c.is_ascii_alphabetic())
        && numbers.count() < 4
}

fn address(key: &RedactionKey, text: &str) -> String {
    if let Some(path) = text.strip_prefix("unix:") {
        return format!("unix:{}", pseudonym(key, "addr", path));
    }
    // An address of version 6 has colons of its own, and brackets where a port follows.
    let port = text.rsplit_once(':').filter(|(host, port)| {
        let is_port = port.parse::<u16>().is_ok() && port.bytes().all(|byte| byte.is_ascii_digit());
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

fn path(key: &RedactionKey, path: &str) -> String {
    let segment = |segment: &str| match COMMON.contains(&segment) {
        true => segment.to_owned(),
        false if ip(segment).is_some() => host_name(key, segment),
        false => pseudonym(key, "seg", segment),
    };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

/// A file by what files are called by everywhere, and pseudonyms of the rest of its name and of its folder.
fn file(key: &RedactionKey, path: &str) -> String {
    let (folder, name) =
        path.rsplit_once('/').map_or((None, path), |(folder, name)| (Some(folder), name));
    let name = file_name(key, name);
    match folder {
        Some(folder) => format!("{}/{name}", pseudonym(key, "dir", folder)),
        None => name,
    }
}

fn file_name(key: &RedactionKey, name: &str) -> String {
    let words: Vec<&str> = name.split('.').collect();
    // One that counts logs, or a day: a longer one might be anybody's.
    let is_number = |word: &str| {
        let is_short = (1..=3).contains(&word.len());
        let is_day = word.len() == 8 && (word.starts_with("19") || word.starts_with("20"));
        (is_short || is_day) && word.bytes().all(|byte| byte.is_ascii_digit())
    };
    // `log`, or `log-20180309`.
    let is_common = |word: &str| {
        let (word, date) = word.split_once('-').unwrap_or((word, "0"));
        COMMON_OF_FILES.contains(&word) && is_number(date)
    };
    // A number behind a common word is that of a rotated log.
    let stays = |at: usize| match words.get(at) {
        Some(word) if is_number(word) => {
            at.checked_sub(1).and_then(|before| words.get(before)).is_some_and(|it| is_common(it))
        }
        Some(word) => is_common(word),
        None => false,
    };
    let kept = (0..words.len()).rev().take_while(|at| stays(*at)).count();
    let (told, kept) = words.split_at(words.len() - kept);
    match told.is_empty() {
        true => name.to_owned(),
        false => {
            let told = pseudonym(key, "file", &told.join("."));
            [&[told.as_str()], kept].concat().join(".")
        }
    }
}

/// `addr-q3f9a1c20b`.
fn pseudonym(key: &RedactionKey, kind: &str, text: &str) -> String {
    let text = BASE32_DNSSEC.encode(&digest(key, kind, text.as_bytes()));
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

    fn of(kind: Kind, name: &str) -> String {
        let vantages = ["edge=a", "10.0.0.9=b", "10.0.0.9:443=c", "edge-10-0-0-9=d", "w.example=e"];
        let vantages = vantages.map(|text| VantageName::parse(text).unwrap());
        Pseudonyms::new(&RedactionKey::new([7; 32]), &vantages).of(kind, name)
    }

    #[test]
    fn ok_one_address_has_one_pseudonym() {
        let of = |text: &str| of(Kind::Address, text);
        let one = of("10.0.0.1");
        assert!(one.starts_with("addr-") && one.len() == 15, "{one}");
        assert_eq!(of("10.0.0.1:8080"), format!("{one}:8080"));
        assert_eq!(of("::ffff:10.0.0.1"), one);
        assert_eq!(of("[::ffff:10.0.0.1]:80"), format!("{one}:80"));
        assert_eq!(of("2001:db8::1"), of("2001:0db8:0::1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8::2"));
        assert_eq!(of("backend:3000"), format!("{}:3000", of("backend")));
        assert!(of("unix:/run/alice.sock").starts_with("unix:addr-"));
        assert!(!of("alice:491701234567").contains("4917"));
    }

    #[test]
    fn ok_words_that_were_chosen_stay() {
        let of = |text: &str| of(Kind::Address, text);
        assert_eq!(of("edge"), "edge");
        for name in ["10.0.0.9", "10.0.0.9:443", "edge-10-0-0-9", "w.example", "inner"] {
            assert!(of(name).starts_with("addr-"), "{name}");
        }
    }

    #[test]
    fn ok_files_keep_what_files_are_called_everywhere() {
        let of = |text: &str| of(Kind::File, text);
        for name in ["access.log", "access.log.2.gz", "error.log-20180309.gz", "edge.log", "a"] {
            let stays = name != "a";
            assert_eq!(of(name) == name, stays, "{name}");
        }
        let named = of("/home/alice/chat.acme.example.access.log.1");
        let (folder, name) = named.split_once('/').unwrap();
        assert!(folder.starts_with("dir-") && folder.len() == 14, "{named}");
        assert!(name.starts_with("file-") && name.ends_with(".access.log.1"), "{named}");
        for address in [
            "10.0.0.1",
            "access-10.0.0.1.log",
            "10.0.0.1.access.log",
            "edge10.0.0.1.log",
            "2001:db8::1.access.log",
            "10.0.0.1.10.0.0.2.log",
            "access-10-0-0-1.log",
            "ip-10_0_0_1.log",
            "10.0.0.1:8080.log",
        ] {
            let name = of(address);
            assert!(!name.contains("10") && !name.contains("2001"), "{name}");
        }
    }

    #[test]
    fn ok_paths_keep_what_everybody_has() {
        let path = |text: &str| of(Kind::Path, text);
        assert_eq!(path("/api/socket.io/"), "/api/socket.io/");
        let told = path("/chat/alice/ws");
        assert!(told.ends_with("/ws") && !told.contains("alice") && !told.contains("chat"));
        assert_eq!(path("/10.0.0.1"), format!("/{}", of(Kind::Address, "10.0.0.1")));
    }

    #[test]
    fn ok_another_key_gives_other_pseudonyms() {
        let [one, other] = [[7; 32], [8; 32]].map(RedactionKey::new);
        let key = WebSocketKey::from_bytes([1; 16]);
        let of = |secret| Pseudonyms::new(secret, &[]).websocket_key(key);
        assert_ne!(of(&one), of(&other));
        assert_ne!(of(&one), key);
        assert_eq!(of(&one), of(&one));
    }
}
