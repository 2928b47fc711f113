//! What is no access log among what is to be followed: captures, and nginx's error logs.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use wslog::capture::{HEAD_LEN, Kind};
use wslog::parse::error_log::looks_like_error_log;

use crate::complaint;

/// How many first bytes tell.
pub(super) const ENOUGH: usize = HEAD_LEN;

/// Something that is not followed.
#[derive(Clone, Copy, Debug)]
pub(super) enum NoAccessLog {
    Capture,
    ErrorLog,
}

impl NoAccessLog {
    /// What a file is by its first bytes, if it is no access log.
    pub(super) fn at(path: &Path) -> Option<NoAccessLog> {
        // A pipe would wait for whoever writes to it.
        if !path.is_file() {
            return None;
        }
        let mut first = Vec::new();
        File::open(path).and_then(|file| file.take(ENOUGH as u64).read_to_end(&mut first)).ok()?;
        NoAccessLog::of(&first)
    }

    /// What a text that begins so is, if it is no access log. Pasted heads are lines.
    pub(super) fn of(first: &[u8]) -> Option<NoAccessLog> {
        match Kind::of(first) {
            Some(Kind::Pcap | Kind::Pcapng | Kind::Har) => Some(NoAccessLog::Capture),
            _ => looks_like_error_log(first.split(|&byte| byte == b'\n'))
                .then_some(NoAccessLog::ErrorLog),
        }
    }

    /// Says so.
    pub(super) fn refuse(self, name: &str) {
        let what = match self {
            NoAccessLog::Capture => {
                "is a capture, and has no lines to follow; `wslog analyze` reads it"
            }
            NoAccessLog::ErrorLog => {
                "is an error log, which shows no handshakes; `wslog analyze` reads it beside access \
                 logs"
            }
        };
        complaint::error(&anyhow::anyhow!("{name}: {what}"));
    }
}
