//! wslog on Apache Spark: a cluster on loopback, and the report of one process beside.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use crate::process::{cargo, run, succeeds};
use crate::{python, tools};

/// As it is shipped: the cluster's tasks run the plain binary.
const BUILD: &[&str] = &["build", "--release", "--locked"];
const FOLDER: &str = "integrations/spark";

/// The tests, where there is a Java to run Spark.
pub(crate) fn run_tests() -> Result<()> {
    tools::install_java()?;
    if !succeeds(Command::new("java").arg("-version")) {
        eprintln!("SKIPPED: the tests of {FOLDER} need Java 17, and there is none");
        return Ok(());
    }
    run(&mut cargo(BUILD))?;
    let requirements = format!("{FOLDER}/requirements.txt");
    let requirements =
        fs::read_to_string(&requirements).with_context(|| format!("cannot read {requirements}"))?;
    let python = python::environment("spark", &requirements.lines().collect::<Vec<_>>())?;
    let mut tests = Command::new(python);
    tests.args(["-m", "unittest", "-v", "tests.test_reading", "tests.test_report"]);
    tests.current_dir(FOLDER).env("PYTHONDONTWRITEBYTECODE", "1");
    run(tests.env("WSLOG", python::target()?.join("release/wslog")))
}
