//! Exported rows as others read them: DuckDB and pyarrow, and a reader of CSV.
//!
//! `WSLOG_PYTHON` is a Python that has the latter two; `cargo xtask frame` makes one.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Exports to `to`, where inputs are named from the project's own folder.
#[track_caller]
fn export(to: &Path, args: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wslog"));
    let command = command.arg("export").arg("--to").arg(to).args(args).current_dir(root());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[track_caller]
fn python(script: &str, args: &[&Path], folder: &Path, stdin: &str) -> String {
    let python = std::env::var_os("WSLOG_PYTHON").expect(
        "WSLOG_PYTHON names a Python with duckdb and pyarrow; `cargo xtask frame` makes one",
    );
    let script = root().join("crates/wslog-cli/tests").join(script);
    let mut child = Command::new(python)
        .arg(script)
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{stdin}");
    String::from_utf8(output.stdout).unwrap()
}

/// What DuckDB answers, as CSV.
#[track_caller]
fn ask(folder: &Path, sql: &str) -> String {
    python("ask.py", &[], folder, sql)
}

/// How many values each column has, and their sum: of texts that of their lengths, of instants that of
/// their milliseconds.
fn sums_by_duckdb(folder: &Path, table: wslog::Table, from: &str) -> String {
    let columns = table.columns().iter().map(|column| {
        let name = column.name;
        let number = match column.kind {
            wslog::Kind::Text => format!("octet_length(encode({name}))"),
            wslog::Kind::Integer => name.to_owned(),
            wslog::Kind::Boolean => format!("{name}::INT"),
            wslog::Kind::Instant => format!("epoch_ms({name}::TIMESTAMPTZ)"),
        };
        format!("SELECT '{name}' AS name, count({name}), coalesce(sum({number}), 0)::HUGEINT FROM {from}")
    });
    let sql = columns.collect::<Vec<_>>().join(" UNION ALL ");
    ask(folder, &sql).split_once('\n').unwrap().1.to_owned()
}

#[test]
fn ok_duckdb_and_pyarrow_read_the_same_sums() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rows.parquet");
    for table in wslog::Table::ALL {
        for inputs in [
            &["testdata/compare"][..],
            &["testdata/way", "testdata/case/access.log"],
            &[
                "testdata/hostile/crlf.log",
                "testdata/hostile/invalid-utf8.log",
                "testdata/hostile/nul-bytes.log",
            ],
        ] {
            export(&file, &[&["--table", table.name()], inputs].concat());
            let by_pyarrow = python("read_back.py", &[&file], folder.path(), "");
            assert_eq!(sums_by_duckdb(folder.path(), table, "'rows.parquet'"), by_pyarrow);
            // The forms that every build has say the same.
            let ndjson = folder.path().join("rows.ndjson");
            export(&ndjson, &[&["--table", table.name()], inputs].concat());
            let from = "read_json('rows.ndjson', sample_size = -1)";
            assert_eq!(sums_by_duckdb(folder.path(), table, from), by_pyarrow);
        }
    }
}

#[test]
fn ok_days_are_read_as_partitions() {
    let folder = tempfile::tempdir().unwrap();
    export(
        &folder.path().join("days.parquet"),
        &["--partition-by", "date", "testdata/compare", "testdata/way"],
    );
    let sql = "SELECT count(DISTINCT date), bool_and(date = logged_at::DATE)
        FROM read_parquet('days.parquet/*/*.parquet', hive_partitioning = true) WHERE date IS NOT NULL";
    let answer = ask(folder.path(), sql);
    assert!(answer.ends_with(",True\n"), "{answer}");
}

#[test]
fn ok_hostile_text_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let agent = r"=cmd|' /C calc'!A0, \x22quoted\x22 \x0A\x0D\x00 \xFF \xE6\x9D\xB1 <b>";
    let log = format!(
        "192.0.2.1 - - [09/Mar/2018:15:04:51 +0800] \"GET /+1 HTTP/1.1\" 200 7 \"@SUM(1)\" \"{agent}\"\n"
    );
    fs::write(folder.path().join("a.log"), log).unwrap();
    let log = folder.path().join("a.log");
    for form in ["parquet", "ndjson", "csv"] {
        export(&folder.path().join(format!("rows.{form}")), &[log.to_str().unwrap()]);
    }
    let sent = "=cmd|' /C calc'!A0, \"quoted\" \n\r\0 \\xFF 東 <b>";
    let in_hex = |text: &str| text.bytes().map(|byte| format!("{byte:02X}")).collect::<String>();
    let select = "SELECT hex(encode(http_user_agent)), http_referer FROM ";
    for (from, agent, referer) in [
        ("'rows.parquet'", sent, "@SUM(1)"),
        ("read_json('rows.ndjson')", sent, "@SUM(1)"),
        (
            "read_csv('rows.csv', header = true, all_varchar = true)",
            "'=cmd|' /C calc'!A0, \"quoted\" \\u{a}\\u{d}\\u{0} \\xFF 東 <b>",
            "'@SUM(1)",
        ),
    ] {
        let answer = ask(folder.path(), &format!("{select}{from}"));
        assert_eq!(
            answer.lines().nth(1).unwrap(),
            format!("{},{referer}", in_hex(agent)),
            "{from}"
        );
    }
    let cells = python("cells.py", &[&folder.path().join("rows.csv")], folder.path(), "");
    assert!(cells.contains("'=cmd|' /C calc'!A0, \"quoted\" \\u{a}\\u{d}\\u{0} \\xFF 東 <b>\n"));
}

/// The queries of the README, each with the answer that stands below it.
#[test]
fn ok_the_queries_of_the_readme_are_answered_as_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let (_, section) = readme.split_once("\n## Ask it in SQL\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let exports: Vec<_> =
        section.lines().filter(|line| line.starts_with("wslog export ")).collect();
    assert_eq!(exports.len(), 2);
    for line in exports {
        let mut words: Vec<_> = line.split(' ').skip(2).collect();
        let to = words.iter().position(|word| *word == "--to").unwrap();
        let file = words.drain(to..to + 2).next_back().unwrap();
        export(&folder.path().join(file), &words);
    }
    let queries: Vec<_> = section.split("```sql\n").skip(1).collect();
    assert_eq!(queries.len(), 5);
    for query in queries {
        let (sql, rest) = query.split_once("```").unwrap();
        let (_, answer) = rest.split_once("```csv\n").unwrap();
        let (answer, _) = answer.split_once("```").unwrap();
        assert_eq!(ask(folder.path(), sql), answer, "{sql}");
    }
}
