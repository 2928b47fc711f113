//! The HTML report in a real browser, and the library that draws its charts.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::process::{cargo, run};
use crate::tools;

const TESTS: &str = "crates/wslog-report/browser";
const LIBRARY: &str = "crates/wslog-report/src/html/uplot";

/// The release of the library that is embedded.
const RELEASE: &str = "uplot@1.6.32";

/// Builds wslog, has it write pages, and looks at them.
pub(crate) fn run_tests() -> Result<()> {
    tools::install_chromium()?;
    tools::install_node()?;
    // As the other tests are built, so that nothing is built twice.
    run(&mut cargo(&["test", "--workspace", "--exclude", "wslog-frame", "--locked", "--no-run"]))?;
    let folder = folder("browser")?;
    for file in fs::read_dir(TESTS)? {
        let file = file?;
        fs::copy(file.path(), folder.join(file.file_name()))?;
    }
    let in_folder = |words: &[&str]| {
        let mut command = Command::new("npm");
        command.args(words).current_dir(&folder);
        command
    };
    run(&mut in_folder(&["ci"]))?;
    let pages = folder.join("pages");
    run(in_folder(&["test"])
        .env("WSLOG", target()?.join("debug/wslog"))
        .env("REPOSITORY", std::env::current_dir()?)
        .env("PAGES", pages))
}

/// Whether the library is what the npm registry serves.
pub(crate) fn compare_library() -> Result<()> {
    tools::install_node()?;
    let folder = folder("uplot")?;
    run(Command::new("npm").args(["pack", RELEASE]).current_dir(&folder))?;
    let archive = format!("{}.tgz", RELEASE.replace('@', "-"));
    run(Command::new("tar").args(["-xzf", &archive]).current_dir(&folder))?;
    for (served, embedded) in [
        ("package/dist/uPlot.iife.min.js", "uPlot.iife.min.js"),
        ("package/dist/uPlot.min.css", "uPlot.min.css"),
        ("package/LICENSE", "LICENSE"),
    ] {
        let served = fs::read(folder.join(served))?;
        let embedded = Path::new(LIBRARY).join(embedded);
        let is_same = served == fs::read(&embedded)?;
        ensure!(is_same, "{} is not that of {RELEASE}", embedded.display());
    }
    Ok(())
}

/// A folder among what is built.
fn folder(name: &str) -> Result<PathBuf> {
    let folder = target()?.join(name);
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    Ok(folder)
}

fn target() -> Result<PathBuf> {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
    Ok(std::env::current_dir()?.join(target))
}
