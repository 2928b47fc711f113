//! The commands that are compared.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};

use super::Log;

/// A command, and whether it is too slow to be timed often.
#[derive(Debug)]
pub struct Contender {
    /// As a person would type it, without the log.
    pub name: String,
    program: OsString,
    arguments: Vec<OsString>,
    /// Timed once only.
    pub(super) is_slow: bool,
    /// What it prints.
    pub(super) prints: Prints,
}

/// Where in what a command prints the number of lines stands, which has to be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Prints {
    /// In a JSON report.
    Report,
    /// First.
    Lines,
    /// Nowhere.
    Other,
}

impl Contender {
    fn new(log: &Log, name: &str, program: impl Into<OsString>, arguments: &[&str]) -> Contender {
        let mut arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        arguments.push(log.path.clone().into());
        let (is_slow, prints) = (false, Prints::Other);
        Contender { name: name.to_owned(), program: program.into(), arguments, is_slow, prints }
    }

    fn shell(log: &Log, name: &str, script: &str) -> Contender {
        Contender::new(log, name, "sh", &["-c", script, "sh"])
    }

    fn printing(self, prints: Prints) -> Contender {
        Contender { prints, ..self }
    }

    fn slow(self) -> Contender {
        Contender { is_slow: true, ..self }
    }

    /// The command, ready to be started.
    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).stdin(Stdio::null());
        // What wslog has to say of a log made to order is something to see.
        if self.prints != Prints::Report {
            command.stderr(Stdio::null());
        }
        command.env("LC_ALL", "C");
        command
    }

    fn is_installed(&self) -> bool {
        let mut probe = Command::new(&self.program);
        probe.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        probe.status().is_ok()
    }
}

/// Counts requests by protocol and status, which is a small part of what wslog does.
const AWK: &str = r#"match($0, / HTTP\/[0-9.]+/) { protocol = substr($0, RSTART, RLENGTH)
    if (match($0, / status [0-9]+|" [0-9]+ |"status":[0-9]+/))
        count[protocol, substr($0, RSTART, RLENGTH)]++ }
    END { for (cell in count) print cell, count[cell] }"#;

/// The commands for a log, those that are installed; the first is what the others are related to.
pub fn contenders(log: &Log, wslog: &Path, quick: bool) -> Vec<Contender> {
    let analyze = |name: &str, arguments: &[&str]| {
        let arguments = [&["analyze", "--output", "json"], arguments].concat();
        Contender::new(log, name, wslog, &arguments).printing(Prints::Report)
    };
    let whole = analyze("wslog analyze", &[]);
    let one_thread = analyze("wslog analyze --threads 1", &["--threads", "1"]);
    if log.is_gzip {
        return vec![
            Contender::shell(log, "zcat | wc -l", "zcat \"$1\" | wc -l").printing(Prints::Lines),
            whole,
            one_thread,
        ];
    }
    let mut contenders = vec![
        Contender::new(log, "wc -l", "wc", &["-l"]).printing(Prints::Lines),
        whole,
        one_thread,
        Contender::new(log, "rg -c '^'", "rg", &["-c", "^"]).printing(Prints::Lines),
        Contender::new(log, "mawk (protocol and status)", "mawk", &[AWK]),
    ];
    if log.name.contains("combined") && !quick {
        let arguments = ["--log-format=COMBINED", "--no-progress", "-o", "/dev/null.json"];
        contenders.push(Contender::new(log, "goaccess", "goaccess", &arguments).slow());
    }
    contenders.retain(Contender::is_installed);
    contenders
}
