//! Lines that were once read wrong, or not at all, each as nginx 1.22 wrote it or would.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that fails should fail loudly")]

use wslog_parse::{Entry, Escape, Formats, LineError, LogFormat, NamedFormat, Variable, detect};

fn format(text: &str) -> Formats {
    LogFormat::compile(text).unwrap().into()
}

fn json(text: &str) -> Formats {
    LogFormat::compile_escaped(text, Escape::Json).unwrap().into()
}

fn named(name: &str) -> LogFormat {
    NamedFormat::find(name).unwrap().compile().unwrap()
}

/// What the line shows of these variables; `None` when it cannot be told.
#[track_caller]
fn read<const N: usize>(
    formats: &Formats,
    line: &str,
    variables: [Variable; N],
) -> Option<[String; N]> {
    let show = |entry: Entry<'_>| {
        let value = |variable| entry.get(variable).unwrap_or(b"-").escape_ascii().to_string();
        variables.map(value)
    };
    match formats.parser().parse(line.as_bytes()) {
        Ok(entry) => Some(show(entry)),
        Err(LineError::Ambiguous(_)) => None,
        Err(error) => panic!("{line}\n{error}"),
    }
}

const TAIL: &str = "upstream_response_time - msec 1795347466.801 request_time 0.000 status";
const HEAD: &str = "[22/Nov/2026:19:37:46 +0800] 127.0.0.1 - - - srv to:";

/// The first of a request's two tails is the client's; nginx wrote the second, which ends in ` -`
/// as lines with a key do.
#[test]
fn ok_a_family_does_not_believe_a_tail_in_a_refused_request() {
    let family = Formats::family(named("upstreamlog_key"), named("upstreamlog"));
    let request = format!("GET / HTTP/1.0 {TAIL} 101 client - x");
    let line = format!("{HEAD} -: {request} {TAIL} 400 client - -");
    let status = read(&family, &line, [Variable::Status]);
    assert!(status.is_none_or(|status| status == ["400"]));
}

/// What is read of a line among others, which is read by shortcuts, is what is read of it alone.
#[track_caller]
fn is_read_alike(format: &str, line: &str) {
    let formats: Formats = named(format).into();
    let text = format!("{line}\n{line}\n{line}\n{line}\n");
    formats.parser().each_line(text.as_bytes(), |parser, _, found| {
        let found = parser.parse_outlined(&found).map_err(|error| error.to_string());
        let mut alone = formats.parser().without_shortcuts();
        let alone = alone.parse(line.as_bytes()).map_err(|error| error.to_string());
        let told = |entry: Entry<'_>| {
            let values = entry.format().variables().map(|name| entry.get_named(name));
            format!("{:?} {:?}", values.collect::<Vec<_>>(), entry.logged_at())
        };
        assert_eq!(found.map(told), alone.map(told), "{line}");
    });
}

/// The first word of a request that nginx refused goes on like the list in front of it.
#[test]
fn ok_a_list_of_upstreams_ends_at_the_first_colon_that_ends_it() {
    let server = "a-server-name-longer-than-thirty-two-characters.example";
    for (user, server, upstreams) in [
        ("-", server, "-: : x"),
        ("bob", "srv", "127.0.0.1:8019: : x"),
        ("-", "srv", "a:, b"),
        ("-", "srv", "127.0.0.1:1, 127.0.0.1:2: : x"),
    ] {
        let line = format!(
            "[22/Nov/2026:19:37:46 +0800] 127.0.0.1 - {user} - {server} to: {upstreams}: \
             GET /ws HTTP/1.0 {TAIL} 400 client - curl/7.88.1 (x86_64-pc-linux-gnu)"
        );
        is_read_alike("upstreamlog", &line);
        is_read_alike("upstreamlog_key", &format!("{line} -"));
        is_read_alike("upstreamlog_key", &format!("{line} 8+qDYeKJGFTWKB2ov4p5TA=="));
    }
}

/// A log damaged by NUL bytes, from before `$msec` had ten digits.
#[test]
fn ok_no_msec_is_known_in_a_second_without_a_usual_one() {
    let tail = "request_time 0.000 status 200 client - curl/7.88.1 (x86_64-pc-linux-gnu)";
    let line = format!(
        "[01/Jan/1970:00:00:01 +0000] 10.0.0.1 - - - h to: 127.0.0.1:8019: GET / HTTP/1.1 \
         upstream_response_time 0.001 msec {}123 {tail}",
        "\0".repeat(11)
    );
    is_read_alike("upstreamlog", &line);
}

/// HTTP/2, refused for a second `:path` behind a User-Agent that imitates the rest of the line.
#[test]
fn ok_a_header_of_a_refused_http2_request_is_not_believed() {
    for (name, key) in [("upstreamlog", ""), ("upstreamlog_key", " -")] {
        let agent = format!("x {TAIL} 200 client - -");
        let line = format!("{HEAD} -: - {TAIL} 400 client - {agent}{key}");
        let status = read(&named(name).into(), &line, [Variable::Status]);
        assert!(status.is_none_or(|status| status == ["400"]), "{name}");
    }
}

/// The same with a User-Agent that makes a request line of nginx's own words.
#[test]
fn ok_no_request_line_is_made_of_what_nginx_wrote() {
    let agent = format!("x : GET / HTTP/1.0 {TAIL} 499 client - -");
    for (name, key) in [("upstreamlog", ""), ("upstreamlog_key", " -")] {
        let line = format!("{HEAD} -: - {TAIL} 400 client - {agent}{key}");
        let status = read(&named(name).into(), &line, [Variable::Status]);
        assert!(status.is_none_or(|status| status == ["400"]), "{name}");
    }
}

/// A target with spaces, which nginx before 1.21.1 hands to its upstream server.
#[test]
fn ok_a_family_does_not_believe_a_tail_in_a_target() {
    let family = Formats::family(named("upstreamlog_key"), named("upstreamlog"));
    let target = format!("/a {TAIL} 101 client - x");
    let tail = TAIL.replace("time -", "time 0.001");
    let line = format!("{HEAD} 127.0.0.1:80: GET {target} HTTP/1.1 {tail} 499 client - -");
    let status = read(&family, &line, [Variable::Status]);
    assert!(status.is_none_or(|status| status == ["499"]));
}

#[test]
fn ok_a_key_with_a_space_is_read_where_the_format_tells_its_end() {
    let line = r#"192.0.2.1 - - [22/Nov/2026:19:37:46 +0800] "GET / HTTP/1.1" 200 5 "-" "-" "-" 0.001 "K1, K2""#;
    let key = read(&named("main_ws").into(), line, [Variable::HttpSecWebsocketKey]);
    assert_eq!(key.unwrap(), ["K1, K2"]);
    let last = format("\"$request\" $http_sec_websocket_key");
    let key = read(&last, "\"GET / HTTP/1.1\" a b", [Variable::HttpSecWebsocketKey]);
    assert_eq!(key.unwrap(), ["a b"]);
}

#[test]
fn ok_a_key_with_a_space_does_not_shift_what_follows_it() {
    let bare = format("$http_sec_websocket_key $status $http_user_agent");
    let status = read(&bare, "abc 101 499 curl", [Variable::Status]);
    assert!(status.is_none_or(|status| status == ["499"]));
}

#[test]
fn ok_a_list_does_not_take_what_a_client_wrote_behind_it() {
    let (addr, time, status) =
        (Variable::UpstreamAddr, Variable::UpstreamResponseTime, Variable::UpstreamStatus);
    for (text, line, variable, value) in [
        ("$upstream_addr $http_user_agent", "127.0.0.1:80 : 192.0.2.1:80 x", addr, "127.0.0.1:80"),
        ("$upstream_response_time $http_user_agent", "0.001 : 9.999 x", time, "0.001"),
        ("$upstream_status $http_user_agent", "200 : 101 x", status, "200"),
        ("$upstream_status $req_id", "200 : 101 x", status, "200"),
    ] {
        let found = read(&format(text), line, [variable]);
        assert!(found.is_none_or(|found| found == [value]), "{text}");
    }
}

/// `GET / HTTP/1.1  ` is answered with 200.
#[test]
fn ok_spaces_behind_the_protocol_belong_to_it() {
    let quoted = format("\"$server_protocol\" $status");
    let found = read(&quoted, "\"HTTP/1.1  \" 200", [Variable::ServerProtocol, Variable::Status]);
    assert_eq!(found.unwrap(), ["HTTP/1.1  ", "200"]);
    let bare = format("$server_protocol $status");
    let status = read(&bare, "HTTP/1.1  200", [Variable::Status]);
    assert!(status.is_none_or(|status| status == ["200"]));
    let line = r#"{"server_protocol":"HTTP/1.1 ","status":"200"}"#;
    let objects = LogFormat::json_objects().into();
    let found = read(&objects, line, [Variable::ServerProtocol, Variable::Status]);
    assert_eq!(found.unwrap(), ["HTTP/1.1 ", "200"]);
}

/// An `error_page` to a location whose upstream server has no address, and from such a location.
#[test]
fn ok_an_internal_redirect_leaves_an_element_of_a_list_empty() {
    let keyless = named("upstreamlog").into();
    let variables = [Variable::UpstreamAddr, Variable::UpstreamResponseTime, Variable::Status];
    for (addr, time) in
        [("127.0.0.1:8019 : ", "0.000 : "), (", 127.0.0.1:8015", "0.000, 0.001"), ("", "0.000")]
    {
        let line = format!(
            "{HEAD} {addr}: GET /fb HTTP/1.1 upstream_response_time {time} msec 1795347466.801 \
             request_time 0.000 status 502 client - curl"
        );
        assert_eq!(read(&keyless, &line, variables).unwrap(), [addr, time, "502"]);
    }
}

/// A client that came through a Unix socket.
#[test]
fn ok_a_unix_socket_has_no_port() {
    let quoted = format("$remote_addr \"$remote_port\" \"$server_port\" $status");
    let found = read(&quoted, "unix: \"\" \"\" 200", [Variable::RemoteAddr, Variable::Status]);
    assert_eq!(found.unwrap(), ["unix:", "200"]);
}

#[test]
fn ok_a_literal_dash_behind_a_value_that_is_missing() {
    let found = read(&json("$upstream_status-$status"), "-200", [Variable::Status]);
    assert_eq!(found.unwrap(), ["200"]);
    let list = format("$upstream_connect_time-$request_uri-$status");
    let status = read(&list, "1.351 : -/-200", [Variable::Status]);
    assert_eq!(status.unwrap(), ["200"]);
}

/// Without `$status` it is not known that a request was refused.
#[test]
fn ok_a_format_without_a_status_does_not_believe_a_refused_request() {
    let bare = format("$remote_user $request $http_user_agent");
    let request = read(&bare, "- x GET / HTTP/1.1 -", [Variable::Request]);
    assert!(request.is_none_or(|request| request == ["x GET / HTTP/1.1"]));
}

#[test]
fn ok_escapes_of_json_that_nginx_does_not_write() {
    assert_eq!(&*Escape::Json.undo(b"\\u00e9 \\ud83d\\ude00"), "é 😀".as_bytes());
}

/// Where there are as many separators as there have to be, each has its place.
#[test]
fn ok_many_free_values_between_equal_separators_are_read() {
    let names: Vec<_> = (0..24).map(|number| format!("${{http_x_{number}}}")).collect();
    let format = LogFormat::compile(&names.join("|")).unwrap();
    let values: Vec<_> = (0..24).map(|number| format!("value {number}")).collect();
    let line = values.join("|");
    let mut parser = Formats::from(format).parser();
    let entry = parser.parse(line.as_bytes()).unwrap();
    for (number, value) in values.iter().enumerate() {
        assert_eq!(entry.get_named(&format!("http_x_{number}")), Some(value.as_bytes()));
    }
}

/// What a parser that has read some lines says of another is what one without shortcuts says.
fn alike(formats: &Formats, before: &[&str], line: &str) -> Result<Option<bool>, String> {
    let told = |parsed: Result<Entry<'_>, LineError<'_>>| match parsed {
        Ok(entry) => Ok(entry.websocket_key().map(|key| key.is_ok())),
        Err(error) => Err(error.to_string()),
    };
    let mut parser = formats.parser();
    for line in before {
        assert!(parser.parse(line.as_bytes()).is_ok(), "{line}");
    }
    let quick = told(parser.parse(line.as_bytes()));
    let thorough = told(formats.parser().without_shortcuts().parse(line.as_bytes()));
    assert_eq!(quick, thorough, "{line}");
    quick
}

#[test]
fn err_a_number_of_more_digits_than_are_looked_at_together() {
    let number = "1234567890123456abcdefghijklmnop";
    let combined = named("combined");
    let line = format!(
        "1.2.3.4 - - [09/Mar/2018:15:04:51 +0800] \"GET / HTTP/1.1\" 200 {number} \"-\" \"curl\""
    );
    assert!(alike(&combined.into(), &[], &line).is_err());
    let objects = LogFormat::json_objects().into();
    let line = |bytes: &str| format!(r#"{{"status":200,"body_bytes_sent":"{bytes}","uri":"/"}}"#);
    assert!(alike(&objects, &[&line("5")], &line(number)).is_err());
}

#[test]
fn ok_a_key_without_quotes_is_told_by_the_same_rules_in_a_known_shape() {
    let objects = LogFormat::json_objects().into();
    let line = |key: &str| format!(r#"{{"status":101,"http_sec_websocket_key":{key},"uri":"/a"}}"#);
    let before = line("-");
    for key in ["null", "dGhlIHNhbXBsZSBub25jZQ== ", "[\"a\"", "{\"a\":1", "x"] {
        let _ = alike(&objects, &[&before], &line(key));
    }
    assert_eq!(alike(&objects, &[&before], &line("null")), Ok(None));
}

/// The family of formats that end in a key need not be the first of a log.
#[test]
fn ok_a_key_is_found_behind_lines_of_another_format() {
    let combined =
        "1.2.3.4 - - [09/Mar/2018:15:04:51 +0800] \"GET / HTTP/1.1\" 200 5 \"-\" \"curl\"";
    let keyed = "[09/Mar/2018:15:04:51 +0800] 1.2.3.4 - - - s to: -: GET /ws HTTP/1.0 \
                 upstream_response_time - msec 1520579091.139 request_time 0.001 status 499 \
                 client - x dGhlIHNhbXBsZSBub25jZQ==";
    let lines = [combined, combined, combined, keyed];
    let formats = detect(lines.iter().map(|line| line.as_bytes())).unwrap().formats;
    assert_eq!(alike(&formats, &lines, keyed), Ok(Some(true)));
}

/// The text in front of a variable's end belongs to the format, whatever it is.
#[test]
fn err_a_format_that_only_reads_like_combined() {
    let combined = NamedFormat::find("combined").unwrap().log_format;
    let other = combined.replacen("$remote_addr", "${remote}_addr", 1);
    let formats = LogFormat::compile(&other).unwrap().into();
    let line = "1.2.3.4 - - [09/Mar/2018:15:04:51 +0800] \"GET / HTTP/1.1\" 200 5 \"-\" \"curl\"";
    assert!(alike(&formats, &[], line).is_err());
}
