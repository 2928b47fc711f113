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

/// A real nginx, which the parser is held against.
pub(crate) fn install_nginx() -> Result<()> {
    let is_there = std::env::var_os("NGINX").is_some()
        || succeeds(Command::new("nginx").arg("-v"))
        || Path::new("/usr/sbin/nginx").exists();
    install_package("nginx-light", is_there)
}

/// tcpdump, which captures what the lab's clients send.
pub(crate) fn install_tcpdump() -> Result<()> {
    install_package("tcpdump", succeeds(Command::new("tcpdump").arg("--version")))
}

/// A browser, for the scenario of the lab that needs it, and for the HTML report.
pub(crate) fn install_chromium() -> Result<()> {
    let is_there = std::env::var_os("CHROMIUM").is_some()
        || succeeds(Command::new("chromium").arg("--version"));
    install_package("chromium", is_there)
}

/// What drives the browser, and what fetches it.
pub(crate) fn install_node() -> Result<()> {
    install_package("nodejs", succeeds(Command::new("node").arg("--version")))?;
    install_package("npm", succeeds(Command::new("npm").arg("--version")))
}

/// A reader of CSV that is not ours.
pub(crate) fn install_python() -> Result<()> {
    install_package("python3", succeeds(Command::new("python3").arg("--version")))
}

/// Python with what makes an environment of its own, for others that read Parquet.
pub(crate) fn install_venv() -> Result<()> {
    let is_there = succeeds(Command::new("python3").args(["-c", "import ensurepip, venv"]));
    install_package("python3-venv", is_there)
}

/// Java, which Spark runs on, and its compiler.
pub(crate) fn install_java() -> Result<()> {
    install_package("default-jdk-headless", succeeds(Command::new("javac").arg("-version")))
}

/// Installs a package of Debian's. Where there is no `apt-get`, the tests say what is missing.
fn install_package(package: &str, is_there: bool) -> Result<()> {
    if is_there || !succeeds(Command::new("apt-get").arg("--version")) {
        return Ok(());
    }
    run(Command::new("apt-get").arg("update"))?;
    run(Command::new("apt-get")
        .args(["install", "--yes", "--no-install-recommends", package])
        .env("DEBIAN_FRONTEND", "noninteractive"))
}

/// cargo-fuzz.
pub(crate) fn install_fuzzer() -> Result<()> {
    match succeeds(&mut cargo(&["fuzz", "--version"])) {
        true => Ok(()),
        false => run(&mut cargo(&["install", "cargo-fuzz", "--locked"])),
    }
}
