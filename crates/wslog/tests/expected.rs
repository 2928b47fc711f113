//! Every log of `testdata` gives the numbers that were counted by hand.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use serde_json::Value;
use wslog::{Analyzer, Options};

fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata")
}

fn expected_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            expected_files(&path, files);
        } else if path.to_string_lossy().ends_with(".expected.json") {
            files.push(path);
        }
    }
}

/// Every value in `expected` stands in `found` at the same place; `found` may say more.
fn differences(place: &str, expected: &Value, found: &Value, differences: &mut Vec<String>) {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            for (key, value) in expected {
                let found = found.get(key).unwrap_or(&Value::Null);
                self::differences(&format!("{place}.{key}"), value, found, differences);
            }
        }
        (Value::Array(expected), Value::Array(found)) if expected.len() == found.len() => {
            for (index, (expected, found)) in expected.iter().zip(found).enumerate() {
                self::differences(&format!("{place}[{index}]"), expected, found, differences);
            }
        }
        _ if expected == found => {}
        _ => differences.push(format!("{place}: expected {expected}, found {found}")),
    }
}

#[test]
fn ok_every_log_gives_the_numbers_counted_by_hand() {
    let root = testdata();
    let mut files = Vec::new();
    expected_files(&root, &mut files);
    assert!(files.len() >= 27, "only {} expected files", files.len());
    let mut wrong = Vec::new();
    for file in files {
        let expected: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        let name = expected["input"]["sources"][0]["path"].as_str().unwrap();
        let log = File::open(root.join(name)).unwrap();
        let analysis = Analyzer::new(Options::default()).reader(name, log).run().unwrap();
        let found = serde_json::to_value(&analysis).unwrap();
        differences(name, &expected, &found, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
