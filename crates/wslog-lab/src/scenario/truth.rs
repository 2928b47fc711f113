//! What really happened, in a file.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::client::{Attempt, Sighting};
use crate::error::Error;
use crate::topology::StoppedHop;
use crate::topology::formats::SIGHTINGS;

/// What is known about a run without reading a log that a client could have written into.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Truth {
    /// The scenario's name.
    pub scenario: String,
    /// Every nginx, those nearer to the clients in front.
    pub hops: Vec<HopTruth>,
    /// What each client did.
    pub attempts: Vec<Attempt>,
}

/// One nginx.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HopTruth {
    /// Its name, which is that of its folder.
    pub name: String,
    /// Where it listened, and the address it connected from.
    pub address: SocketAddr,
}

impl Truth {
    pub(super) fn write(&self, folder: &Path) -> Result<(), Error> {
        let path = folder.join("truth.json");
        serde_json::to_vec_pretty(self)
            .map_err(io::Error::from)
            .and_then(|json| fs::write(&path, json))
            .map_err(Error::io(format!("write {}", path.display())))?;
        let heads = folder.join("heads");
        let write_heads = || {
            fs::create_dir(&heads)?;
            for (number, attempt) in self.attempts.iter().enumerate() {
                fs::write(heads.join(format!("{number}.sent")), &attempt.sent_head)?;
                fs::write(heads.join(format!("{number}.received")), &attempt.received_head)?;
            }
            Ok(())
        };
        write_heads().map_err(Error::io(format!("write to {}", heads.display())))
    }
}

/// What the hops say about an attempt, the outermost first. It is known by its key and its target,
/// which a hop may have put something in front of.
pub(super) fn sightings(hops: &[StoppedHop], attempt: &Attempt) -> Result<Vec<Sighting>, Error> {
    let key = if attempt.key.is_empty() { "-" } else { &attempt.key };
    let target = attempt.target();
    let mut sightings = Vec::new();
    for hop in hops {
        for line in hop.access_log(SIGHTINGS).lines()? {
            let line = String::from_utf8_lossy(&line);
            let rest = line.strip_prefix(key).filter(|rest| rest.ends_with(&target));
            let Some(rest) = rest else { continue };
            let what = || format!("understand what {} says: {line}", hop.name());
            let sighting = sighting(hop.name(), rest).ok_or(io::ErrorKind::InvalidData);
            sightings.push(sighting.map_err(|kind| Error::io(what())(kind.into()))?);
        }
    }
    Ok(sightings)
}

/// What stands behind the key in a line of [`SIGHTINGS`].
fn sighting(hop: &str, rest: &str) -> Option<Sighting> {
    let mut quoted = rest.split('"');
    let mut words = quoted.next()?.split_ascii_whitespace();
    let [remote_addr, protocol, status, logged_at, request_time] =
        std::array::from_fn(|_| words.next());
    let (upgrade, upstream_status) = (quoted.next()?, quoted.nth(1)?);
    Some(Sighting {
        hop: hop.to_owned(),
        remote_addr: remote_addr?.to_owned(),
        protocol: protocol?.to_owned(),
        upgrade: (upgrade != "-").then(|| upgrade.to_owned()),
        status: status?.parse().ok()?,
        upstream_status: upstream_status.to_owned(),
        logged_at: millis(logged_at?)?,
        request_time: millis(request_time?)?,
    })
}

/// nginx's seconds always have three decimals.
fn millis(seconds: &str) -> Option<u64> {
    let (whole, decimals) = seconds.split_once('.')?;
    let millis = (decimals.len() == 3).then(|| decimals.parse::<u64>().ok())??;
    whole.parse::<u64>().ok()?.checked_mul(1000)?.checked_add(millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_a_line_of_a_hop() {
        let rest = r#" 127.97.88.252 HTTP/1.0 499 1795347466.801 60.000 "-" "504, -" /ws/"#;
        let sighting = sighting("edge", rest).unwrap();
        assert_eq!((sighting.protocol.as_str(), sighting.status), ("HTTP/1.0", 499));
        assert_eq!((sighting.logged_at, sighting.request_time), (1_795_347_466_801, 60_000));
        assert_eq!((sighting.upgrade, sighting.upstream_status.as_str()), (None, "504, -"));
    }
}
