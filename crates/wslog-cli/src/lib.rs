//! The command line of wslog: what was typed (`args`) becomes options, one function per subcommand does
//! the work, and its result becomes the exit status.
//!
//! The binary is [`run`]; whoever makes man pages or completions asks for [`command`].

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

mod args;
mod commands;
mod complaint;
mod exit_status;
mod inputs;
mod interrupt;
mod output;
mod progress;
mod reading;
mod vantages;

use crate::args::{Args, Command};
use crate::exit_status::ExitStatus;

/// What can be typed.
pub fn command() -> clap::Command {
    Args::command()
}

/// Says what is wrong with what was typed, or the help that was asked for, and ends. A pattern of the shell's may
/// have put a file's name there, which is for its owner to choose and not for a terminal to obey.
fn refuse(error: &clap::Error) -> ! {
    let text = error.render().to_string();
    let lines: Vec<_> = text.lines().map(wslog_report::printable).collect();
    if !error.use_stderr() || lines.iter().map(String::as_str).eq(text.lines()) {
        error.exit();
    }
    complaint::plain(&lines.join("\n"));
    std::process::exit(error.exit_code())
}

/// Does what was typed.
pub fn run() -> ExitCode {
    let args = Args::try_parse().unwrap_or_else(|error| refuse(&error));
    let result = match args.command {
        Command::Analyze(args) => commands::analyze::run(args),
        Command::Follow(args) => commands::follow::run(&args),
        Command::Check(args) => commands::check::run(&args),
        Command::Compare(args) => commands::compare::run(args),
        Command::Trace(args) => commands::trace::run(&args),
        Command::Export(args) => commands::export::run(args),
        Command::Merge(args) => commands::merge::run(&args),
        Command::Formats(args) => commands::formats::run(args),
        Command::Explain(args) => commands::explain::run(&args),
    };
    match result {
        Ok(status) => status,
        Err(error) => {
            complaint::error(&error);
            ExitStatus::Error
        }
    }
    .into()
}
