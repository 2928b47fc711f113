//! What polars writes is what polars, DuckDB and pyarrow read.
//!
//! `WSLOG_PYTHON` is a Python that has the latter two; `cargo xtask frame` makes one.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use polars::prelude::{ChunkAgg, Column, DataFrame, DataType, ParquetReader, SerReader};
use wslog::{Analyzer, Input, Options, Table};
use wslog_frame::{Error, ParquetFile, ROW_GROUP_LEN};

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

/// More rows than a row group has, read from one log many times.
fn rows(table: Table) -> DataFrame {
    let log = std::fs::read(testdata("compare/before.log")).unwrap();
    let log = log.repeat(2 * ROW_GROUP_LEN / 60 + 1);
    let analyzer = Analyzer::new(Options::default());
    let analyzer = analyzer.input(Input::reader("before.log", std::io::Cursor::new(log)));
    let (frame, exported) = wslog_frame::read(analyzer, table).unwrap();
    assert!(exported.rows > 2 * ROW_GROUP_LEN as u64 && exported.problems.is_empty());
    frame
}

#[test]
fn ok_polars_and_pyarrow_read_the_sums_that_were_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.parquet");
    for table in Table::ALL {
        let frame = rows(table);
        let mut file = ParquetFile::begin(table, File::create(&path).unwrap()).unwrap();
        let (mut written, mut rest) = (0, frame.clone());
        // In pieces that do not fit a row group.
        while rest.height() > 0 {
            let (piece, behind) = rest.split_at(1000);
            written += piece.height();
            file.write(piece).unwrap();
            rest = behind;
            assert!(file.waiting() < ROW_GROUP_LEN);
        }
        file.finish().unwrap();
        assert_eq!(written, frame.height());
        let read = ParquetReader::new(File::open(&path).unwrap()).finish().unwrap();
        assert_eq!(read.schema(), frame.schema());
        assert!(read.equals_missing(&frame));
        assert_eq!(sums(&read), sums(&frame));
        assert_eq!(by_pyarrow(&path), sums(&frame));
    }
}

#[test]
fn ok_durations_sum_exactly() {
    let frame = rows(Table::Entries);
    let lived = frame.column("request_time_ms").unwrap().i64().unwrap().sum().unwrap();
    let times = frame.height() / 60;
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
