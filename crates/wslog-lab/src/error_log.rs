//! What nginx tells about itself in its error log at level `notice`
//! ([error_log](https://nginx.org/en/docs/ngx_core_module.html#error_log)).
//!
//! A line is `2026/11/22 19:37:46 [notice] PID#TID: TEXT`. A signal takes effect when a process
//! says so there, not when it was sent: that is what rotating and reloading wait for.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

/// An error log.
#[derive(Clone, Debug)]
pub(crate) struct ErrorLog {
    path: PathBuf,
}

impl ErrorLog {
    pub(crate) fn new(path: PathBuf) -> ErrorLog {
        ErrorLog { path }
    }

    /// All it holds; nothing when there is no file yet.
    pub(crate) fn text(&self) -> String {
        fs::read(&self.path)
            .map_or_else(|_| String::new(), |b| String::from_utf8_lossy(&b).into_owned())
    }

    /// Where it ends now: what comes later is news.
    pub(crate) fn len(&self) -> usize {
        self.text().len()
    }

    /// What was written behind this place.
    pub(crate) fn since(&self, start: usize) -> String {
        self.text().get(start..).unwrap_or_default().to_owned()
    }

    /// The worker processes that were started and have not ended.
    pub(crate) fn workers(&self) -> BTreeSet<u32> {
        let mut workers = BTreeSet::new();
        for line in self.text().lines() {
            if let Some(id) = number_behind(line, ": start worker process ") {
                workers.insert(id);
            }
            if let Some(id) = number_behind(line, ": worker process ") {
                workers.remove(&id);
            }
        }
        workers
    }
}

/// Whether the process of this id says this in the text.
pub(crate) fn says(text: &str, process: u32, what: &str) -> bool {
    let speaker = format!("] {process}#");
    text.lines().any(|line| line.contains(&speaker) && line.ends_with(what))
}

fn number_behind(line: &str, mark: &str) -> Option<u32> {
    let (_, rest) = line.split_once(mark)?;
    rest.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_workers_start_and_exit() {
        let folder = tempfile::tempdir().unwrap();
        let log = ErrorLog::new(folder.path().join("error.log"));
        assert!(log.workers().is_empty());
        let text = "2026/11/22 19:37:46 [notice] 7#7: start worker process 8\n\
                    2026/11/22 19:37:46 [notice] 7#7: start worker process 9\n\
                    2026/11/22 19:37:47 [notice] 8#8: gracefully shutting down\n\
                    2026/11/22 19:37:47 [notice] 7#7: worker process 8 exited with code 0\n";
        fs::write(folder.path().join("error.log"), text).unwrap();
        assert_eq!(log.workers(), BTreeSet::from([9]));
        assert!(says(text, 8, "gracefully shutting down"));
        assert!(!says(text, 9, "gracefully shutting down"));
    }
}
