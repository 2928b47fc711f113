//! Measures how much memory `wslog follow` takes for handshakes that all have a key of their own.
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::thread;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use benches::compare::setting;
use clap::Parser;
use serde_json::Value;
use wait4::Wait4 as _;

/// Follow standard input with ever new keys, and see how much memory that takes.
#[derive(Debug, Parser)]
struct Args {
    /// The wslog to be measured; build it with `cargo build --release`
    #[arg(long, default_value = "target/release/wslog")]
    wslog: PathBuf,
    /// Lines, each a handshake with a fresh key
    #[arg(long, default_value_t = 100_000_000)]
    lines: u64,
}

/// Of how many lines one fails, at HTTP/1.0.
const ONE_IN: u64 = 10;

fn main() -> Result<()> {
    let args = Args::parse();
    println!("{}\n", setting(&args.wslog)?);
    println!("| lines | lines/s | peak MiB | forgotten keys |");
    println!("|--:|--:|--:|--:|");
    for lines in [args.lines / 100, args.lines / 10, args.lines] {
        measure(&args.wslog, lines)?;
    }
    Ok(())
}

fn measure(wslog: &Path, lines: u64) -> Result<()> {
    let begun = Instant::now();
    let mut follower = Command::new(wslog)
        .args(["follow", "-", "--output", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("{} is not built", wslog.display()))?;
    let stdin = follower.stdin.take().context("no input")?;
    let mut stdout = follower.stdout.take().context("no output")?;
    let written = thread::spawn(move || write(lines, stdin));
    let mut report = String::new();
    stdout.read_to_string(&mut report)?;
    ensure!(written.join().is_ok_and(|written| written.is_ok()), "not all lines were taken");
    let used = follower.wait4()?;
    let took = begun.elapsed().as_secs_f64();
    let report: Value = serde_json::from_str(&report)?;
    check(&report, lines)?;
    println!(
        "| {lines} | {:.0} | {:.1} | {} |",
        f64::from(u32::try_from(lines)?) / took,
        f64::from(u32::try_from(used.rusage.maxrss >> 10)?) / 1024.0,
        report["handshakes"]["evicted"],
    );
    Ok(())
}

/// What is counted by line is exact, and no key is lost without being counted.
fn check(report: &Value, lines: u64) -> Result<()> {
    let keys = ["distinct_keys", "evicted"].map(|name| report["handshakes"][name].as_u64());
    let known: Option<u64> = keys.into_iter().sum();
    for (name, number, expected) in [
        ("lines", report["input"]["lines"].as_u64(), lines),
        ("sightings", report["sightings"]["total"].as_u64(), lines),
        ("downgrades", report["downgrades"]["total"].as_u64(), lines.div_ceil(ONE_IN)),
        ("keys", known, lines),
    ] {
        ensure!(number == Some(expected), "{name}: {number:?}, not {expected}");
    }
    Ok(())
}

fn write(lines: u64, to: ChildStdin) -> io::Result<()> {
    let mut to = BufWriter::with_capacity(1 << 16, to);
    for number in 0..lines {
        let (protocol, status) =
            if number.is_multiple_of(ONE_IN) { ("1.0", 499) } else { ("1.1", 101) };
        let second = number / 10_000 % 60;
        writeln!(
            to,
            "[09/Mar/2018:15:04:{second:02} +0800] 100.97.88.254 - - - 10.0.21.11 to: \
             127.0.0.1:8011: GET /ws HTTP/{protocol} upstream_response_time 60.000 msec \
             15205790{:02}.129 request_time 60.000 status {status} client - Mozilla/5.0 \
             {number:021}A==",
            second + 40,
        )?;
    }
    to.flush()
}
