//! What the project runs on itself: `cargo xtask ci` is everything, `cargo xtask check` what one
//! wants between two edits.
#![expect(clippy::print_stderr, reason = "the steps are told where cargo tells its own")]

use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Clone, Copy, Debug, Subcommand)]
enum Task {
    /// Format, lints, all tests, documentation: what has to pass
    Ci,
    /// Lints and the tests of the libraries: seconds
    Check,
}

const FORMAT: &[&str] = &["fmt", "--all", "--check"];
const LINTS: &[&str] =
    &["clippy", "--workspace", "--all-targets", "--locked", "--", "--deny", "warnings"];
const TESTS: &[&str] = &["test", "--workspace", "--locked"];
const LIBRARY_TESTS: &[&str] =
    &["test", "--locked", "-p", "wslog-parse", "-p", "wslog", "-p", "wslog-report"];
const EXAMPLE: &[&str] =
    &["run", "--locked", "-p", "wslog", "--example", "http10", "testdata/case/access.log"];
const DOCS: &[&str] = &["doc", "--workspace", "--no-deps", "--locked"];

fn main() -> Result<()> {
    let steps: &[&[&str]] = match Args::parse().task {
        Task::Ci => &[FORMAT, LINTS, TESTS, EXAMPLE, DOCS],
        Task::Check => &[LINTS, LIBRARY_TESTS],
    };
    install_components()?;
    steps.iter().try_for_each(|arguments| cargo(arguments))
}

fn cargo(arguments: &[&str]) -> Result<()> {
    run(Command::new(env!("CARGO")).args(arguments).env("RUSTDOCFLAGS", "--deny warnings"))
}

/// A minimal toolchain lacks the formatter and the linter.
fn install_components() -> Result<()> {
    for (component, subcommand) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        let found = Command::new(env!("CARGO")).args([subcommand, "--version"]).output();
        if !found.is_ok_and(|output| output.status.success()) {
            run(Command::new("rustup").args(["component", "add", component]))?;
        }
    }
    Ok(())
}

fn run(command: &mut Command) -> Result<()> {
    let words: Vec<_> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect();
    let line = words.join(" ");
    eprintln!("xtask: {line}");
    let status = command.status().with_context(|| format!("cannot start {line}"))?;
    ensure!(status.success(), "{line}: {status}");
    Ok(())
}
