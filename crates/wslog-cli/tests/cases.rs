//! The command line, end to end: each case is a file in `testdata/cases`, run in `testdata`.
//!
//! With `UPDATE_CASES=1` in the environment the files are rewritten with what the program printed.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
struct Case {
    args: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    stdin: String,
    #[serde(default)]
    status: i32,
    #[serde(default)]
    stdout: String,
    #[serde(default)]
    stderr: String,
}

#[test]
fn ok_every_case_ends_as_its_file_says() {
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata");
    let mut cases = BTreeMap::new();
    for entry in fs::read_dir(testdata.join("cases")).unwrap() {
        let path = entry.unwrap().path();
        let case: Case = toml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        cases.insert(path, case);
    }
    assert!(cases.len() >= 28, "only {} cases", cases.len());
    let mut wrong = String::new();
    for (path, expected) in cases {
        let found = run(&expected, &testdata);
        if std::env::var_os("UPDATE_CASES").is_some() {
            fs::write(&path, toml::to_string_pretty(&found).unwrap()).unwrap();
        } else if found != expected {
            let name = path.file_stem().unwrap().display();
            wrong += &format!("~~~~ {name}: expected\n{expected:#?}\n~~~~ found\n{found:#?}\n");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.replace("\\n", "\n"));
}

fn run(case: &Case, testdata: &Path) -> Case {
    let mut child = Command::new(env!("CARGO_BIN_EXE_wslog"))
        .args(&case.args)
        .current_dir(testdata)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that refuses its arguments reads nothing.
    let _ = child.stdin.take().unwrap().write_all(case.stdin.as_bytes());
    let output = child.wait_with_output().unwrap();
    Case {
        args: case.args.clone(),
        stdin: case.stdin.clone(),
        status: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
