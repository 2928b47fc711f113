//! Python with the packages of others, in the build's own folder.

use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result};

use crate::process::run;
use crate::tools;

/// A Python that has these packages, and no other one's; it is made where it is not there.
pub(crate) fn environment(name: &str, packages: &[&str]) -> Result<PathBuf> {
    tools::install_python()?;
    tools::install_venv()?;
    let venv = target()?.join(name);
    let python = venv.join("bin/python");
    let (told, wanted) = (venv.join("packages.txt"), packages.join("\n"));
    if fs::read_to_string(&told).is_ok_and(|there| there == wanted) {
        return Ok(python);
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv))?;
    run(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(packages))?;
    fs::write(&told, wanted).with_context(|| format!("cannot write {}", told.display()))?;
    Ok(python)
}

/// Where what is built goes, from the root on: tests run in other folders.
pub(crate) fn target() -> Result<PathBuf> {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
    Ok(env::current_dir()?.join(target))
}
