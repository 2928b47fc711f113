//! Measures how long it takes from a line's being written to its event's being told, at a rate that
//! is kept up for some seconds, and what a follower takes that has nothing to do.
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use benches::compare::setting;
use clap::Parser;
use serde_json::Value;

/// Time `wslog follow` from the write of a line to its event.
#[derive(Debug, Parser)]
struct Args {
    /// The wslog to be measured; build it with `cargo build --release`
    #[arg(long, default_value = "target/release/wslog")]
    wslog: PathBuf,
    /// Lines written in a second
    #[arg(long, default_value_t = 200_000)]
    rate: u64,
    /// For how many seconds
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Of how many lines one is a handshake that fails
    #[arg(long, default_value_t = 100)]
    one_in: u64,
}

/// How often lines are written: as many at once as the rate asks for.
const BURST: Duration = Duration::from_millis(1);

/// How long nothing is written to see what waiting takes.
const IDLE: Duration = Duration::from_secs(10);

fn main() -> Result<()> {
    let args = Args::parse();
    let wslog = args.wslog.canonicalize();
    let wslog = wslog.with_context(|| format!("{} is not built", args.wslog.display()))?;
    let folder = std::env::temp_dir().join(format!("wslog-lag-{}", std::process::id()));
    fs::create_dir(&folder)?;
    println!("{}\n", setting(&wslog)?);
    let measured = measure(&args, &wslog, &folder);
    fs::remove_dir_all(&folder)?;
    measured
}

fn measure(args: &Args, wslog: &Path, folder: &Path) -> Result<()> {
    let path = folder.join("access.log");
    let mut log = File::create(&path)?;
    // Something to know the format by, before the clock runs.
    log.write_all(line(0, false).as_bytes())?;
    let mut follower = Command::new(wslog)
        .args(["follow", "--output", "ndjson", "--from-end", "--every", "0"])
        .arg(&path)
        .stdout(Stdio::piped())
        .spawn()?;
    let told = told(&mut follower)?;
    thread::sleep(Duration::from_secs(1));
    let idle = cpu(&follower)?;
    thread::sleep(IDLE);
    let idle = cpu(&follower)?.saturating_sub(idle);
    let busy = cpu(&follower)?;
    let (written, took) = write(args, &mut log)?;
    let mut lags = lags(&written, &told)?;
    let busy = cpu(&follower)?.saturating_sub(busy);
    follower.kill()?;
    follower.wait()?;
    lags.sort_unstable();
    println!("| lines/s | events | median ms | 99 % ms | most ms | CPU busy | CPU idle |");
    println!("|--:|--:|--:|--:|--:|--:|--:|");
    let at = |share: usize| lags.get((lags.len() - 1) * share / 100).map_or(0.0, millis);
    println!(
        "| {:.0} | {} | {:.2} | {:.2} | {:.2} | {:.0} % | {:.2} % |",
        f64::from(u32::try_from(args.rate * args.seconds)?) / took.as_secs_f64(),
        lags.len(),
        at(50),
        at(99),
        at(100),
        100.0 * busy.as_secs_f64() / took.as_secs_f64(),
        100.0 * idle.as_secs_f64() / IDLE.as_secs_f64(),
    );
    Ok(())
}

fn millis(lag: &Duration) -> f64 {
    lag.as_secs_f64() * 1000.0
}

/// Writes at the rate asked for. When each failure was written, by its number, and how long it took.
fn write(args: &Args, log: &mut File) -> Result<(Vec<Instant>, Duration)> {
    let begun = Instant::now();
    let mut written = Vec::new();
    let mut next = 0;
    while next < args.rate * args.seconds {
        let due = begun.elapsed().as_micros() * u128::from(args.rate) / 1_000_000;
        let due = u64::try_from(due)?.min(args.rate * args.seconds);
        let mut burst = String::new();
        let mut failures = 0;
        for number in next..due {
            let fails = number.is_multiple_of(args.one_in);
            failures += usize::from(fails);
            burst += &line(number, fails);
        }
        next = due.max(next);
        log.write_all(burst.as_bytes())?;
        written.resize(written.len() + failures, Instant::now());
        thread::sleep(BURST);
    }
    Ok((written, begun.elapsed()))
}

/// When each event was read.
fn told(follower: &mut Child) -> Result<Receiver<(Instant, String)>> {
    let stdout = BufReader::new(follower.stdout.take().context("no output")?);
    let (sender, told) = mpsc::channel();
    thread::spawn(move || {
        for line in stdout.lines().map_while(Result::ok) {
            if sender.send((Instant::now(), line)).is_err() {
                return;
            }
        }
    });
    Ok(told)
}

/// How long each failure took to be told; they come in the order they were written in.
fn lags(written: &[Instant], told: &Receiver<(Instant, String)>) -> Result<Vec<Duration>> {
    let mut lags = Vec::new();
    while lags.len() < written.len() {
        let (at, line) =
            told.recv_timeout(Duration::from_secs(30)).context("events are missing")?;
        let event: Value = serde_json::from_str(&line)?;
        if event["event"] == "handshake" {
            let number = event["sighting"]["request_time"].as_f64().unwrap_or_default();
            ensure!(event["outcome"] == "client_closed" && number > 0.0, "{line}");
            let written = written.get(lags.len()).context("more events than failures")?;
            lags.push(at.saturating_duration_since(*written));
        }
    }
    Ok(lags)
}

/// What a process took so far, in user and kernel mode.
fn cpu(process: &Child) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{}/stat", process.id()))?;
    let (_, fields) = stat.rsplit_once(')').context("no name in /proc")?;
    let ticks: u64 = fields.split_whitespace().skip(11).take(2).flat_map(str::parse::<u64>).sum();
    // A hundredth of a second each, on every Linux there is.
    Ok(Duration::from_millis(ticks * 10))
}

fn line(number: u64, fails: bool) -> String {
    let (protocol, status, key) = match fails {
        true => ("1.0", 499, format!("{number:021}A==").replace(' ', "0")),
        false => ("1.1", 200, "-".to_owned()),
    };
    format!(
        "[09/Mar/2018:15:04:51 +0800] 100.97.88.254 - - - 10.0.21.11 to: 127.0.0.1:8011: GET \
         /ws/?id={number} HTTP/{protocol} upstream_response_time 0.001 msec 1520579091.129 \
         request_time 60.000 status {status} client - Mozilla/5.0 (X11; Linux x86_64) {key}\n"
    )
}
