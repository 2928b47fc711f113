//! Configurations: what is read from them, what is refused, and where.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

use std::fmt::Write;
use std::fs;
use std::path::Path;

use wslog_parse::nginx_conf::{
    self, AccessLog, ConfError, Configuration, DefinedFormat, Directive, File, Logging, MAX_DEPTH,
    Target,
};

fn alone(_: &str) -> Result<Vec<File>, &'static str> {
    Err("no such file")
}

#[track_caller]
fn parse(text: &str) -> Configuration {
    nginx_conf::parse("nginx.conf", text.as_bytes(), alone).expect(text)
}

#[track_caller]
fn error(text: &str) -> String {
    nginx_conf::parse("nginx.conf", text.as_bytes(), alone).expect_err(text).to_string()
}

fn problems(text: &str) -> Vec<String> {
    parse(text).logging().problems.iter().map(ConfError::to_string).collect()
}

/// A configuration of these files, of which the first is the main one.
fn of_files(files: &[(&str, &str)]) -> Result<Configuration, ConfError> {
    let load = |pattern: &str| -> Result<Vec<File>, &str> {
        let head = pattern.trim_end_matches('*');
        let is_meant = |name: &str| name == pattern || (head != pattern && name.starts_with(head));
        let meant = files.iter().filter(|(name, _)| is_meant(name));
        Ok(meant.map(|(name, text)| File { name: (*name).into(), text: (*text).into() }).collect())
    };
    nginx_conf::parse(files[0].0, files[0].1.as_bytes(), load)
}

/// As `nginx -T` writes these files.
fn dump(files: &[(&str, &str)]) -> String {
    files.iter().map(|(name, text)| format!("# configuration file {name}:\n{text}\n")).collect()
}

/// What there is to tell about logging, a line each.
fn told(logging: &Logging) -> String {
    let mut told = String::new();
    for DefinedFormat { name, escape, text, format, place } in &logging.formats {
        let Some(place) = place else { continue };
        let text = text.escape_ascii();
        writeln!(told, "{place} log_format {name} {escape:?}: {text}").unwrap();
        if let Ok(format) = format {
            writeln!(told, "    {}", format.variables().collect::<Vec<_>>().join(" ")).unwrap();
        }
    }
    for log in &logging.access_logs {
        writeln!(told, "{}", told_log(log)).unwrap();
    }
    for problem in &logging.problems {
        writeln!(told, "{problem}").unwrap();
    }
    told
}

fn told_log(log: &AccessLog) -> String {
    let target = match &log.target {
        Target::Off => return format!("{} access_log off", log.place),
        Target::File(path) => format!("file {}", path.escape_ascii()),
        Target::Variable(path) => format!("variable {}", path.escape_ascii()),
        Target::Syslog(server) => format!("syslog {}", server.escape_ascii()),
    };
    let parameters = [
        ("buffer", &log.buffer),
        ("flush", &log.flush),
        ("gzip", &log.gzip),
        ("if", &log.condition),
    ];
    let parameters = parameters
        .iter()
        .filter_map(|(name, value)| value.as_ref().map(|value| format!(" {name}={value}")));
    let parameters: String = parameters.collect();
    format!("{} access_log {target} {}{parameters}", log.place, log.format)
}

/// The tree on one line.
fn outline(directives: &[Directive]) -> String {
    let one = |directive: &Directive| {
        let words: Vec<_> = directive.arguments().iter().map(nginx_conf::Argument::text).collect();
        let name = String::from_utf8_lossy(&directive.name()).into_owned();
        let block = directive.block().map(|block| format!("{{{}}}", outline(block)));
        format!("{name}({}){}", words.join(","), block.unwrap_or_default())
    };
    directives.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// Every configuration in the folder says what the file beside it expects.
#[test]
fn ok_whole_configurations_say_what_is_expected_of_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/nginx_conf");
    let entries = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let is_conf = |path: &std::path::PathBuf| path.extension().is_some_and(|end| end == "conf");
    let mut seen = 0;
    for path in entries.filter(is_conf) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let found = match nginx_conf::parse(name, &fs::read(&path).unwrap(), alone) {
            Ok(configuration) => told(&configuration.logging()),
            Err(error) => format!("{error}\n"),
        };
        let expected = fs::read_to_string(path.with_extension("expected")).unwrap_or_default();
        assert_eq!(found, expected, "{name}");
        seen += 1;
    }
    assert!(seen >= 5);
}

#[test]
fn ok_a_tree_has_blocks_and_arguments() {
    for (text, expected) in [
        ("", ""),
        ("a;", "a()"),
        ("a b 'c d';e{}", "a(b,c d) e(){}"),
        ("http { server { listen 80; } }", "http(){server(){listen(80)}}"),
        ("if ($a = \"b\"){ return 200 ok}; }", "if(($a,=,b,)){return(200,ok})}"),
        ("'a' # b\n \"c\"; # d", "a(c)"),
        ("a\r\n  b;\r\n", "a(b)"),
        ("location ~ \"^/\\d{3}\" { }", "location(~,^/\\d{3}){}"),
        ("x_by_lua_block { if a then b = '}' end -- }\n} c;", "x_by_lua_block() c()"),
        ("set_by_lua_block $a { return {1} } c;", "set_by_lua_block($a) c()"),
        ("\u{feff}a;", "\u{feff}a()"),
    ] {
        assert_eq!(outline(parse(text).directives()), expected, "{text}");
    }
}

#[test]
fn ok_places_are_lines_and_columns_of_bytes() {
    let configuration = parse("é;\n\n  a 'b\n c'\td;");
    let [_, directive] = configuration.directives() else { panic!("two directives") };
    let places = directive.arguments().iter().map(|argument| directive.place_of(argument));
    let places: Vec<_> = places.map(|place| place.to_string()).collect();
    assert_eq!(directive.place().to_string(), "nginx.conf:3:3");
    assert_eq!(places, ["nginx.conf:3:5", "nginx.conf:4:5"]);
}

#[test]
fn err_what_nginx_refuses_is_told_with_its_place() {
    for (text, expected) in [
        ("}", "1:1: unexpected \"}\": there is no open block"),
        ("a {\n}\n }", "3:2: unexpected \"}\": there is no open block"),
        ("a;\n ;", "2:2: unexpected \";\": expected the name of a directive"),
        ("a;{", "1:3: unexpected \"{\": expected the name of a directive"),
        ("a {\n b c\n}", "3:1: unexpected \"}\": the directive \"b\" of line 2 has no \";\""),
        (
            "a {\n b; // c\n}",
            "3:1: unexpected \"}\": the directive \"//\" of line 2 has no \";\"; a comment starts \
             with \"#\", not \"//\"",
        ),
        ("a {\n b;\n", "1:1: the file ends before the \"}\" of the block \"a\""),
        ("a {\n b {\n}", "1:1: the file ends before the \"}\" of the block \"a\""),
        ("a;\nb c\n", "2:1: the file ends before the \";\" or \"{\" of the directive \"b\""),
        ("a # ;", "1:1: the file ends before the \";\" or \"{\" of the directive \"a\""),
        ("a\\", "1:1: the file ends before the \";\" or \"{\" of the directive \"a\\\\\""),
        ("a\n 'b;\n}", "2:2: the quote that opens here is never closed"),
        ("a \"b\\\";", "1:3: the quote that opens here is never closed"),
        (
            "a 'b'c;",
            "1:6: unexpected \"c\" right behind a closing quote: expected a space, \";\" or \"{\"",
        ),
        (
            "a_by_lua_block { '}' ",
            "1:1: the file ends before the \"}\" of the block \"a_by_lua_block\"",
        ),
    ] {
        assert_eq!(error(text), format!("nginx.conf:{expected}"), "{text}");
    }
}

#[test]
fn ok_an_argument_can_be_longer_than_the_buffer_of_nginx() {
    let configuration = parse(&format!("a {};", "b".repeat(10_000)));
    assert_eq!(configuration.directives()[0].arguments()[0].value().len(), 10_000);
}

#[test]
fn err_blocks_without_end_in_one_another() {
    let place = format!("nginx.conf:1:{}: ", 2 * MAX_DEPTH + 1);
    assert!(error(&"a{".repeat(100_000)).starts_with(&place));
    let deepest = format!("{}{}", "a{".repeat(MAX_DEPTH), "}".repeat(MAX_DEPTH));
    assert_eq!(parse(&deepest).directives().len(), 1);
    let lua = format!("a_by_lua_block {}", "{".repeat(100_000));
    assert!(error(&lua).contains("\"a_by_lua_block\""));
}

/// Each of these would take for ever if anything were read again and again.
#[test]
fn err_or_ok_a_large_configuration_takes_no_longer_than_a_small_one() {
    let many = |text: &str| text.repeat(1 << 16);
    for text in [
        many("a;"),
        many("a "),
        many("''"),
        many("\\"),
        many("${"),
        many("#\n"),
        many("log_format a '$b';"),
        many("access_log a b;"),
        many("a 'b' \"c\";"),
        format!("x_by_lua_block {{{}", many("[[")),
        format!("x_by_lua_block {{{}", many("--[")),
        format!("x_by_lua_block {{{}", many("[=")),
        format!("log_format a '{}$';", many("\\\"")),
    ] {
        let _ = nginx_conf::parse("nginx.conf", text.as_bytes(), alone)
            .map(|configuration| configuration.logging());
    }
}

#[test]
fn ok_includes_are_read_where_they_stand() {
    let configuration = of_files(&[
        ("/etc/nginx/nginx.conf", "http { include a.conf; include sites/*; c; }"),
        ("/etc/nginx/a.conf", "log_format x '$status';\ninclude sites/2;"),
        ("/etc/nginx/sites/1", "server {\n access_log 1 x; }"),
        ("/etc/nginx/sites/2", "access_log 2 x;"),
    ]);
    let logging = configuration.unwrap().logging();
    let places: Vec<_> = logging.access_logs.iter().map(|log| log.place.to_string()).collect();
    let sites = ["/etc/nginx/sites/2:1:1", "/etc/nginx/sites/1:2:2", "/etc/nginx/sites/2:1:1"];
    assert_eq!(places, sites);
    assert_eq!(logging.formats[1].place.as_ref().unwrap().to_string(), "/etc/nginx/a.conf:1:1");
    assert!(logging.problems.is_empty());
}

#[test]
fn err_an_include_of_itself_says_where() {
    for (files, place) in [
        (&[("a", "b;\ninclude a;")][..], "a:2:9: \"a\" includes itself"),
        (&[("a", "include b;"), ("b", "c { include a; }")], "b:1:13: \"a\" includes itself"),
        (&[("a", "include *;")], "a:1:9: \"a\" includes itself"),
    ] {
        assert_eq!(of_files(files).unwrap_err().to_string(), place);
    }
}

#[test]
fn err_an_include_under_ever_new_names() {
    let load = |pattern: &str| -> Result<Vec<File>, String> {
        let text = format!("include x{pattern};").into_bytes();
        Ok(vec![File { name: pattern.into(), text }])
    };
    let error = nginx_conf::parse("a", b"include b;", load).unwrap_err().to_string();
    assert!(error.contains("in one another"), "{error}");

    let wide = |pattern: &str| -> Result<Vec<File>, String> {
        let text = format!("include x{pattern}; include y{pattern};").into_bytes();
        let text = if pattern.len() < 20 { text } else { Vec::new() };
        Ok(vec![File { name: pattern.into(), text }])
    };
    let error = nginx_conf::parse("a", b"include b;", wide).unwrap_err().to_string();
    assert!(error.contains("files included"), "{error}");
}

#[test]
fn err_a_mistake_in_an_included_file_is_placed_in_it() {
    let files = [("/c/a", "x { include b; }"), ("/c/b", "y;\n}")];
    let error = of_files(&files).unwrap_err().to_string();
    assert_eq!(error, "/c/b:2:1: unexpected \"}\": there is no open block");
}

#[test]
fn ok_an_include_that_cannot_be_read_is_a_problem() {
    assert_eq!(
        problems("http {\n include mime.types;\n include;\n access_log a; }"),
        [
            "nginx.conf:2:10: cannot read \"mime.types\": no such file",
            "nginx.conf:3:2: expected one argument of \"include\", found 0",
        ]
    );
    let files = [("a", "include b; include c/*;")];
    let unread = of_files(&files).unwrap().logging().problems;
    assert_eq!(unread[0].to_string(), "a:1:9: cannot read \"b\": there is no such file");
    assert_eq!(unread.len(), 1);
}

#[test]
fn ok_a_dump_resolves_its_own_includes() {
    let files = [
        ("/etc/nginx/nginx.conf", "http {\n include *.types;\n include sites/*.conf;\n}\n"),
        ("/etc/nginx/sites/b.conf", "server {\n  access_log b\n;}"),
        ("/etc/nginx/sites/a.conf", "server {\n  access_log a\n;}\n\n"),
        ("/etc/nginx/sites/.c.conf", "}"),
        ("/etc/nginx/sites/more/d.conf", "}"),
    ];
    let messages = "nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\n\n";
    for text in [dump(&files), format!("{messages}{}", dump(&files))] {
        for text in [text.clone(), text.replace('\n', "\r\n")] {
            let logging = parse(&text).logging();
            let logs: Vec<_> = logging.access_logs.iter().map(told_log).collect();
            assert_eq!(
                logs,
                [
                    "/etc/nginx/sites/a.conf:2:3 access_log file a combined",
                    "/etc/nginx/sites/b.conf:2:3 access_log file b combined",
                ]
            );
            assert!(logging.problems.is_empty());
        }
    }
}

#[test]
fn err_a_dump_that_includes_itself_or_lacks_a_file() {
    let error = |files: &[(&str, &str)]| {
        nginx_conf::parse("-", dump(files).as_bytes(), alone).map(|conf| conf.logging().problems)
    };
    let own = error(&[("/a/b", ""), ("/a/c", "")]).unwrap();
    assert!(own.is_empty());
    let cycle = error(&[("/a/b", "\ninclude b;")]).unwrap_err().to_string();
    assert_eq!(cycle, "/a/b:2:9: \"/a/b\" includes itself");
    let lacks = error(&[("/a/b", "include c;")]).unwrap();
    assert_eq!(lacks[0].to_string(), "/a/b:1:9: cannot read \"/a/c\": it is not in this dump");
}

#[test]
fn ok_a_comment_like_the_line_of_a_dump_makes_none_behind_a_directive() {
    let text = "a;\n# configuration file b:\nc;";
    assert_eq!(outline(parse(text).directives()), "a() c()");
}

#[test]
fn ok_problems_are_told_beside_what_was_found() {
    for (text, expected) in [
        ("access_log a b;", "1:14: there is no log_format \"b\""),
        ("access_log a buffer=1k;", "1:14: there is no log_format \"buffer=1k\""),
        ("access_log a combined x=1;", "1:23: unexpected argument \"x=1\""),
        ("access_log a combined if=;", "1:23: unexpected argument \"if=\""),
        ("access_log off a;", "1:16: unexpected argument \"a\""),
        ("access_log;", "1:1: the directive \"access_log\" has too few arguments"),
        (
            "access_log a { }",
            "1:1: expected \";\" behind the directive \"access_log\", found \"{\"",
        ),
        ("log_format combined '$a';", "1:12: there is already a log_format \"combined\""),
        ("log_format a '$a'; log_format a '$b';", "1:31: there is already a log_format \"a\""),
        ("log_format a;", "1:1: the directive \"log_format\" has too few arguments"),
        ("server { log_format a '$a'; }", "1:10: the directive \"log_format\" is not allowed here"),
        ("http { server; }", "1:8: expected \"{\" behind the directive \"server\", found \";\""),
        ("log_format a\n '\\'$';", "2:5: expected a variable's name after \"$\""),
        (
            "log_format a escape=x '$a';",
            "1:14: expected escape=default, escape=json or escape=none, found escape=x",
        ),
        (
            "log_format a '$status'\n '\n$uri' '$args';",
            "3:1: $uri and $args stand side by side: nothing tells where the first ends; \
             put a character between them that neither can hold",
        ),
        (
            "// a\naccess_log b;",
            "1:1: nginx takes \"//\" for a directive; a comment starts with \"#\", not \"//\"",
        ),
        (
            "\u{feff}http { access_log b; }",
            "1:1: nginx takes the byte order mark for a part of the directive's name",
        ),
    ] {
        assert_eq!(problems(text), [format!("nginx.conf:{expected}")], "{text}");
    }
    let logging = parse("access_log a b; access_log c;").logging();
    assert_eq!(logging.access_logs.len(), 2);
    assert!(logging.format("combined").is_some_and(DefinedFormat::is_predefined));
}

#[test]
fn ok_logs_of_other_protocols_are_left_out() {
    let text = "stream { log_format a '$b'; access_log c a; server { access_log d a; } }
        mail { access_log e; } http { upstream f { access_log g; } access_log h; }";
    let logging = parse(text).logging();
    assert_eq!(logging.access_logs.len(), 1);
    assert_eq!(logging.formats.len(), 1);
    assert!(logging.problems.is_empty());
}
