//! Exported rows are what the analysis counts, whatever the threads and the chunks.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Cursor};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use wslog::{
    Analyzer, Batch, ByRule, ChunkSize, Error, Exported, Moment, Options, Period, Problem, Table,
    Value,
};

/// Every log of the test data, by its name.
fn logs() -> Vec<(String, Vec<u8>)> {
    fn collect(folder: &Path, logs: &mut Vec<(String, Vec<u8>)>) {
        let mut paths: Vec<PathBuf> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                collect(&path, logs);
            } else if path.extension().is_some_and(|extension| extension == "log") {
                logs.push((path.display().to_string(), fs::read(&path).unwrap()));
            }
        }
    }
    let mut logs = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata"), &mut logs);
    assert!(logs.len() > 20);
    logs
}

fn analyzer(logs: &[(String, Vec<u8>)], options: Options) -> Analyzer<'static> {
    logs.iter()
        .fold(Analyzer::new(options), |all, (name, log)| all.reader(name, Cursor::new(log.clone())))
}

/// A row as text, by the names of its columns.
type Row = BTreeMap<&'static str, String>;

fn rows_of(batch: &Batch) -> Vec<Row> {
    let names = batch.table().columns();
    let text = |value| match value {
        Value::Null => "null".to_owned(),
        Value::Text(text) => text.to_owned(),
        Value::Integer(number) | Value::Instant(number) => number.to_string(),
        Value::Boolean(value) => value.to_string(),
    };
    let row = |row| names.iter().map(|column| column.name).zip(batch.row(row).map(text)).collect();
    (0..batch.len()).map(row).collect()
}

fn export(analyzer: Analyzer<'_>, table: Table) -> (Vec<Row>, Exported) {
    let mut rows = Vec::new();
    let write = |some: Vec<Row>| {
        rows.extend(some);
        Ok(())
    };
    let exported = analyzer.export(table, |batch| rows_of(&batch), write).unwrap();
    assert_eq!(exported.rows, rows.len() as u64);
    (rows, exported)
}

/// How often each combination of these columns comes.
fn counts(rows: &[Row], columns: &[&str]) -> BTreeMap<Vec<String>, u64> {
    let mut counts = BTreeMap::new();
    for row in rows {
        let values = columns.iter().map(|column| row[column].clone()).collect();
        *counts.entry(values).or_default() += 1;
    }
    counts
}

fn options(threads: usize, chunk_size: usize) -> Options {
    Options {
        threads: NonZeroUsize::new(threads),
        chunk_size: ChunkSize(NonZeroUsize::new(chunk_size).unwrap()),
        ..Options::default()
    }
}

#[test]
fn ok_entries_are_the_requests_of_the_analysis() {
    for (name, log) in logs() {
        let log = [(name.clone(), log)];
        let analysis = analyzer(&log, Options::default()).run().unwrap();
        let (rows, exported) = export(analyzer(&log, Options::default()), Table::Entries);
        let expected: BTreeMap<_, _> = analysis
            .requests
            .by_protocol_status
            .iter()
            .map(|row| {
                let status = row.status.code().to_string();
                (vec![row.protocol.to_string(), status], row.count)
            })
            .collect();
        assert_eq!(counts(&rows, &["protocol", "status"]), expected, "{name}");
        assert_eq!(format!("{:?}", exported.input), format!("{:?}", analysis.input), "{name}");
        let said = |problems: &[Problem]| {
            let told = problems.iter().map(Problem::to_string);
            told.filter(|problem| !problem.contains("no access log")).collect::<Vec<_>>()
        };
        assert_eq!(said(&exported.problems), said(&analysis.problems), "{name}");
        if analysis.error_log.is_none() {
            assert_eq!(exported.rows, analysis.input.parsed, "{name}");
        }
    }
}

#[test]
fn ok_handshakes_are_the_sightings_of_the_analysis() {
    let by_rule = |rows: &[Row]| counts(rows, &["rule"]);
    let pattern = wslog::Regex::new("^/(ws|chat)").unwrap();
    for (name, log) in logs() {
        let log = [(name.clone(), log)];
        for websocket_path in [None, Some(pattern.clone())] {
            let options = Options { websocket_path, ..Options::default() };
            let analysis = analyzer(&log, options.clone()).run().unwrap();
            let (rows, _) = export(analyzer(&log, options), Table::Handshakes);
            let mut expected: BTreeMap<Vec<String>, u64> = BTreeMap::new();
            for row in &analysis.sightings.by_protocol_status {
                for (is_near, count) in
                    [("true", row.near_mark), ("false", row.count - row.near_mark)]
                {
                    let status = row.status.code().to_string();
                    let outcome = row.outcome.to_string();
                    let cell = vec![row.protocol.to_string(), status, outcome, is_near.to_owned()];
                    expected.insert(cell, count);
                }
            }
            expected.retain(|_, count| *count > 0);
            let columns = ["protocol", "status", "outcome", "near_mark"];
            assert_eq!(counts(&rows, &columns), expected, "{name}");
            let ByRule { key, upgrade, status, path } = analysis.sightings.by_rule;
            let rules = [("key", key), ("path", path), ("status", status), ("upgrade", upgrade)];
            let rules = rules.into_iter().filter(|(_, count)| *count > 0);
            let rules: BTreeMap<_, _> =
                rules.map(|(rule, count)| (vec![rule.to_owned()], count)).collect();
            assert_eq!(by_rule(&rows), rules, "{name}");
        }
    }
}

#[test]
fn ok_all_logs_together_have_the_nodes_and_vantage_points_of_the_analysis() {
    let logs = logs();
    let analysis = analyzer(&logs, Options::default()).run().unwrap();
    let (rows, _) = export(analyzer(&logs, Options::default()), Table::Handshakes);
    let expected: BTreeMap<_, _> = analysis
        .sightings
        .by_vantage
        .iter()
        .map(|row| (vec![row.vantage.clone()], row.totals.total))
        .collect();
    assert_eq!(counts(&rows, &["vantage"]), expected);
    let keys = counts(&rows, &["key"]);
    let keys = keys.keys().filter(|key| key[0] != "null").count();
    assert_eq!(keys as u64, analysis.handshakes.distinct_keys);
}

#[test]
fn ok_threads_and_chunks_change_nothing() {
    let logs = logs();
    for table in Table::ALL {
        let (expected, told) = export(analyzer(&logs, Options::default()), table);
        let told = format!("{told:?}");
        for (threads, chunk_size) in [(1, 1 << 20), (2, 1), (8, 100), (3, 1000), (8, 1 << 14)] {
            let (found, exported) = export(analyzer(&logs, options(threads, chunk_size)), table);
            let what = format!("{} by {threads}, chunks of {chunk_size}", table.name());
            assert!(found == expected, "{what}");
            assert_eq!(format!("{exported:?}"), told, "{what}");
        }
    }
}

#[test]
fn ok_rows_say_where_their_lines_are() {
    let logs = logs();
    for table in Table::ALL {
        let (rows, _) = export(analyzer(&logs, options(3, 1000)), table);
        let mut last = (String::new(), 0);
        for row in &rows {
            let log = &logs.iter().find(|(name, _)| *name == row["source"]).unwrap().1;
            let (byte, line): (usize, usize) =
                (row["byte"].parse().unwrap(), row["line"].parse().unwrap());
            let before = &log[..byte];
            assert!(before.is_empty() || before.ends_with(b"\n"), "{row:?}");
            assert_eq!(before.iter().filter(|byte| **byte == b'\n').count() + 1, line, "{row:?}");
            assert!(row["source"] != last.0 || byte > last.1, "{row:?} behind {last:?}");
            last = (row["source"].clone(), byte);
        }
    }
}

#[test]
fn ok_a_period_leaves_rows_out() {
    let logs = [logs().into_iter().find(|(name, _)| name.ends_with("case/access.log")).unwrap()];
    let since = Moment::parse("2018-03-09 17:00", std::time::SystemTime::now()).ok();
    let options = Options { period: Period { since, until: None }, ..Options::default() };
    for table in Table::ALL {
        let (rows, exported) = export(analyzer(&logs, options.clone()), table);
        assert_eq!(rows.len(), 1, "{}", table.name());
        assert_eq!((exported.input.parsed, exported.input.outside_period), (4, 3));
    }
}

#[test]
fn ok_what_a_client_sent_comes_back() {
    let log = concat!(
        r#"192.0.2.1 - a\x22b [09/Mar/2018:15:04:51 +0800] "GET /\xE6\x9D\xB1?q=\xFF HTTP/1.1" "#,
        r#"200 7 "-" "=cmd|' /C calc'!A0 \x0A\x00,\x5C""#,
        "\n",
    );
    let log = [("a".to_owned(), log.as_bytes().to_vec())];
    let (rows, _) = export(analyzer(&log, Options::default()), Table::Entries);
    for (column, expected) in [
        ("remote_user", "a\"b"),
        ("path", "/東"),
        ("query", "q=\\xFF"),
        ("http_user_agent", "=cmd|' /C calc'!A0 \n\0,\\"),
        ("http_referer", "null"),
        ("body_bytes_sent", "7"),
        ("logged_at", "1520579091000"),
        ("offset_minutes", "480"),
        ("started_at", "null"),
        ("rule", "null"),
        ("vantage", "a"),
        ("format", "combined"),
    ] {
        assert_eq!(rows[0][column], expected, "{column}");
    }
}

#[test]
fn ok_several_attempts_have_a_last_one() {
    let way = logs().into_iter().find(|(name, _)| name.ends_with("way/edge.log")).unwrap();
    let (rows, _) = export(analyzer(&[way], Options::default()), Table::Entries);
    let row = &rows[1];
    for (column, expected) in [
        ("upstream_addr", "198.51.100.31:8080, 198.51.100.31:8080"),
        ("last_upstream_addr", "198.51.100.31:8080"),
        ("upstream_status", "504, 101"),
        ("last_upstream_status", "101"),
        ("upstream_header_time", "-, 0.015"),
        ("upstream_header_time_ms", "15"),
        ("request_time_ms", "30898"),
        ("started_at", "1767258070002"),
        ("outcome", "established"),
    ] {
        assert_eq!(row[column], expected, "{column}");
    }
    assert_eq!(
        (rows[0]["outcome"].as_str(), rows[0]["near_mark"].as_str()),
        ("client_closed", "true")
    );
}

#[test]
fn err_what_cannot_be_written_ends_the_export() {
    let logs = logs();
    for table in Table::ALL {
        let mut written = 0;
        let full = |_| {
            written += 1;
            Err(io::Error::from(io::ErrorKind::StorageFull))
        };
        let result = analyzer(&logs, options(4, 100)).export(table, |_| (), full);
        assert!(matches!(result, Err(Error::Write(_))), "{result:?}");
        assert_eq!(written, 1);
    }
}

#[test]
fn err_rows_are_not_redacted() {
    let redaction = Some(wslog::RedactionKey::new([7; 32]));
    let analyzer = Analyzer::new(Options { redaction, ..Options::default() });
    let result = analyzer.export(Table::Handshakes, |_| (), |()| Ok(()));
    assert!(matches!(result, Err(Error::RowsRedacted)), "{result:?}");
}

#[test]
fn ok_what_has_no_entries_is_told() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/error-log");
    let analyzer = Analyzer::new(Options::default());
    let analyzer =
        analyzer.file(format!("{folder}/access.log")).file(format!("{folder}/error.log"));
    let (rows, exported) = export(analyzer, Table::Entries);
    assert!(rows.iter().all(|row| row["source"].ends_with("access.log")));
    let [problem] = &exported.problems[..] else { panic!("{:?}", exported.problems) };
    assert!(problem.source.ends_with("error.log") && !problem.is_error(), "{problem}");
}
