//! The logs that commands are compared on.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::generator::{Format, Profile, Recipe, generate};

/// A log on disk.
#[derive(Debug, Clone)]
pub struct Log {
    /// What is in it, in a few words.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// How many lines it has.
    pub lines: u64,
    /// How many bytes of text it has.
    pub bytes: u64,
    /// Whether it is compressed with gzip.
    pub is_gzip: bool,
}

/// Makes the logs of about so many bytes each that are not there yet.
///
/// # Errors
///
/// When the directory cannot be written to.
pub fn make_logs(dir: &Path, bytes: u64) -> Result<Vec<Log>> {
    // Logs of another size are other logs.
    let dir = dir.join(format!("{}-MiB", bytes >> 20));
    fs::create_dir_all(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
    let make = |name: &str, profile, format, line_len| -> Result<Log> {
        let path = dir.join(format!("{}.log", name.replace([' ', ','], "-")));
        // A part of the lines of mixed traffic goes to the inner nginx, which is left out.
        let lines = bytes / line_len;
        let recipe = Recipe { lines, seed: 1, profile, format };
        write_log(name, &path, &recipe)
    };
    let mixed = make("mixed upstreamlog_key", Profile::Mixed, Format::UpstreamlogKey, 259)?;
    let gzip = compress(&mixed)?;
    Ok(vec![
        mixed,
        make("handshakes upstreamlog_key", Profile::Handshakes, Format::UpstreamlogKey, 371)?,
        make("mixed combined", Profile::Mixed, Format::Combined, 201)?,
        make("mixed json", Profile::Mixed, Format::Json, 422)?,
        gzip,
    ])
}

fn write_log(name: &str, path: &Path, recipe: &Recipe) -> Result<Log> {
    let truth_path = path.with_extension("lines");
    let known = fs::read_to_string(&truth_path).ok().and_then(|text| text.parse().ok());
    let lines = match known.filter(|_| path.exists()) {
        Some(lines) => lines,
        None => {
            let file = File::create(path);
            let file = file.with_context(|| format!("cannot create {}", path.display()))?;
            let truth = generate(recipe, &mut BufWriter::new(file), &mut io::sink())?;
            let lines = truth.input.sources.first().map_or(0, |source| source.lines);
            fs::write(&truth_path, lines.to_string())?;
            lines
        }
    };
    let bytes = fs::metadata(path)?.len();
    Ok(Log { name: name.to_owned(), path: path.to_owned(), lines, bytes, is_gzip: false })
}

fn compress(log: &Log) -> Result<Log> {
    let path = log.path.with_extension("log.gz");
    if !path.exists() {
        // Whoever is interrupted leaves no half of one behind.
        let draft = path.with_extension("draft");
        let mut encoder = GzEncoder::new(File::create(&draft)?, Compression::default());
        io::copy(&mut File::open(&log.path)?, &mut encoder)?;
        encoder.finish()?.flush()?;
        fs::rename(draft, &path)?;
    }
    Ok(Log { name: format!("{}, gz", log.name), path, is_gzip: true, ..log.clone() })
}
