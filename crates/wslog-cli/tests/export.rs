//! `wslog export`: what stands in its files, and when they stand there.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata").join(name)
}

fn export(folder: &Path, args: &[&str], stdin: Option<File>) -> Output {
    let stdin = stdin.map_or_else(Stdio::null, Stdio::from);
    let mut command = Command::new(env!("CARGO_BIN_EXE_wslog"));
    command.arg("export").args(args).current_dir(folder).stdin(stdin).output().unwrap()
}

#[track_caller]
fn assert_refused(output: &Output, why: &str) {
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{complaint}");
    assert!(complaint.contains(why), "{complaint}");
}

#[track_caller]
fn exported(folder: &Path, args: &[&str], file: &str) -> String {
    let output = export(folder, args, None);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout.is_empty());
    fs::read_to_string(folder.join(file)).unwrap()
}

/// What is in a folder, hidden files too.
fn names(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        names.push(path.display().to_string());
        if path.is_dir() {
            names.extend(self::names(&path));
        }
    }
    names.sort();
    let start = folder.display().to_string().len() + 1;
    names.iter().map(|name| name.get(start..).unwrap_or(name).to_owned()).collect()
}

#[test]
fn ok_compressed_logs_and_standard_input_give_the_same_rows() {
    let folder = tempfile::tempdir().unwrap();
    let log = fs::read(testdata("look-alikes/polling-and-health-checks.log")).unwrap();
    fs::write(folder.path().join("a.log"), &log).unwrap();
    let gz = File::create(folder.path().join("a.log.gz")).unwrap();
    let mut gz = flate2::write::GzEncoder::new(gz, flate2::Compression::fast());
    gz.write_all(&log).unwrap();
    gz.finish().unwrap();
    for table in ["entries", "handshakes"] {
        for form in ["csv", "ndjson"] {
            let file = format!("{table}.{form}");
            let named = |input: &str| {
                let vantage = format!("edge={input}");
                let args = ["--table", table, "--to", &file, "--vantage", &vantage, input];
                args.map(str::to_owned)
            };
            let exported = |input| {
                let args = named(input);
                exported(folder.path(), &args.each_ref().map(String::as_str), &file)
            };
            let plain = exported("a.log");
            let gz = exported("a.log.gz");
            assert_eq!(gz.replace("a.log.gz", "a.log"), plain);
            let stdin = File::open(folder.path().join("a.log")).unwrap();
            let args = named("-");
            let args = args.each_ref().map(String::as_str);
            assert!(export(folder.path(), &args, Some(stdin)).status.success());
            let piped = fs::read_to_string(folder.path().join(&file)).unwrap();
            let piped = piped.replace("\n-,", "\na.log,");
            assert_eq!(piped.replace(r#""source":"-""#, r#""source":"a.log""#), plain);
        }
    }
    let lines = log.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count();
    let rows = fs::read_to_string(folder.path().join("entries.ndjson")).unwrap();
    assert_eq!(rows.lines().count(), lines);
}

#[test]
fn ok_threads_and_chunks_change_no_byte() {
    let folder = tempfile::tempdir().unwrap();
    let log = testdata("compare");
    for table in ["entries", "handshakes"] {
        for file in ["rows.csv", "rows.ndjson"] {
            let rows = |more: &[&str]| {
                let args = ["--table", table, "--to", file, log.to_str().unwrap()];
                exported(folder.path(), &[&args[..], more].concat(), file)
            };
            let expected = rows(&["--threads", "1"]);
            assert!(expected.lines().count() > 100);
            assert!(rows(&["--threads", "8", "--chunk-size", "300"]) == expected);
            assert!(rows(&["--threads", "3", "--chunk-size", "1"]) == expected);
        }
    }
}

#[test]
fn ok_every_day_has_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let line = |date: &str, path: &str| {
        format!("192.0.2.1 - - [{date}] \"GET {path} HTTP/1.1\" 200 1 \"-\" \"-\"\n")
    };
    // Midnight of UTC is at eight by the log's own clock.
    let log = [
        line("10/Mar/2018:07:59:59 +0800", "/before"),
        line("10/Mar/2018:08:00:00 +0800", "/after"),
        line("10/Mar/2018:07:59:58 +0800", "/before-too"),
    ];
    fs::write(folder.path().join("a.log"), log.concat()).unwrap();
    for form in ["csv", "ndjson"] {
        let to = format!("days.{form}");
        let args = ["--partition-by", "date", "--to", &to, "a.log"];
        let before = format!("{to}/date=2018-03-09/part-0.{form}");
        let rows = exported(folder.path(), &args, &before);
        assert!(
            rows.contains("/before") && rows.contains("/before-too") && !rows.contains("/after")
        );
        assert_refused(&export(folder.path(), &args, None), "is there, and would be mixed");
    }
    // A line that shows no time.
    fs::write(folder.path().join("b.log"), "/a 200\n").unwrap();
    let args =
        ["--log-format", "$uri $status", "--partition-by", "date", "--to", "no.csv", "b.log"];
    let rows = exported(folder.path(), &args, "no.csv/date=__HIVE_DEFAULT_PARTITION__/part-0.csv");
    assert_eq!(rows.lines().count(), 2);
    assert!(names(folder.path()).iter().all(|name| !name.contains("unfinished")));
}

#[test]
fn err_a_file_stands_under_its_name_when_it_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(testdata("case/access.log"), folder.path().join("a.log")).unwrap();
    fs::write(folder.path().join("rows.csv"), "precious").unwrap();
    for (args, why) in [
        (&["--to", "rows.txt", "a.log"][..], ".parquet, .csv or .ndjson"),
        (&["--to", "rows", "a.log"], ".parquet, .csv or .ndjson"),
        (&["--to", "no/such/folder/rows.csv", "a.log"], "cannot be written"),
        (&["--to", "rows.csv", "--vantage", "x=b.log", "a.log"], "there is no such input"),
        (&["--partition-by", "date", "--to", "rows.csv", "a.log"], "would be mixed"),
    ] {
        assert_refused(&export(folder.path(), args, None), why);
        assert_eq!(names(folder.path()), ["a.log", "rows.csv"]);
        assert_eq!(fs::read(folder.path().join("rows.csv")).unwrap(), b"precious");
    }
    fs::create_dir(folder.path().join("folder.csv")).unwrap();
    assert_refused(&export(folder.path(), &["--to", "folder.csv", "a.log"], None), "is no file");
}

#[test]
fn err_an_export_never_overwrites_what_it_is_made_of() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log.csv");
    fs::copy(testdata("case/access.log"), &log).unwrap();
    std::os::unix::fs::symlink("log.csv", folder.path().join("soft.csv")).unwrap();
    for to in ["log.csv", "./log.csv", "soft.csv"] {
        let output = export(folder.path(), &["--to", to, "log.csv"], None);
        assert_refused(&output, "is an input, and would be overwritten");
        let stdin = Some(File::open(&log).unwrap());
        assert_refused(&export(folder.path(), &["--to", to], stdin), "is an input");
    }
    assert_eq!(fs::read(log).unwrap(), fs::read(testdata("case/access.log")).unwrap());
}

#[test]
fn err_what_could_be_read_is_exported_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let case = testdata("case/access.log");
    let wrong = testdata("hostile/not-a-log.txt");
    let args = ["--to", "rows.csv", "missing.log", case.to_str().unwrap(), wrong.to_str().unwrap()];
    let output = export(folder.path(), &args, None);
    assert_refused(&output, "missing.log: No such file");
    assert_refused(&output, "fits no known format");
    let rows = fs::read_to_string(folder.path().join("rows.csv")).unwrap();
    assert_eq!(rows.lines().count(), 5);
}

#[cfg(not(feature = "frame"))]
#[test]
fn err_parquet_has_to_be_built_in() {
    let folder = tempfile::tempdir().unwrap();
    let case = testdata("case/access.log");
    let output = export(folder.path(), &["--to", "rows.parquet", case.to_str().unwrap()], None);
    assert_refused(&output, "--features frame");
    assert_refused(&output, "DuckDB");
    assert!(names(folder.path()).is_empty());
}

/// `docs/columns.md` is made of the lists of columns; `UPDATE_DOCS=1` in the environment writes it.
#[test]
fn ok_the_columns_are_documented() {
    let path = testdata("../docs/columns.md");
    let documented = fs::read_to_string(&path).unwrap();
    let (head, _) = documented.split_once("\n## ").unwrap();
    let mut expected = head.trim_end().to_owned() + "\n";
    for table in wslog::Table::ALL {
        expected += &format!("\n## {}\n\n", table.name());
        for column in table.columns() {
            let may_lack = if column.is_nullable { ", may be null" } else { "" };
            let item = format!(
                "- `{}` ({}{may_lack}): {}",
                column.name,
                column.kind.name(),
                column.meaning
            );
            expected += &wrapped(&item);
        }
    }
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(path, expected).unwrap();
    } else {
        assert_eq!(documented, expected);
    }
}

/// An item of a list in lines of at most 80 columns.
fn wrapped(item: &str) -> String {
    let (mut text, mut line) = (String::new(), String::new());
    for word in item.split(' ') {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > 80 {
            text += &format!("{line}\n");
            line = "  ".to_owned();
        } else if !line.is_empty() {
            line.push(' ');
        }
        line += word;
    }
    text + &line + "\n"
}

#[test]
fn err_a_run_that_read_nothing_leaves_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("rows.csv"), "of yesterday").unwrap();
    let output = export(folder.path(), &["--to", "rows.csv", "no-such.log"], None);
    assert_refused(&output, "rows.csv was not written");
    assert_eq!(fs::read_to_string(folder.path().join("rows.csv")).unwrap(), "of yesterday");
    assert_eq!(names(folder.path()), ["rows.csv"]);
    let log = testdata("case/access.log");
    let args = ["--to", "rows.csv", "no-such.log", log.to_str().unwrap()];
    assert_refused(&export(folder.path(), &args, None), "4 rows of entries in rows.csv");
    assert_eq!(fs::read_to_string(folder.path().join("rows.csv")).unwrap().lines().count(), 5);
}

#[test]
fn err_a_file_is_not_called_like_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let output = export(folder.path(), &["--to", "rows.csv/", "a.log"], None);
    assert_refused(&output, "rows.csv/: names a folder, not a file");
}

#[test]
fn ok_upstream_servers_are_told_without_nginx_s_escapes() {
    let folder = tempfile::tempdir().unwrap();
    let line = "192.0.2.1 [09/Mar/2018:16:00:20 +0000] \"GET / HTTP/1.1\" 200 \"unix:/tmp/a\\x22b.sock\"\n";
    fs::write(folder.path().join("a.log"), line).unwrap();
    let format = "$remote_addr [$time_local] \"$request\" $status \"$upstream_addr\"";
    let args = ["--to", "a.ndjson", "--log-format", format, "a.log"];
    let rows = exported(folder.path(), &args, "a.ndjson");
    let row: serde_json::Value = serde_json::from_str(&rows).unwrap();
    for column in ["upstream_addr", "last_upstream_addr"] {
        assert_eq!(row[column], "unix:/tmp/a\"b.sock", "{column}");
    }
}
