//! Man pages and shell completions, from the definitions that `wslog --help` is made of:
//! `cargo run -p wslog-cli --example pages -- DIR` writes `DIR/man/*.1` and `DIR/completions/*`.

use std::fs::{self, File};
use std::io::Write;
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
    let mut command = wslog_cli::command();
    command.build();
    for subcommand in command.get_subcommands() {
        man_page(&folder.join(format!("wslog-{}.1", subcommand.get_name())), subcommand)?;
    }
    man_page(&folder.join("wslog.1"), &command)
}

fn man_page(path: &Path, command: &clap::Command) -> Result<()> {
    let page = clap_mangen::Man::new(command.clone());
    let mut text = Vec::new();
    page.render_title(&mut text)?;
    page.render_name_section(&mut text)?;
    page.render_synopsis_section(&mut text)?;
    page.render_description_section(&mut text)?;
    page.render_options_section(&mut text)?;
    if command.has_subcommands() {
        page.render_subcommands_section(&mut text)?;
    }
    // Examples are lines to copy: a page that fills them up would break them.
    if let Some(examples) = command.get_after_help() {
        writeln!(text, ".SH EXAMPLES\n.nf")?;
        examples.to_string().lines().try_for_each(|line| writeln!(text, "{}", verbatim(line)))?;
        writeln!(text, ".fi")?;
    }
    Ok(fs::write(path, text)?)
}

/// A line as it is, in the language of man pages.
fn verbatim(line: &str) -> String {
    let escaped = line.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq");
    match escaped.starts_with('.') {
        true => format!("\\&{escaped}"),
        false => escaped,
    }
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
