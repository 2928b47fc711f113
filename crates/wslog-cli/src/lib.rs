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
mod export_args;
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

/// Does what was typed.
pub fn run() -> ExitCode {
    let args = Args::parse();
    let result = match args.command {
        Command::Analyze(args) => commands::analyze::run(args),
        Command::Follow(args) => commands::follow::run(&args),
        Command::Check(args) => commands::check::run(&args),
        Command::Compare(args) => commands::compare::run(args),
        Command::Trace(args) => commands::trace::run(&args),
        Command::Export(args) => commands::export::run(args),
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
