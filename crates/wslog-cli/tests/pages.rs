//! Man pages and completions: there is one of each, and shells take what is for them.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The example that writes them, which is built beside the tests.
fn pages() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    tests.parent().unwrap().parent().unwrap().join("examples/pages")
}

fn written() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let status = Command::new(pages()).arg(folder.path()).status().unwrap();
    assert!(status.success());
    folder
}

#[test]
fn ok_every_subcommand_has_a_man_page() {
    let folder = written();
    let page = |name: &str| fs::read_to_string(folder.path().join("man").join(name)).unwrap();
    let command = wslog_cli::command();
    let whole = page("wslog.1");
    for subcommand in command.get_subcommands() {
        let name = subcommand.get_name();
        assert!(whole.contains(&format!("wslog\\-{name}(1)")), "{name}");
        let page = page(&format!("wslog-{name}.1"));
        assert!(page.contains(".SH OPTIONS") && page.contains(".SH SYNOPSIS"), "{name}");
    }
}

#[test]
fn ok_shells_take_their_completions() {
    let folder = written();
    let completions = folder.path().join("completions");
    for name in ["wslog.bash", "wslog.fish", "_wslog", "wslog.elv", "_wslog.ps1"] {
        assert!(completions.join(name).metadata().unwrap().len() > 1000, "{name}");
    }
    assert_eq!(completed(&completions.join("wslog.bash"), &["wslog", "tra"]), "trace");
    let forms = completed(&completions.join("wslog.bash"), &["wslog", "analyze", "--output", ""]);
    assert_eq!(forms, "text json markdown html csv ndjson");
}

/// What bash offers for the last of these words.
fn completed(script: &Path, words: &[&str]) -> String {
    let line = format!(
        ". '{}'; COMP_WORDS=({}); COMP_CWORD={}; _wslog wslog '{}' '{}'; echo \"${{COMPREPLY[*]}}\"",
        script.display(),
        words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" "),
        words.len() - 1,
        words.last().unwrap(),
        words[words.len() - 2],
    );
    let output = Command::new("bash").args(["--norc", "-c", &line]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
