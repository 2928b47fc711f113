//! `wslog`: says why WebSocket connections die behind nginx, and where on the way.

use std::process::ExitCode;

fn main() -> ExitCode {
    wslog_cli::run()
}
