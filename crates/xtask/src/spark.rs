//! wslog on Apache Spark: a cluster on loopback, and the report of one process beside.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use crate::process::{cargo, run, succeeds};
use crate::{frame, python, tools};

const FOLDER: &str = "integrations/spark";

/// The tests, where there is a Java to run Spark.
pub(crate) fn run_tests() -> Result<()> {
    tools::install_java()?;
    if !succeeds(Command::new("javac").arg("-version")) {
        eprintln!(
            "SKIPPED: the tests of {FOLDER} need Java 17 with its compiler, and there is none"
        );
        return Ok(());
    }
    run(cargo(frame::TESTS).arg("--no-run"))?;
    let requirements = format!("{FOLDER}/requirements.txt");
    let requirements =
        fs::read_to_string(&requirements).with_context(|| format!("cannot read {requirements}"))?;
    let python = python::environment("spark", &requirements.lines().collect::<Vec<_>>())?;
    let mut tests = Command::new(python);
    tests.args(["-m", "unittest", "discover", "-v", "-s", "tests", "-t", "."]);
    tests.current_dir(FOLDER).env("PYTHONDONTWRITEBYTECODE", "1");
    run(tests.env("WSLOG", python::target()?.join("release/wslog")))
}
