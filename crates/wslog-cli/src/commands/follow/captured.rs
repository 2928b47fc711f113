//! Captures among what is to be followed: they have no lines, and are no logs.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use wslog::capture::{HEAD_LEN, Kind};

use crate::complaint;

/// How many first bytes tell.
pub(super) const ENOUGH: usize = HEAD_LEN;

/// Whether a file begins like a capture. Pasted heads are lines.
pub(super) fn is_capture(path: &Path) -> bool {
    // A pipe would wait for whoever writes to it.
    if !path.is_file() {
        return false;
    }
    let mut first = Vec::new();
    let read = File::open(path).and_then(|file| file.take(ENOUGH as u64).read_to_end(&mut first));
    read.is_ok() && begins(&first)
}

/// Whether a text that begins so is a capture.
pub(super) fn begins(first: &[u8]) -> bool {
    matches!(Kind::of(first), Some(Kind::Pcap | Kind::Pcapng | Kind::Har))
}

/// Says so.
pub(super) fn refuse(name: &str) {
    complaint::error(&anyhow::anyhow!(
        "{name}: is a capture, and has no lines to follow; `wslog analyze` reads it"
    ));
}
