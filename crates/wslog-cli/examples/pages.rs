//! Man pages and shell completions, from the definitions that `wslog --help` is made of:
//! `cargo run -p wslog-cli --example pages -- DIR` writes `DIR/man/*.1` and `DIR/completions/*`.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::ValueEnum;
use clap_complete::Shell;

fn main() -> Result<()> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).context("expected a folder")?;
    man_pages(&folder.join("man"))?;
    completions(&folder.join("completions"))
}

/// One for `wslog`, and one for each subcommand.
fn man_pages(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    clap_mangen::generate_to(wslog_cli::command(), folder)?;
    Ok(())
}

fn completions(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    for shell in Shell::value_variants() {
        let name = clap_complete::Generator::file_name(shell, "wslog");
        let mut file = File::create(folder.join(name))?;
        clap_complete::generate(*shell, &mut wslog_cli::command(), "wslog", &mut file);
    }
    Ok(())
}
