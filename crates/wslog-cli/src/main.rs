//! `wslog`: says why WebSocket connections die behind nginx, and where on the way.
//!
//! What was typed (`args`) becomes options, one function per subcommand does the work, and its
//! result becomes the exit status.

use std::process::ExitCode;

use clap::Parser;

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

fn main() -> ExitCode {
    let args = Args::parse();
    let result = match args.command {
        Command::Analyze(args) => commands::analyze::run(args),
        Command::Follow(args) => commands::follow::run(&args),
        Command::Check(args) => commands::check::run(&args),
        Command::Compare(args) => commands::compare::run(args),
        Command::Trace(args) => commands::trace::run(&args),
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
