//! The command line with DataFrames and Parquet in it, which takes minutes to build, and what others read in
//! its files.

use anyhow::Result;

use crate::process::{cargo, run};
use crate::{DENY_WARNINGS, python, steps};

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
/// As it is shipped: polars is built once. The binary is built as well.
pub(crate) const TESTS: &[&str] = &[
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
    let python = python::environment("python", &PACKAGES)?;
    steps(&[LINTS, DOCS])?;
    run(cargo(TESTS).env("RUSTDOCFLAGS", DENY_WARNINGS).env("WSLOG_PYTHON", python))
}
