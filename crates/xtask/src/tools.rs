//! What the checks need and a bare machine lacks.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::process::{cargo, run, succeeds};

/// The formatter and the linter, which a minimal toolchain is without.
pub(crate) fn install_components() -> Result<()> {
    for (component, subcommand) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        if !succeeds(&mut cargo(&[subcommand, "--version"])) {
            run(Command::new("rustup").args(["component", "add", component]))?;
        }
    }
    Ok(())
}

/// A real nginx, which the parser is held against. Where there is no `apt-get`, the tests say what
/// is missing.
pub(crate) fn install_nginx() -> Result<()> {
    let is_there = std::env::var_os("NGINX").is_some()
        || succeeds(Command::new("nginx").arg("-v"))
        || Path::new("/usr/sbin/nginx").exists();
    if is_there || !succeeds(Command::new("apt-get").arg("--version")) {
        return Ok(());
    }
    run(Command::new("apt-get").arg("update"))?;
    run(Command::new("apt-get")
        .args(["install", "--yes", "--no-install-recommends", "nginx-light"])
        .env("DEBIAN_FRONTEND", "noninteractive"))
}

/// cargo-fuzz.
pub(crate) fn install_fuzzer() -> Result<()> {
    match succeeds(&mut cargo(&["fuzz", "--version"])) {
        true => Ok(()),
        false => run(&mut cargo(&["install", "cargo-fuzz", "--locked"])),
    }
}
