//! A folder as input: its access logs, rotated ones included.

use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::input::set::set_of;

/// The access logs in a folder, by name; what lies in its subfolders is not looked at.
pub(crate) fn access_logs(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut logs = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_log = path.file_name().is_some_and(|name| is_access_log(&name.to_string_lossy()));
        // One that leads nowhere is an input that cannot be read; one that never ends is none.
        if is_log && path.metadata().map_or(true, |metadata| metadata.is_file()) {
            logs.push(path);
        }
    }
    logs.sort();
    Ok(logs)
}

/// Whether a file of this name is taken for an access log: `access.log`, `api-access.log.2.gz`,
/// `shop.example_log`, but no error log.
pub(crate) fn is_access_log(name: &str) -> bool {
    let log = set_of(name).to_ascii_lowercase();
    let ends_like_a_log = [".log", "_log", "-log"].iter().any(|end| log.ends_with(end));
    (ends_like_a_log || log.contains("access")) && !log.contains("error") && !log.starts_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_access_logs_are_known_by_their_names() {
        for name in [
            "access.log",
            "access.log.1",
            "access.log.12.gz",
            "ACCESS-20260301.log.zst",
            "access_ssl",
            "shop.example_log",
            "shop.example.access",
            "access",
            "ws.log",
            "access.json",
            "access.log.2018-03-09",
            "access.log.1.old",
        ] {
            assert!(is_access_log(name), "{name}");
        }
        for name in ["error.log", "error.log.2.gz", ".access.log", "nginx.pid", "dump.sql", ""] {
            assert!(!is_access_log(name), "{name}");
        }
    }
}
