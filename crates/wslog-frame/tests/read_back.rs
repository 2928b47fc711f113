//! What polars writes is what polars, DuckDB and pyarrow read.
//!
//! `WSLOG_PYTHON` is a Python that has the latter two; `cargo xtask frame` makes one.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

use std::fs::File;
use std::io::Cursor;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use polars::prelude::{ChunkAgg, Column, DataFrame, DataType, ParquetReader, SerReader};
use wslog::{Analyzer, Batch, ChunkSize, Input, Options, Table};
use wslog_frame::{Error, ParquetFile, ROW_GROUP_LEN, ROW_GROUP_TEXT_LEN};

fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata").join(name)
}

/// How many values each column has, and their sum: of texts that of their lengths, of instants that of
/// their milliseconds.
fn sums(frame: &DataFrame) -> String {
    frame.columns().iter().map(sum).collect()
}

fn sum(column: &Column) -> String {
    let sum: i64 = match column.dtype() {
        DataType::String => {
            let texts = column.str().unwrap().iter().flatten();
            texts.map(|text| i64::try_from(text.len()).unwrap()).sum()
        }
        _ => column.cast(&DataType::Int64).unwrap().i64().unwrap().iter().flatten().sum(),
    };
    format!("{},{},{sum}\n", column.name(), column.len() - column.null_count())
}

#[track_caller]
fn by_pyarrow(file: &Path) -> String {
    let python = std::env::var_os("WSLOG_PYTHON").expect(
        "WSLOG_PYTHON names a Python with duckdb and pyarrow; `cargo xtask frame` makes one",
    );
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../wslog-cli/tests/read_back.py");
    let mut command = Command::new(python);
    let output = command.arg(script).arg(file).stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

/// More rows than two row groups have, of one log many times, in which every request has a query of its own
/// from some row on.
fn log() -> Vec<u8> {
    let log = std::fs::read_to_string(testdata("compare/before.log")).unwrap();
    let once: Vec<_> = log.lines().collect();
    let lines = once.iter().cycle().take(2 * ROW_GROUP_LEN + 1000).enumerate();
    let text = lines.map(|(number, line)| match number < ROW_GROUP_LEN {
        true => format!("{line}\n"),
        false => line.replacen(" HTTP/", &format!("?n={number} HTTP/"), 1) + "\n",
    });
    text.collect::<String>().into_bytes()
}

fn analyzer(log: &[u8], options: Options) -> Analyzer<'static> {
    let input = Input::reader("before.log", Cursor::new(log.to_vec()));
    Analyzer::new(options).input(input)
}

/// A log's rows as a DataFrame.
fn frame(table: Table, log: &[u8]) -> DataFrame {
    let (frame, exported) = wslog_frame::read(analyzer(log, Options::default()), table).unwrap();
    assert!(exported.rows > 0 && exported.problems.is_empty());
    frame
}

/// A log's rows as a Parquet file.
fn parquet(table: Table, log: &[u8], options: Options) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut file = ParquetFile::begin(table, &mut bytes).unwrap();
    let write = |batch: Batch| {
        file.write(&batch).map_err(std::io::Error::other)?;
        assert!(file.waiting() < ROW_GROUP_LEN && file.waiting_text() < ROW_GROUP_TEXT_LEN);
        Ok(())
    };
    analyzer(log, options).export(table, |batch| batch, write).unwrap();
    file.finish().unwrap();
    bytes
}

#[test]
fn ok_polars_and_pyarrow_read_the_sums_that_were_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.parquet");
    for table in Table::ALL {
        let log = log();
        let frame = frame(table, &log);
        std::fs::write(&path, parquet(table, &log, Options::default())).unwrap();
        let read = ParquetReader::new(File::open(&path).unwrap()).finish().unwrap();
        assert_eq!(read.schema(), frame.schema());
        assert!(read.equals_missing(&frame));
        assert_eq!(sums(&read), sums(&frame));
        assert_eq!(by_pyarrow(&path), sums(&frame));
    }
}

/// Few lines, whose texts are more than a row group has.
fn long_log() -> Vec<u8> {
    let line = |number: usize| {
        let query = "q".repeat(ROW_GROUP_TEXT_LEN / 64 + number);
        format!(
            "192.0.2.1 - - [09/Mar/2018:16:00:20 +0000] \"GET /?{query} HTTP/1.1\" 200 9 \"-\" \"-\"\n"
        )
    };
    (0..100).map(line).collect::<String>().into_bytes()
}

#[test]
fn ok_a_file_is_the_same_however_the_log_is_cut() {
    let options = |chunk_size, threads| Options {
        chunk_size: ChunkSize(NonZeroUsize::new(chunk_size).unwrap()),
        threads: NonZeroUsize::new(threads),
        ..Options::default()
    };
    let (log, long_log) = (log(), long_log());
    for (table, log) in
        [(Table::Entries, &log), (Table::Handshakes, &log), (Table::Entries, &long_log)]
    {
        let one = parquet(table, log, options(10_000, 1));
        assert!(one == parquet(table, log, options(3 << 20, 3)), "{}", table.name());
    }
    let read =
        ParquetReader::new(Cursor::new(parquet(Table::Entries, &long_log, Options::default())));
    let read = read.finish().unwrap();
    assert!(read.equals_missing(&frame(Table::Entries, &long_log)));
    assert_eq!(read.column("query").unwrap().n_chunks(), 2);
}

#[test]
fn ok_durations_sum_exactly() {
    let log = std::fs::read(testdata("compare/before.log")).unwrap();
    let times = 1000;
    let frame = frame(Table::Entries, &log.repeat(times));
    let lived = frame.column("request_time_ms").unwrap().i64().unwrap().sum().unwrap();
    let once = wslog_frame::entries(&[testdata("compare/before.log")]).unwrap();
    let once = once.column("request_time_ms").unwrap().i64().unwrap().sum().unwrap();
    assert_eq!(lived, once * i64::try_from(times).unwrap());
}

#[test]
fn ok_files_become_frames() {
    let handshakes =
        wslog_frame::handshakes(&[testdata("way/edge.log"), testdata("way/inner.log")]);
    assert_eq!(handshakes.unwrap().height(), 9);
    let nothing = wslog_frame::entries(&[testdata("hostile/empty.log")]).unwrap();
    assert_eq!(nothing.shape(), (0, Table::Entries.columns().len()));
}

#[test]
fn err_an_input_that_cannot_be_read_is_no_frame() {
    let both = [testdata("case/access.log"), testdata("no/such.log")];
    let error = wslog_frame::entries(&both).unwrap_err();
    let Error::Inputs(problems) = &error else { panic!("{error}") };
    assert_eq!(problems.len(), 1);
    assert!(error.to_string().contains("such.log: No such file"), "{error}");
}
