//! The fuzz targets, and how each is run.

use std::env;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::process::{self, cargo};
use crate::tools::install_fuzzer;

/// Which targets, and how long.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    /// Which target; all of them when none is named
    target: Option<String>,
    /// How many inputs each target gets
    #[arg(long, default_value_t = Args::SHORT)]
    runs: u64,
    /// End each target after so many seconds, whatever the number of inputs
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    seconds: u64,
    /// How many processes share the work
    #[arg(long, default_value_t = 1)]
    jobs: u32,
}

impl Args {
    /// Enough to notice a target that is broken.
    const SHORT: u64 = 20_000;
}

impl Default for Args {
    fn default() -> Args {
        Args { target: None, runs: Args::SHORT, seconds: 20, jobs: 1 }
    }
}

struct Target {
    name: &'static str,
    /// Longest input in bytes; longer ones find nothing more.
    max_len: u32,
    has_dictionary: bool,
}

const TARGETS: &[Target] = &[
    Target { name: "line", max_len: 400, has_dictionary: true },
    Target { name: "log_format", max_len: 120, has_dictionary: true },
    Target { name: "twin", max_len: 300, has_dictionary: false },
    Target { name: "log", max_len: 4000, has_dictionary: true },
    Target { name: "compressed", max_len: 1000, has_dictionary: true },
    Target { name: "nginx_conf", max_len: 600, has_dictionary: true },
    Target { name: "audit", max_len: 1000, has_dictionary: true },
    Target { name: "capture_pcap", max_len: 2000, has_dictionary: false },
    Target { name: "capture_pcapng", max_len: 2000, has_dictionary: false },
    Target { name: "capture_har", max_len: 2000, has_dictionary: false },
    Target { name: "capture_heads", max_len: 1000, has_dictionary: false },
];

/// Runs the targets one after the other.
pub(crate) fn run(args: &Args) -> Result<()> {
    install_fuzzer()?;
    let is_asked = |target: &&Target| args.target.as_deref().is_none_or(|name| name == target.name);
    let mut targets = TARGETS.iter().filter(is_asked).peekable();
    targets.peek().with_context(|| {
        let names: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
        format!("there is no such target; these are: {}", names.join(", "))
    })?;
    targets.try_for_each(|target| fuzz(target, args))
}

fn fuzz(target: &Target, args: &Args) -> Result<()> {
    let builds = env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
    // The sanitizer looks after `unsafe`, of which there is one call, and wants another toolchain.
    let mut command = cargo(&["fuzz", "run", "--fuzz-dir", "crates/fuzz", "-s", "none"]);
    command.arg("--target-dir").arg(builds.join("fuzz"));
    // To follow comparisons of bytes costs half of the speed, and the dictionary does as well.
    command.args(["--no-trace-compares", target.name, "--"]);
    command.arg(format!("-runs={}", args.runs)).arg(format!("-max_len={}", target.max_len));
    command.arg(format!("-max_total_time={}", args.seconds)).arg("-print_final_stats=1");
    if args.jobs > 1 {
        command.arg(format!("-fork={}", args.jobs));
    }
    if target.has_dictionary {
        command.arg("-dict=crates/fuzz/nginx.dict");
    }
    process::run(&mut command)
}
