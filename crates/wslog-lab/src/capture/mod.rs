//! What went over the wire between clients and the first nginx, captured by tcpdump.

mod connection;
mod pcap;

use std::fs::{self, File};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

pub use connection::Connection;

use crate::error::Error;
use crate::wait::wait_until;

/// A running tcpdump. It is killed when it is dropped; [`Capture::stop`] lets it finish.
#[derive(Debug)]
pub(crate) struct Capture {
    child: Child,
    file: PathBuf,
    stderr: PathBuf,
}

impl Capture {
    /// Starts to capture, and waits until nothing is missed any more: all connections to these
    /// addresses, but for those that come from one of the hops.
    pub(crate) fn start(
        folder: &Path,
        entries: &[SocketAddr],
        hops: &[SocketAddr],
    ) -> Result<Capture, Error> {
        let (file, stderr) = (folder.join("client.pcap"), folder.join("tcpdump.txt"));
        let output = File::create(&stderr);
        let output = output.map_err(Error::io(format!("write {}", stderr.display())))?;
        let child = Command::new("tcpdump")
            // Loopback; no names; each packet into the file at once; no other user to write it.
            .args(["-i", "lo", "-n", "-U", "-Z", "root"])
            // Whole packets, and room for some MiB of them. Not in immediate mode: then each takes
            // as much room as the longest, and a few clients at once are more than fit.
            .args(["-s", "65535", "-B", "8192", "-w"])
            .arg(&file)
            .arg(filter(entries, hops))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(output)
            .spawn()
            .map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => Error::NoTool { tool: "tcpdump", package: "tcpdump" },
                _ => Error::io("start tcpdump")(error),
            })?;
        let mut capture = Capture { child, file, stderr };
        // It says so when the filter is in place and the kernel keeps packets for it.
        capture.wait("tcpdump to listen", |capture| Ok(capture.said().contains("listening on")))?;
        Ok(capture)
    }

    /// Waits until it has written the ends of this many connections or more, and ends it.
    pub(crate) fn stop(mut self, connections: usize) -> Result<PathBuf, Error> {
        self.wait(&format!("the ends of {connections} connections in the capture"), |capture| {
            let captured = connections_in(&capture.file)?;
            Ok(captured.len() >= connections && captured.iter().all(Connection::is_over))
        })?;
        let signalled = kill_process(Pid::from_child(&self.child), Signal::INT);
        signalled.map_err(|errno| Error::io("end tcpdump")(errno.into()))?;
        let status = wait_until("tcpdump to end", || {
            self.child.try_wait().map_err(Error::io("wait for tcpdump"))
        })?;
        if !status.success() {
            return Err(self.failure(format!("tcpdump ended: {status}")));
        }
        let said = self.said();
        match said.lines().any(|line| line == "0 packets dropped by kernel") {
            true => Ok(self.file.clone()),
            false => Err(self.failure("tcpdump may have lost packets".to_owned())),
        }
    }

    fn wait(
        &mut self,
        what: &str,
        condition: impl Fn(&Capture) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        let waited = wait_until(what, || {
            let ended = self.child.try_wait().map_err(Error::io("wait for tcpdump"))?;
            match ended {
                Some(status) => Err(self.failure(format!("tcpdump ended: {status}"))),
                None => Ok(condition(self)?.then_some(())),
            }
        });
        match waited {
            Err(timed_out @ Error::TimedOut { .. }) => Err(self.failure(timed_out.to_string())),
            waited => waited,
        }
    }

    fn said(&self) -> String {
        fs::read_to_string(&self.stderr).unwrap_or_default()
    }

    fn failure(&self, what: String) -> Error {
        Error::Tool { what, said: self.said() }
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        // It has ended if it was stopped; else there is nobody left to tell.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The connections in a capture, in the order in which they began.
///
/// # Errors
/// [`Error::Io`] for a file that cannot be read, or is no capture of tcpdump's on loopback.
pub fn connections_in(file: &Path) -> Result<Vec<Connection>, Error> {
    let what = || format!("read the capture {}", file.display());
    let bytes = fs::read(file).map_err(Error::io(what()))?;
    let segments = pcap::segments(&bytes).map_err(Error::io(what()))?;
    Ok(connection::connections(&segments))
}

/// Hops connect to hops as well; those connections are not the clients'.
fn filter(entries: &[SocketAddr], hops: &[SocketAddr]) -> String {
    let entry = |entry: &SocketAddr| {
        let hops = hops.iter().filter(|hop| hop.ip() != entry.ip());
        let but = hops.map(|hop| format!(" and not host {}", hop.ip())).collect::<String>();
        format!("(tcp port {} and host {}{but})", entry.port(), entry.ip())
    };
    entries.iter().map(entry).collect::<Vec<_>>().join(" or ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_a_filter_leaves_out_what_hops_do() {
        let (node, edge) = ("127.97.88.254:80".parse().unwrap(), "127.0.21.11:81".parse().unwrap());
        assert_eq!(
            filter(&[node, edge], &[node, edge]),
            "(tcp port 80 and host 127.97.88.254 and not host 127.0.21.11) or \
             (tcp port 81 and host 127.0.21.11 and not host 127.97.88.254)"
        );
    }
}
