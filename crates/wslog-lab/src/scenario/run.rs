//! What is left when a scenario is over.

use std::fmt;
use std::path::{Path, PathBuf};

use super::truth::Truth;
use crate::access_log::AccessLog;
use crate::client::Attempt;
use crate::topology::StoppedHop;

/// A scenario that was played: its folder, and what is known about it.
#[derive(Clone, Debug)]
pub struct Run {
    folder: PathBuf,
    truth: Truth,
    hops: Vec<StoppedHop>,
}

impl Run {
    pub(super) fn new(folder: PathBuf, truth: Truth, hops: Vec<StoppedHop>) -> Run {
        Run { folder, truth, hops }
    }

    /// Where everything lies.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What each client did, and what each hop says about it.
    pub fn truth(&self) -> &Truth {
        &self.truth
    }

    /// Every nginx, those nearer to the clients in front.
    pub fn hops(&self) -> &[StoppedHop] {
        &self.hops
    }

    /// The capture of the clients' connections, and of no others.
    pub fn capture(&self) -> PathBuf {
        self.folder.join("client.pcap")
    }

    /// The logs of all hops in the format of this name, those nearer to the clients in front.
    pub fn access_logs(&self, format: &str) -> Vec<AccessLog> {
        self.hops.iter().map(|hop| hop.access_log(format)).collect()
    }
}

/// What happened, in a few lines without keys and times: two runs of one scenario show the same.
/// What happened alike several times is told once.
impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut told: Vec<(String, usize)> = Vec::new();
        for attempt in &self.truth.attempts {
            let story = Story(attempt).to_string();
            match told.iter_mut().find(|(known, _)| *known == story) {
                Some((_, times)) => *times += 1,
                None => told.push((story, 1)),
            }
        }
        for (story, times) in told {
            if times > 1 {
                write!(f, "{times} times ")?;
            }
            f.write_str(&story)?;
        }
        Ok(())
    }
}

/// What happened to one attempt.
struct Story<'a>(&'a Attempt);

impl fmt::Display for Story<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Story(attempt) = self;
        let target = attempt.target();
        let status = attempt.status.map_or_else(|| "-".to_owned(), |status| status.to_string());
        writeln!(f, "{} {target}: {}, saw {status}", attempt.client, attempt.protocol)?;
        for sighting in &attempt.sightings {
            let upgrade = sighting.upgrade.as_deref().unwrap_or("-");
            writeln!(
                f,
                "  {:<12} {} upgrade {upgrade:<9} {} upstream {}",
                sighting.hop, sighting.protocol, sighting.status, sighting.upstream_status,
            )?;
        }
        Ok(())
    }
}
