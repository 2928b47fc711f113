//! What the project runs on itself: `cargo xtask ci` is everything, `cargo xtask check` what one
//! wants between two edits, `cargo xtask browser` looks at the HTML report, `cargo xtask fuzz` runs as long as
//! one likes, and `cargo xtask lab` plays a scenario with real nginx and leaves it to be looked at.
#![expect(clippy::print_stderr, reason = "the steps are told where cargo tells its own")]

mod browser;
mod frame;
mod fuzz;
mod lab;
mod process;
mod python;
mod spark;
mod tools;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

use crate::process::cargo;

#[derive(Debug, Parser)]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Clone, Debug, Subcommand)]
enum Task {
    /// Format, lints, all tests, the report in a browser, documentation, the same with Parquet, a cluster of
    /// Spark's where there is Java, a short run of every fuzz target
    Ci,
    /// Lints and the tests of the libraries: seconds
    Check,
    /// Looks at the HTML report with a real browser
    Browser,
    /// Compares the embedded chart library with the release it is
    Uplot,
    /// Writes man pages and shell completions to a folder
    Pages { folder: PathBuf },
    /// Lints and tests of the command line with Parquet, which has polars built: minutes
    Frame,
    /// Tests wslog on Apache Spark, where there is Java
    Spark,
    /// Runs fuzz targets
    Fuzz(fuzz::Args),
    /// Plays a scenario with real nginx and real clients, and leaves everything to be looked at
    Lab(lab::Args),
}

const FORMAT: &[&str] = &["fmt", "--all", "--check"];
/// polars takes minutes to build: `wslog-frame` has a step of its own.
const LINTS: &[&str] = &[
    "clippy",
    "--workspace",
    "--exclude",
    "wslog-frame",
    "--all-targets",
    "--locked",
    "--",
    "--deny",
    "warnings",
];
const TESTS: &[&str] = &["test", "--workspace", "--exclude", "wslog-frame", "--locked"];
const LIBRARY_TESTS: &[&str] =
    &["test", "--locked", "-p", "wslog-parse", "-p", "wslog", "-p", "wslog-report"];
const EXAMPLE: &[&str] =
    &["run", "--locked", "-p", "wslog", "--example", "http10", "testdata/case/access.log"];
const PAGES: &[&str] =
    &["run", "--quiet", "--locked", "-p", "wslog-cli", "--example", "pages", "--"];
const DOCS: &[&str] = &["doc", "--workspace", "--exclude", "wslog-frame", "--no-deps", "--locked"];
const DENY_WARNINGS: &str = "--deny warnings";

fn main() -> Result<()> {
    // Where it runs from, not where it was built: clones may share what is built.
    let folder =
        std::env::var("CARGO_MANIFEST_DIR").context("it is run by cargo: `cargo xtask`")?;
    let args = Args::parse();
    // What was typed is relative to where it was typed.
    let typed_in = std::env::current_dir()?;
    std::env::set_current_dir(Path::new(&folder).join("../.."))?;
    match args.task {
        Task::Ci => {
            tools::install_components()?;
            tools::install_nginx()?;
            tools::install_tcpdump()?;
            tools::install_chromium()?;
            tools::install_python()?;
            steps(&[FORMAT, LINTS, TESTS, EXAMPLE, DOCS])?;
            browser::run_tests()?;
            browser::compare_library()?;
            frame::run_all()?;
            spark::run_tests()?;
            fuzz::run(&fuzz::Args::default())
        }
        Task::Check => {
            tools::install_components()?;
            steps(&[LINTS, LIBRARY_TESTS])
        }
        Task::Browser => browser::run_tests(),
        Task::Uplot => browser::compare_library(),
        Task::Pages { folder } => process::run(cargo(PAGES).arg(typed_in.join(folder))),
        Task::Frame => {
            tools::install_components()?;
            frame::run_all()
        }
        Task::Spark => spark::run_tests(),
        Task::Fuzz(args) => fuzz::run(&args),
        Task::Lab(args) => lab::run(&args, &typed_in),
    }
}

fn steps(steps: &[&[&str]]) -> Result<()> {
    steps
        .iter()
        .try_for_each(|arguments| process::run(cargo(arguments).env("RUSTDOCFLAGS", DENY_WARNINGS)))
}
