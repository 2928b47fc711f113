//! Compares `wslog analyze` with `wc -l` and other tools on the same logs, and prints a table.
#![expect(clippy::print_stdout, reason = "the table is what it is for")]
#![expect(clippy::print_stderr, reason = "it takes minutes, and says how far it is")]

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use benches::compare::{Contender, Log, Measured, contenders, make_logs, measure, setting};
use clap::Parser;

/// Time wslog against `wc -l` and other tools on logs made to order, each in turn.
///
/// Ratios to `wc -l` are what counts: on a shared machine absolute times mean nothing.
#[derive(Debug, Parser)]
struct Args {
    /// The wslog to be measured; build it with `cargo build --release`
    #[arg(long, default_value = "target/release/wslog")]
    wslog: PathBuf,
    /// Where the logs are made, and found the next time
    #[arg(long, value_name = "DIR", default_value = "target/compare")]
    logs: PathBuf,
    /// Size of each log in megabytes
    #[arg(long, default_value_t = 1000)]
    megabytes: u64,
    /// How often each command is timed
    #[arg(long, default_value_t = 7)]
    runs: usize,
    /// Without the tools that take a hundred times as long as `wc -l`
    #[arg(long)]
    quick: bool,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let wslog = args.wslog.canonicalize();
    let wslog = wslog.with_context(|| format!("{} is not built", args.wslog.display()))?;
    println!("{}\n", setting(&wslog)?);
    println!("| log | command | wall s | ratio | CPU s | peak MiB |");
    println!("|---|---|--:|--:|--:|--:|");
    for log in make_logs(&args.logs, args.megabytes << 20)? {
        eprintln!("{}: {} MB, {} lines", log.name, log.bytes >> 20, log.lines);
        let contenders = contenders(&log, &wslog, args.quick);
        let measured = measure(&log, &contenders, args.runs)?;
        let Some(reference) = measured.first() else { continue };
        for (contender, measured) in contenders.iter().zip(&measured) {
            println!("{}", row(&log, contender, measured, reference));
        }
    }
    Ok(())
}

fn row(log: &Log, contender: &Contender, measured: &Measured, reference: &Measured) -> String {
    let Measured { wall, cpu, peak } = measured;
    let ratio = wall.as_secs_f64() / reference.wall.as_secs_f64();
    format!(
        "| {} | `{}` | {:.3} | {ratio:.2} | {:.3} | {} |",
        log.name,
        contender.name.replace('|', "\\|"),
        wall.as_secs_f64(),
        cpu.as_secs_f64(),
        peak >> 20,
    )
}
