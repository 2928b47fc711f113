//! The command line with DataFrames and Parquet in it, which takes minutes to build, and what others read in
//! its files.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::process::{cargo, run, succeeds};
use crate::{DENY_WARNINGS, steps, tools};

/// What is built and tested with it; in everything else it is left out.
const LINTS: &[&str] = &[
    "clippy",
    "--locked",
    "-p",
    "wslog-frame",
    "-p",
    "wslog-cli",
    "--features",
    "wslog-cli/frame",
    "--all-targets",
    "--",
    "--deny",
    "warnings",
];
const DOCS: &[&str] = &["doc", "--locked", "-p", "wslog-frame", "--no-deps"];
/// As it is shipped: polars is built once.
const TESTS: &[&str] = &[
    "test",
    "--release",
    "--locked",
    "-p",
    "wslog-frame",
    "-p",
    "wslog-cli",
    "--features",
    "wslog-cli/frame",
];

/// Others who read Parquet.
const PACKAGES: [&str; 2] = ["duckdb==2.0.1", "pyarrow==26.0.1"];

/// Lints, documentation and tests.
pub(crate) fn run_all() -> Result<()> {
    tools::install_venv()?;
    let python = install_python()?;
    steps(&[LINTS, DOCS])?;
    run(cargo(TESTS).env("RUSTDOCFLAGS", DENY_WARNINGS).env("WSLOG_PYTHON", python))
}

/// A Python with the packages, in the build's own folder.
fn install_python() -> Result<PathBuf> {
    let target =
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), Into::into);
    // Tests run in other folders.
    let venv = env::current_dir()?.join(target).join("python");
    let python = venv.join("bin/python");
    let is_there = "import duckdb, pyarrow; print(duckdb.__version__, pyarrow.__version__)";
    let versions = Command::new(&python).args(["-c", is_there]).output();
    let wanted = PACKAGES.map(|package| package.split("==").last().unwrap_or_default()).join(" ");
    if versions.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).trim() == wanted) {
        return Ok(python);
    }
    if !succeeds(Command::new(&python).arg("--version")) {
        run(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
    }
    run(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(PACKAGES))?;
    Ok(python)
}
