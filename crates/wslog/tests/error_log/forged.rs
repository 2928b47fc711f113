//! Lines that a client wrote.

use wslog::{Options, VantageName};

use crate::log::{
    FAILED, IDLE, Request, TUNNEL, all_joined, analyze, beside, event_of, joined, rows,
};

#[test]
fn ok_a_client_that_forges_fields_is_joined_to_nobody_else() {
    let forged =
        "/ws/?a=b, client: 192.0.2.1, server: a, request: \"GET /ws/ HTTP/1.1\", upstream: \"";
    let forger = Request { client: "203.0.113.9", target: forged, ..TUNNEL };
    let quoting = "2018/03/09 17:01:00 [info] 1#1: *6 client sent invalid \"GET /, client: 192.0.2.1, \
                   server: a, request: \"GET /ws/ HTTP/1.1\" while reading client request line, client: \
                   203.0.113.9, server: a, request: \"GET /ws/ HTTP/1.1\"\n";
    let events = [event_of(60, IDLE, &forger), quoting.to_owned()];
    let analysis = beside(&[TUNNEL], &events);
    assert!(rows(&analysis).iter().all(|row| row.joined == 0), "{:?}", rows(&analysis));
    assert_eq!(analysis.input.ambiguous, 2);
    assert_eq!(analysis.input.ambiguous_examples[0].line, 1);
    assert!(!analysis.findings.iter().any(|finding| finding.id == "log-injection"));
}

#[test]
fn ok_a_line_that_a_client_wrote_into_another_is_joined_to_nobody() {
    let forged = event_of(60, IDLE, &TUNNEL);
    let around = |path: &str, end: &str| {
        format!(
            "2018/03/09 17:01:00 [error] 1#1: *9 open() \"/usr/share/nginx/html/x\n{forged}{end}\" failed \
             (2: No such file or directory), client: 203.0.113.9, server: edge, request: \"GET \
             {path} HTTP/1.1\", host: \"a\"\n"
        )
    };
    assert_eq!(joined(&[TUNNEL], std::slice::from_ref(&forged)), 1);
    let head = "2018/03/09 17:01:00 [error] 1#1: *9 a";
    for end in ["", head] {
        assert_eq!(joined(&[TUNNEL], &[around("/x%0a2018%0A", end)]), 0, "{end}");
    }
    // The message may be too long for its end.
    let cut = around("/x", head);
    let cut = cut.get(..cut.find(" failed").unwrap() - 1).unwrap();
    assert_eq!(joined(&[TUNNEL], &[format!("{cut}\n")]), 0);
    // A query is decoded in no message.
    for (target, expected) in [("/s?q=%0Ab", 1), ("/s%0Ab", 0)] {
        let neighbour = event_of(60, IDLE, &Request { client: "192.0.2.7", target, ..TUNNEL });
        assert_eq!(joined(&[TUNNEL], &[neighbour, forged.clone()]), expected, "{target}");
    }
    // Far away from it nothing is in doubt.
    let other = Request { client: "192.0.2.2", ..FAILED };
    let between = event_of(30, IDLE, &other).repeat(30);
    // One of two is then about something else, whichever.
    let events = [forged.clone(), between, around("/x%0A", "")];
    assert_eq!(joined(&[TUNNEL], &events), 0);
    let events = [forged.clone(), events[1].clone(), "no line\n".into()];
    assert_eq!(joined(&[TUNNEL], &events), 1);
    assert_eq!(joined(&[TUNNEL], &[forged, "no line\n".into()]), 0);
}

#[test]
fn ok_what_is_said_of_connections_is_no_torn_message() {
    let other =
        "2018/03/09 17:00:59 [info] 1#1: *3 client 192.0.2.7:5555 connected to 0.0.0.0:443\n";
    let left = "2018/03/09 17:00:59 [alert] 1#1: *3 open socket #11 left in connection 4\n";
    for line in [other, left] {
        assert_eq!(joined(&[TUNNEL], &[line.to_owned(), event_of(60, IDLE, &TUNNEL)]), 1, "{line}");
    }
}

#[test]
fn ok_a_copy_of_a_line_in_doubt_is_in_doubt() {
    let forged = event_of(60, IDLE, &TUNNEL);
    let torn = format!("2018/03/09 17:01:00 [error] 1#1: *9 open() \"/html/x\n{forged}no line\n");
    for copy in ["a.log", "z.log"] {
        let options = Options {
            vantages: ["access.log", "error.log", copy]
                .map(|log| VantageName::parse(&format!("edge={log}")).unwrap())
                .to_vec(),
            ..Options::default()
        };
        let logs =
            [("access.log", TUNNEL.line()), ("error.log", torn.clone()), (copy, forged.clone())];
        assert_eq!(all_joined(&analyze(options, &logs)), 0, "{copy}");
    }
}
