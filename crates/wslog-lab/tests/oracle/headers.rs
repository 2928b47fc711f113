//! Values of headers that a format has to get past: quotes, backslashes, spaces, bytes that are no
//! text, and none at all.

use wslog_lab::fresh_key;

use crate::case::{Case, Ending};

const AGENTS: &[&[u8]] = &[
    b"",
    b"-",
    b"--",
    b" a ",
    b"a  b",
    b"a -",
    b"- a",
    b"a - b - c",
    b"\"",
    b"\"a\" \"b\"",
    b"a\" 200 5 \"-\" \"b",
    b"\\",
    b"\\x22",
    b"\\\\x5C\\",
    b"a\tb",
    b"\x01\x1f\x7f",
    b"\x80\xff\xc3\xa9\xe2\x82\xac",
    b"Foo dGhlIHNhbXBsZSBub25jZQ==",
    b"client - a",
    b"status 101",
    b"a status 101 client - b",
    b"request_time 60.000 status 499",
    b"[09/Mar/2018:15:04:51 +0800] 192.0.2.1",
    b"a to: 127.0.0.1:9: GET / HTTP/1.1",
    b"HTTP/1.0",
    b"GET / HTTP/1.0",
];

const KEYS: &[&[u8]] = &[
    b"",
    b"-",
    b"short",
    b"dGhlIHNhbXBsZSBub25jZQ=",
    b"dGhlIHNhbXBsZSBub25jZR==",
    b"dGhlIHNhbXBsZSBub25jZSEh",
    b"\"dGhlIHNhbXBsZSBub25jZQ==\"",
    b"\\x22\xff\x01",
    b"dGhlIHNhbXBsZSBub25jZQ==\tx",
    b"a b",
    b"x dGhlIHNhbXBsZSBub25jZQ==",
    b"a -",
];

const USERS: &[&[u8]] = &[
    b"",
    b"-",
    b"alice",
    b"a b",
    b" a ",
    b"a - b",
    b" - ",
    b"- - -",
    b"a - edge.example to",
    b"] [",
    b"a [b] \"c\"",
    b"\"",
    b"\\x22",
    b"\x80\xff",
    b"a\tb\nc\r\0",
    b"status 101 client - b",
];

/// Every value once on a page, once in a handshake that opens, once in one that is given up.
pub(crate) fn cases() -> impl Iterator<Item = Case> {
    let places = [
        ("/local/", "HTTP/1.1", Ending::Answered),
        ("/ws/", "HTTP/1.1", Ending::Opened),
        ("/hang/", "HTTP/1.0", Ending::Leaves),
    ];
    places.into_iter().flat_map(|(path, protocol, ending)| {
        let request = move || Case::new("GET", path, protocol).ends(ending);
        let keyed = move |case: Case| match path {
            "/local/" => case,
            _ => case.websocket(fresh_key()),
        };
        let agents = AGENTS.iter().map(move |agent| keyed(request().agent(agent)));
        let referers = AGENTS.iter().map(move |value| {
            keyed(request().header("Referer", value).header("X-Forwarded-For", value))
        });
        let keys = KEYS
            .iter()
            .flat_map(move |key| [request().agent("A").websocket(key), request().websocket(key)]);
        let users = USERS.iter().map(move |user| keyed(request().user(user).agent("A")));
        agents.chain(referers).chain(keys).chain(users)
    })
}
