//! Writes `edge.log`, `inner.log` and what is in them, `truth.json`, into a directory.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use benches::generator::{Format, Profile, Recipe, Truth, generate};
use clap::Parser;

/// Write the access logs of two nginx in series, and the truth about them.
#[derive(Debug, Parser)]
struct Args {
    /// Lines in both files together.
    #[arg(long, default_value_t = 1_000_000)]
    lines: u64,
    /// The same seed gives the same bytes.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// What the lines are about.
    #[arg(long, value_enum, default_value_t = Profile::Mixed)]
    profile: Profile,
    /// How the lines look.
    #[arg(long, value_enum, default_value_t = Format::UpstreamlogKey)]
    format: Format,
    /// Directory for the three files; it is made if it is not there.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

impl Args {
    fn recipe(&self) -> Recipe {
        Recipe { lines: self.lines, seed: self.seed, profile: self.profile, format: self.format }
    }
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    fs::create_dir_all(&args.out).with_context(|| format!("cannot make {}", args.out.display()))?;
    let mut edge = create(&args.out.join("edge.log"))?;
    let mut inner = create(&args.out.join("inner.log"))?;
    let truth = generate(&args.recipe(), &mut edge, &mut inner)
        .with_context(|| format!("cannot write the logs in {}", args.out.display()))?;
    write_truth(&args.out.join("truth.json"), &truth)
}

fn create(path: &Path) -> anyhow::Result<File> {
    File::create(path).with_context(|| format!("cannot create {}", path.display()))
}

fn write_truth(path: &Path, truth: &Truth) -> anyhow::Result<()> {
    let mut text = serde_json::to_string_pretty(truth)?;
    text.push('\n');
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}
