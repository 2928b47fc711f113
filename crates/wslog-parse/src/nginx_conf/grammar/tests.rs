use crate::nginx_conf::{self, File};

fn refused(text: &str) -> Vec<String> {
    let load = |_: &str| Ok::<Vec<File>, String>(Vec::new());
    let configuration = nginx_conf::parse("a", text.as_bytes(), load).expect(text);
    configuration.refused().iter().map(ToString::to_string).collect()
}

#[test]
fn ok_what_nginx_takes_is_not_told() {
    for text in [
        "events {} http { map $a $b { default x; '' y; hostnames; ~^a|b c; include x*; } }",
        "http { geo $a { ranges; default 0; 10.0.0.0-10.0.0.9 1; } types { text/html html htm; } }",
        "http { split_clients $a $b { 10% x; * y; } server { listen 443\n ssl\n http2; } }",
        "stream { server { listen 1; proxy_pass a:1; } upstream a { server b:1; zone a 1m; } }",
        "upstream a { server b:1 weight=2; keepalive 4; }",
        "server { listen 80; proxy_pass a:1; }",
        "http { server { location / { if ($a) { proxy_pass http://a; } limit_except GET { deny all; } } } }",
        "check_http_send 1 2 3; SecRules { -- ; }",
        "http { server { location / { proxy_pass $scheme://a; proxy_pass HTTPS://a; } } }",
        "location / { more_set_headers a b c; content_by_lua_block { a(); } }",
        "http { log_format a '$remote_addr'\n 'location'; }",
        "proxy_set_header Host $host; internal; return 200 a;",
        "gzip ON;",
        "http { log_format upstream '$status'; access_log logs/a upstream; }",
        "http { log_format upstream '$status'; access_log logs/a\n upstream\n buffer=32k flush=5s; }",
        "http { limit_req_zone $a zone=a:1m rate=1r/s sync; upstream a { sticky; server b:1; } }",
    ] {
        assert_eq!(refused(text), [""; 0], "{text}");
    }
}

#[test]
fn err_a_semicolon_that_is_missing_is_named_where_the_next_directive_begins() {
    for (text, expected) in [
        (
            "http { server { listen 80\n server_name a; } }",
            r#"a:2:2: unexpected "server_name": the directive "listen" of line 1 has no ";""#,
        ),
        (
            "location / { proxy_pass http://a\n proxy_buffering off; }",
            r#"a:2:2: unexpected "proxy_buffering": the directive "proxy_pass" of line 1 has no ";""#,
        ),
        (
            "http { log_format a '$b'\n server { } }",
            r#"a:2:2: unexpected "server": the directive "log_format" of line 1 has no ";""#,
        ),
        (
            "upstream a { server b:1\n keepalive 4; }",
            r#"a:2:2: unexpected "keepalive": the directive "server" of line 1 has no ";""#,
        ),
        (
            "pid a error_log b; events { }",
            r#"a:1:7: unexpected "error_log": the directive "pid" of line 1 has no ";""#,
        ),
        (
            "http { proxy_temp_path a proxy_buffering off; }",
            r#"a:1:26: unexpected "proxy_buffering": the directive "proxy_temp_path" of line 1 has no ";""#,
        ),
        (
            "map $a $b { default c\n '' d; }",
            r#"a:2:2: unexpected "": the directive "default" of line 1 has no ";""#,
        ),
        (
            "server { server_name a\n access_log off; }",
            "a:2:2: nginx takes \"access_log\" for an argument of \"server_name\": is the \";\" in \
             front of it missing?",
        ),
    ] {
        assert_eq!(refused(text), [expected], "{text}");
    }
}

#[test]
fn err_what_nginx_refuses() {
    for (text, expected) in [
        (
            "location / { proxy_read_timeout 1 h; }",
            r#"a:1:14: the directive "proxy_read_timeout" takes 1 argument, not 2"#,
        ),
        (
            "http { server { map $a $b { } } }",
            r#"a:1:17: the directive "map" is not allowed here, but in http or stream"#,
        ),
        (
            "http { location / { } }",
            r#"a:1:8: the directive "location" is not allowed here, but in server or location"#,
        ),
        (
            "server { /* a\n */\n location / { } }",
            "a:1:10: nginx knows no directive \"/*\"; a comment starts with \"#\"",
        ),
        (
            "server { -- a\n location / { } }",
            "a:1:10: nginx knows no directive \"--\"; a comment starts with \"#\"",
        ),
        (
            "location / { \u{a0}proxy_pass http://a; }",
            "a:1:14: nginx knows no directive \"\\xc2\\xa0proxy_pass\"; a comment starts with \"#\"",
        ),
        (
            "location / { proxy_pass ws://a; }",
            "a:1:25: proxy_pass takes \"http://\" or \"https://\", WebSockets included, not \"ws://a\"",
        ),
        ("gzip yes;", r#"a:1:6: the directive "gzip" is "on" or "off", not "yes""#),
        ("map $a $b { c; }", "a:1:13: a line has two words here, not 1"),
        ("upstream a;", r#"a:1:1: expected "{" behind the directive "upstream", found ";""#),
        ("gzip on { }", r#"a:1:1: expected ";" behind the directive "gzip", found "{""#),
    ] {
        assert_eq!(refused(text), [expected], "{text}");
    }
}
