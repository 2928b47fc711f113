//! Where and with what something was measured.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

/// The machine, and the versions of everything that is compared.
///
/// # Errors
///
/// When wslog does not start.
pub fn setting(wslog: &Path) -> Result<String> {
    let cores = std::thread::available_parallelism()?;
    let memory = first_value("/proc/meminfo", "MemTotal").unwrap_or_default();
    let processor = first_value("/proc/cpuinfo", "model name").unwrap_or_default();
    let system = first_line(Command::new("uname").arg("-srm"));
    let mut lines = vec![format!("{processor}, {cores} cores, {memory}; {system}"), String::new()];
    lines.push(format!("- {}", first_line(Command::new(wslog).arg("--version"))));
    for program in ["wc", "zcat", "rg", "mawk", "goaccess"] {
        let flag = if program == "mawk" { "-Wversion" } else { "--version" };
        let version = first_line(Command::new(program).arg(flag));
        if !version.is_empty() {
            lines.push(format!("- {version}"));
        }
    }
    Ok(lines.join("\n"))
}

fn first_value(path: &str, key: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(key))?;
    line.split_once(':').map(|(_, value)| value.trim().to_owned())
}

/// The first line a command prints; empty where there is no such command.
fn first_line(command: &mut Command) -> String {
    let output = command.output().map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&output).lines().next().unwrap_or_default().to_owned()
}
