//! Request lines of every shape that reaches a port on the open internet.

use wslog_lab::{client_hello, fresh_key};

use crate::case::{Case, Ending};

/// A request line, the protocol that must be read in it, and its method and target where it has
/// them.
type Line = (&'static [u8], &'static str, Option<(&'static str, &'static str)>);

/// Whole request lines; headers follow.
const LINES: &[Line] = &[
    (b"GET  /local/ HTTP/1.1", "HTTP/1.1", Some(("GET", "/local/"))),
    (b"GET /local/   HTTP/1.1", "HTTP/1.1", Some(("GET", "/local/"))),
    (b"GET /local/ HTTP/1.1  ", "HTTP/1.1", Some(("GET", "/local/"))),
    (b"GET   /ws/   HTTP/1.0   ", "HTTP/1.0", Some(("GET", "/ws/"))),
    (b" GET /local/ HTTP/1.1", "HTTP/1.1", None),
    (b"GET\t/local/ HTTP/1.1", "HTTP/1.1", None),
    (b"GET /local/\tHTTP/1.1", "-", None),
    (b"GET /local/ HTTP/1.1 x", "-", None),
    (b"GET /local/ HTTP/1.1x", "-", None),
    (b"GET /local/ Hello", "-", None),
    (b"GET /local/ HTTP/1", "-", None),
    (b"GET /local/ HTTP/1.", "-", None),
    (b"GET /local/ HTTP/1.10", "-", None),
    (b"GET /local/ http/1.1", "-", None),
    (b"GET HTTP/1.1", "HTTP/1.1", Some(("GET", ""))),
    (b"HTTP/1.1", "HTTP/1.1", None),
    (
        b"GET http://edge.example/local/?a HTTP/1.1",
        "HTTP/1.1",
        Some(("GET", "http://edge.example/local/?a")),
    ),
    (b"GET HTTP://EDGE.EXAMPLE/ws/ HTTP/1.0", "HTTP/1.0", Some(("GET", "HTTP://EDGE.EXAMPLE/ws/"))),
    (b"GET http://edge.example HTTP/1.1", "HTTP/1.1", Some(("GET", "http://edge.example"))),
    (b"CONNECT a.example:443 HTTP/1.1", "HTTP/1.1", Some(("CONNECT", "a.example:443"))),
    (b"CONNECT a.example:443 HTTP/1.0", "HTTP/1.0", Some(("CONNECT", "a.example:443"))),
    (b"OPTIONS * HTTP/1.1", "HTTP/1.1", Some(("OPTIONS", "*"))),
    (b"TRACE /local/ HTTP/1.1", "HTTP/1.1", Some(("TRACE", "/local/"))),
    (b"HEAD /nowhere HTTP/1.0", "HTTP/1.0", Some(("HEAD", "/nowhere"))),
    (b"M-SEARCH_ /local/ HTTP/1.1", "HTTP/1.1", Some(("M-SEARCH_", "/local/"))),
    (b"get /local/ HTTP/1.1", "HTTP/1.1", Some(("get", "/local/"))),
    (b"Get /ws/ HTTP/1.0", "HTTP/1.0", Some(("Get", "/ws/"))),
    (b"PRI * HTTP/2.0", "HTTP/2.0", Some(("PRI", "*"))),
    (b"GET /ws/ HTTP/2.0", "HTTP/2.0", Some(("GET", "/ws/"))),
    (b"GET /ws/ HTTP/3.0", "HTTP/3.0", Some(("GET", "/ws/"))),
    (b"GET /ws/ HTTP/9.9", "HTTP/9.9", Some(("GET", "/ws/"))),
    (b"GET /ws/ HTTP/0.9", "HTTP/0.9", Some(("GET", "/ws/"))),
    (b"GET /local/ HTTP/1.2", "HTTP/1.2", Some(("GET", "/local/"))),
    (
        b"GET /local/?url= http://a.example/ HTTP/1.1",
        "HTTP/1.1",
        Some(("GET", "/local/?url= http://a.example/")),
    ),
    (b"GET /local/?a=b&c=%20d+e#f HTTP/1.1", "HTTP/1.1", Some(("GET", "/local/?a=b&c=%20d+e#f"))),
    (b"GET //local//../local/%2e/ HTTP/1.1", "HTTP/1.1", Some(("GET", "//local//../local/%2e/"))),
    (b"GET /../.. HTTP/1.1", "HTTP/1.1", Some(("GET", "/../.."))),
    (b"GET /local/%00 HTTP/1.1", "HTTP/1.1", Some(("GET", "/local/%00"))),
    (b"GET /local/\"quoted\"\\x22 HTTP/1.1", "HTTP/1.1", Some(("GET", "/local/\"quoted\"\\x22"))),
    (b"GET /local/\x80\xff\xc3\xa9 HTTP/1.1", "HTTP/1.1", None),
    (b"GET /local/\x01\x7f HTTP/1.1", "HTTP/1.1", None),
    (b"GET relative HTTP/1.1", "HTTP/1.1", Some(("GET", "relative"))),
    (b"GET ?a HTTP/1.1", "HTTP/1.1", Some(("GET", "?a"))),
    (b"\x16\x03\x01", "-", None),
    (b"SSH-2.0-OpenSSH_9.2", "-", None),
    (b"\"\\", "-", None),
    (b"-", "-", None),
    (b" ", "-", None),
    (b"- - HTTP/1.0", "HTTP/1.0", Some(("-", "-"))),
];

/// Beginnings, after which nothing comes.
const CUT_OFF: [&[u8]; 10] = [
    b"G",
    b"GET",
    b"GET ",
    b"GET /ws/",
    b"GET /ws/ ",
    b"GET /ws/ HT",
    b"GET /ws/ HTTP/1.",
    b" ",
    b"-",
    b"\x16\x03",
];

/// Every line, once bare and once as a handshake with an agent.
pub(crate) fn cases() -> impl Iterator<Item = Case> {
    let lines = LINES.iter().flat_map(|&(line, protocol, parts)| {
        let case = Case::line(line, protocol).header("Host", "edge.example");
        let case = match parts {
            Some((method, target)) => case.parts(method, target),
            None => case,
        };
        [case.clone(), case.agent("Agent/1.0 (a; b)").header("Sec-WebSocket-Key", fresh_key())]
    });
    let cut_off =
        CUT_OFF.iter().map(|&start| Case::line(start, "-").bytes(start).ends(Ending::CutOff));
    // Some are answered at once: a client only stalls while nginx still hopes.
    let stalled =
        CUT_OFF[..7].iter().map(|&start| Case::line(start, "-").bytes(start).ends(Ending::Stalls));
    lines.chain(cut_off).chain(stalled).chain(others())
}

/// What is no line with headers behind it.
fn others() -> impl Iterator<Item = Case> {
    let simple = ["GET /local/", "GET  /local/?a=b", "GET /local/  "]
        .map(|line| Case::line(line, "-").bytes(format!("{line}\r\n")));
    let tls = [&b""[..], b"\n", b"ab\ncd", b"\"\\ HTTP/1.0\n"].map(|random| {
        let hello = client_hello(random);
        let line = hello.split(|&byte| byte == b'\n' || byte == b'\r').next().unwrap();
        let protocol = if random.ends_with(b"HTTP/1.0\n") { "HTTP/1.0" } else { "-" };
        Case::line(line, protocol).bytes(hello.clone())
    });
    let handshake = || {
        let long = "a".repeat(9000);
        let case = Case::new("GET", "/ws/", "HTTP/1.1").websocket(fresh_key());
        (case, long)
    };
    let (case, long) = handshake();
    let agent_is_too_long = case.agent(&long);
    let (case, long) = handshake();
    let other_is_too_long = case.agent("A").header("X", &long);
    let long_agent = Case::new("GET", "/local/", "HTTP/1.1").agent(b"\xff".repeat(7000));
    let long_target = format!("/ws/{}", "b".repeat(7000));
    let long_target = Case::new("GET", long_target, "HTTP/1.0").agent("A").websocket(fresh_key());
    let line_is_too_long = Case::line(format!("GET /{} HTTP/1.1", "c".repeat(9000)), "-");
    let bad_header = Case::new("GET", "/ws/", "HTTP/1.1").agent("A").websocket(fresh_key());
    let bad_header = bad_header.header("X", b"a\0b");
    let no_host = Case::line("GET /ws/ HTTP/1.1", "HTTP/1.1").agent("A").websocket(fresh_key());
    let no_host_10 = Case::line("GET /local/ HTTP/1.0", "HTTP/1.0").agent("A");
    let empty = Case::line("", "-").bytes("\r\n").ends(Ending::CutOff);
    simple.into_iter().chain(tls).chain([
        agent_is_too_long,
        other_is_too_long,
        long_agent,
        long_target.ends(Ending::Opened),
        line_is_too_long,
        bad_header,
        no_host,
        no_host_10,
        empty,
    ])
}
