//! A configuration means what nginx takes it for.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use wslog_lab::{Binary, Lab};
use wslog_parse::nginx_conf::{self, ConfError, Configuration, DefinedFormat, File, Logging};

/// A folder with an nginx that is asked and never started.
struct Judge {
    lab: Lab,
    binary: Binary,
}

/// What nginx says of a configuration.
#[derive(Clone, Debug, PartialEq)]
enum Verdict {
    Accepted,
    /// The tokenizer refused it, at this line.
    Unexpected {
        what: String,
        line: usize,
    },
    /// It was read up to this line, and there its meaning was refused.
    Refused {
        why: String,
        line: Option<usize>,
    },
}

impl Judge {
    fn new() -> Judge {
        Judge { lab: Lab::new().unwrap(), binary: Binary::find().unwrap() }
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.lab.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    fn nginx(&self, option: &str, path: &Path) -> Output {
        let mut command = Command::new(self.binary.path());
        command.arg(option).arg("-p").arg(self.lab.path()).arg("-c").arg(path);
        command.args(["-e", "stderr"]).output().unwrap()
    }

    fn verdict(&self, text: &[u8]) -> Verdict {
        let path = self.write("nginx.conf", text);
        let output = self.nginx("-t", &path);
        if output.status.success() {
            return Verdict::Accepted;
        }
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let (_, said) = said.split_once("[emerg] ").unwrap_or(("", &said));
        let said = said.split("\nnginx: configuration file").next().unwrap();
        // The process id is in front of what is said.
        let said = said.split_once(": ").map_or(said, |(_, said)| said);
        let (what, line) =
            said.rsplit_once(&format!(" in {}:", path.display())).unwrap_or((said, ""));
        match (what.starts_with("unexpected "), line.trim().parse()) {
            (true, Ok(line)) => Verdict::Unexpected { what: what.into(), line },
            (_, line) => Verdict::Refused { why: what.into(), line: line.ok() },
        }
    }
}

/// Choices that are the same in every run.
struct Dice(u64);

impl Dice {
    fn one_of<T: Copy>(&mut self, of: &[T]) -> T {
        // Knuth's linear congruential generator; its high bits are good.
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        of[usize::try_from(self.0 >> 33).unwrap() % of.len()]
    }

    fn text(&mut self, of: &[&str]) -> String {
        let len = self.one_of(&[1, 2, 2, 3, 4, 5, 6, 8, 12]);
        (0..len).map(|_| self.one_of(of)).collect()
    }
}

fn parse(text: &[u8]) -> Result<Configuration, ConfError> {
    nginx_conf::parse("nginx.conf", text, |_| Err::<Vec<File>, _>("not here"))
}

/// The arguments of the first directive, and whether it has a block: nginx goes no further.
fn first_directive(text: &str) -> Option<(Vec<Vec<u8>>, bool)> {
    let ends = text.match_indices([';', '{']).map(|(at, end)| {
        let close = if end == "{" { "}" } else { "" };
        format!("{}{close}", &text[..=at])
    });
    let configuration = ends.into_iter().find_map(|text| parse(text.as_bytes()).ok())?;
    let first = configuration.directives().first()?;
    let arguments = first.arguments().iter().map(|argument| argument.value().into_owned());
    Some((arguments.collect(), first.block().is_some()))
}

/// nginx repeats the argument of an `include` that is not there.
#[test]
fn ok_an_argument_is_what_nginx_takes_it_for() {
    const PIECES: &[&str] = &[
        "a", "b", "\\", "\"", "'", "\\t", "\\n", "\\\"", "\\'", "\\\\", " ", "\t", "\r\n", "\n",
        ";", "{", "}", "$", "${", "${a}", "#", "# b\n", ")", "é", "'a b'", "\"c;d\"", "'e\\'f'",
        "\\;",
    ];
    let (judge, mut dice) = (Judge::new(), Dice(1));
    let (mut read, mut refused) = (0, 0);
    for _ in 0..400 {
        let text = format!("include {};\n", dice.text(PIECES));
        let verdict = judge.verdict(text.as_bytes());
        let first = first_directive(&text);
        match (&verdict, first) {
            (Verdict::Unexpected { what, line }, None) => {
                let error = parse(text.as_bytes()).expect_err(&text);
                let is_end = what.starts_with("unexpected end");
                assert!(is_end || error.place().line == *line, "{text}\n{verdict:?}\n{error}");
                refused += 1;
            }
            (Verdict::Refused { why, .. }, Some((arguments, is_block))) => {
                let folder = judge.lab.path().display();
                let expected = match &arguments[..] {
                    _ if is_block => "directive \"include\" is not terminated by \";\"".to_owned(),
                    [argument] if argument.is_empty() => continue,
                    [argument] => {
                        let argument = String::from_utf8_lossy(argument);
                        format!("open() \"{folder}/{argument}\" failed")
                    }
                    _ => "invalid number of arguments in \"include\" directive".to_owned(),
                };
                assert!(why.starts_with(&expected), "{text}\n{why}\n{expected}");
                read += 1;
            }
            (_, first) => panic!("{text}\n{verdict:?}\n{first:?}"),
        }
    }
    assert!(read > 100 && refused > 100, "{read} {refused}");
}

/// `gzip_types` takes any number of any arguments. That a `{` is also unexpected in `types`, which
/// has no blocks, is a matter of its meaning.
#[test]
fn ok_nginx_and_we_accept_the_same_configurations() {
    const PIECES: &[&str] = &[
        "gzip_types a;\n",
        "gzip_types a;\n",
        "gzip_types 'b c' # d\n \"e\";",
        "gzip_types \\;f;",
        "gzip_types ${a}{b;",
        "gzip_types g",
        "types { }\n",
        "types { h i; j k; }\n",
        "upstream z {",
        "\n",
        "}",
        "{",
        ";",
        "'",
        "\"",
        " ",
        "#",
        "l",
        "gzip_types \"m\"n;",
        "gzip_types \"o\");",
        "gzip_types p}q;",
        "gzip_types r#s;",
    ];
    let (judge, mut dice) = (Judge::new(), Dice(2));
    let mut accepted = 0;
    for _ in 0..300 {
        let body = dice.text(PIECES);
        let text = format!(
            "pid nginx.pid; events {{ }}\nhttp {{ access_log off; client_body_temp_path t/a; \
             proxy_temp_path t/b; fastcgi_temp_path t/c; uwsgi_temp_path t/d; \
             scgi_temp_path t/e;\n{body}\n}}\n"
        );
        fs::create_dir_all(judge.lab.path().join("t")).unwrap();
        let verdict = judge.verdict(text.as_bytes());
        match (&verdict, parse(text.as_bytes())) {
            (Verdict::Accepted, Ok(_)) => accepted += 1,
            // In front of what nginx did not understand there was nothing to refuse; a block that
            // is never closed is told where it was opened.
            (Verdict::Refused { .. }, Ok(_)) => {}
            (Verdict::Refused { line: Some(line), .. }, Err(error)) => {
                let reason = error.reason().to_string();
                let is_end = reason.starts_with("the file ends");
                assert!(is_end || error.place().line >= *line, "{text}\n{verdict:?}\n{error}");
            }
            (Verdict::Unexpected { what, line }, Err(error)) => {
                let is_end = what.starts_with("unexpected end");
                assert!(is_end || error.place().line == *line, "{text}\n{verdict:?}\n{error}");
            }
            (_, ours) => panic!("{text}\n{verdict:?}\n{ours:?}"),
        }
    }
    assert!(accepted > 30, "{accepted}");
}

/// The files that a pattern names, as `include` finds them.
fn load(pattern: &str) -> std::io::Result<Vec<File>> {
    let read = |path: &Path| Ok(File { name: path.display().to_string(), text: fs::read(path)? });
    let Some(folder) = pattern.strip_suffix("/*.conf") else {
        return Ok(vec![read(Path::new(pattern))?]);
    };
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "conf"));
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

fn told(logging: &Logging) -> String {
    let format = |it: &DefinedFormat| {
        let variables = it.format.as_ref().map(|format| format.variables().collect::<Vec<_>>());
        format!(
            "{} {:?} {} {:?} {variables:?}",
            it.name,
            it.escape,
            it.text.escape_ascii(),
            it.place
        )
    };
    let formats: Vec<_> = logging.formats.iter().map(format).collect();
    format!("{formats:#?}\n{:#?}\n{:#?}", logging.access_logs, logging.problems)
}

#[test]
fn ok_a_dump_says_the_same_as_the_files() {
    let judge = Judge::new();
    let main = judge.write(
        "nginx.conf",
        "pid nginx.pid; error_log error.log;\nevents { }\nhttp {\n    client_body_temp_path t;\n\
         proxy_temp_path t; fastcgi_temp_path t; uwsgi_temp_path t; scgi_temp_path t;\n\
         include formats.conf;\n    include sites/*.conf; include nowhere/*.conf;\n\
         access_log main.log 'short' buffer=8k; # configuration file of old\n}",
    );
    judge.write("formats.conf", "log_format short '$status'\n ' ${request_time}';\n\n");
    judge.write(
        "sites/b.conf",
        "log_format api escape=json '{\"s\":$status,' \"\\\"u\\\":\\\"$uri\\\"}\";\n\
         server { listen unix:b.socket; access_log logs/$host.log short; include sites/c.inc; }\n",
    );
    judge.write("sites/a.conf", "server { listen unix:a.socket; access_log off; }");
    judge.write("sites/c.inc", "location / { if ($arg_a = \"b\") { access_log c.log api; } }\n");

    let output = judge.nginx("-T", &main);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let name = main.display().to_string();
    let files = nginx_conf::parse(&name, &fs::read(&main).unwrap(), load).unwrap().logging();
    assert_eq!((files.formats.len(), files.access_logs.len()), (3, 4));
    assert!(files.problems.is_empty(), "{:?}", files.problems);
    for dump in [output.stdout.clone(), [output.stderr, output.stdout].concat()] {
        let dumped = nginx_conf::parse("-", &dump, |_| Err::<Vec<File>, _>("not asked"));
        assert_eq!(told(&dumped.unwrap().logging()), told(&files));
    }
}
