//! Timing whole processes.

use std::fs::File;
use std::io::{self, Read as _};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use wait4::Wait4 as _;

use super::contender::Prints;
use super::{Contender, Log};

/// What a command took: medians over its runs.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    /// From its start to its end.
    pub wall: Duration,
    /// Of all its threads, in the system too.
    pub cpu: Duration,
    /// Most memory that was resident at once, in bytes.
    pub peak: u64,
}

impl Measured {
    fn median(mut runs: Vec<Measured>) -> Option<Measured> {
        runs.sort_by_key(|run| run.wall);
        let middle = runs.get(runs.len() / 2).copied()?;
        let peak = runs.iter().map(|run| run.peak).max()?;
        Some(Measured { peak, ..middle })
    }
}

/// Times the commands in turn, so many rounds of them after one that is not counted.
///
/// # Errors
///
/// When a command cannot be started, fails, or miscounts the lines.
pub fn measure(log: &Log, contenders: &[Contender], rounds: usize) -> Result<Vec<Measured>> {
    // The first reading is from the disk.
    io::copy(&mut File::open(&log.path)?, &mut io::sink())?;
    let mut runs = vec![Vec::new(); contenders.len()];
    for round in 0..=rounds {
        for (contender, runs) in contenders.iter().zip(&mut runs) {
            let is_due = !contender.is_slow || round == 1;
            if !is_due {
                continue;
            }
            let run = run(log, contender).with_context(|| contender.name.clone())?;
            if round > 0 {
                runs.push(run);
            }
        }
    }
    let median = |runs| Measured::median(runs).context("there was no run");
    runs.into_iter().map(median).collect()
}

fn run(log: &Log, contender: &Contender) -> Result<Measured> {
    let output = match contender.prints {
        Prints::Report | Prints::Lines => Stdio::piped(),
        Prints::Other => Stdio::null(),
    };
    let start = Instant::now();
    let mut child = contender.command().stdout(output).spawn().context("cannot be started")?;
    let mut report = Vec::new();
    if let Some(mut output) = child.stdout.take() {
        output.read_to_end(&mut report)?;
    }
    let used = child.wait4()?;
    let wall = start.elapsed();
    ensure!(used.status.success(), "ended with {}", used.status);
    let lines = match contender.prints {
        Prints::Report => serde_json::from_slice::<Value>(&report)?["input"]["lines"].as_u64(),
        Prints::Lines => {
            let first = report.split(u8::is_ascii_whitespace).find(|text| !text.is_empty());
            first.and_then(|first| std::str::from_utf8(first).ok()?.parse().ok())
        }
        Prints::Other => Some(log.lines),
    };
    ensure!(lines == Some(log.lines), "counted {lines:?} lines of {}", log.lines);
    let cpu = used.rusage.utime + used.rusage.stime;
    Ok(Measured { wall, cpu, peak: used.rusage.maxrss })
}
