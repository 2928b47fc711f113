//! One running nginx: started, rotated, reloaded and stopped as an administrator would do it.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, geteuid, kill_process};

use crate::access_log::AccessLog;
use crate::address::{free_address, free_addresses};
use crate::binary::Binary;
use crate::config::{Circumstances, Config};
use crate::error::Error;
use crate::error_log::{ErrorLog, says};
use crate::exchange::send;
use crate::folder::Folder;
use crate::request::Request;
use crate::wait::{wait_at_most, wait_until};

/// Somebody else may take a free port before nginx does; how often it is tried again.
const ATTEMPTS: usize = 5;

/// What a master is given to end its workers, before it is killed.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// A running nginx: a master, the child of this process, and its worker. Dropped, it ends at once;
/// [`Nginx::stop`] lets it end its requests.
#[derive(Debug)]
pub struct Nginx {
    child: Child,
    prefix: PathBuf,
    config: Config,
    addresses: Vec<SocketAddr>,
    control: SocketAddr,
    generation: u32,
    /// Outlives the process, whatever the order in which the two are dropped.
    _folder: Arc<Folder>,
}

impl Nginx {
    pub(crate) fn start(
        binary: &Binary,
        folder: &Arc<Folder>,
        name: &str,
        config: &Config,
    ) -> Result<Nginx, Error> {
        let prefix = folder.path().join(name);
        for folder in ["", "logs", "temp"] {
            let folder = prefix.join(folder);
            let made = fs::create_dir_all(&folder);
            made.map_err(Error::io(format!("make {}", folder.display())))?;
        }
        let mut attempt = 1;
        loop {
            let addresses = free_addresses(config.hosts(), &[])?;
            let control = free_address(Ipv4Addr::LOCALHOST.into())?;
            write_config(&prefix, config, &addresses, control, 0)?;
            let mut nginx = Nginx {
                child: spawn(binary, &prefix, config.time_zone_of_start())?,
                prefix: prefix.clone(),
                config: config.clone(),
                addresses,
                control,
                generation: 0,
                _folder: Arc::clone(folder),
            };
            match nginx.wait_until_it_serves() {
                Ok(()) => return Ok(nginx),
                Err(Error::Nginx { said, .. })
                    if said.contains("Address already in use") && attempt < ATTEMPTS =>
                {
                    attempt += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Where the first server listens.
    ///
    /// # Panics
    /// When its configuration has no server.
    pub fn address(&self) -> SocketAddr {
        self.address_of(0)
    }

    /// Where the server added as number `index`, from 0, listens.
    ///
    /// # Panics
    /// When its configuration has fewer servers.
    pub fn address_of(&self, index: usize) -> SocketAddr {
        self.addresses[index]
    }

    /// The folder it runs in.
    pub fn prefix(&self) -> &Path {
        &self.prefix
    }

    /// The log in the format of this name.
    pub fn access_log(&self, format: &str) -> AccessLog {
        AccessLog::new(self.prefix.join("logs").join(format!("{format}.log")))
    }

    /// All it has said in its error log.
    pub fn error_log(&self) -> String {
        self.errors().text()
    }

    /// Rotates the access logs as logrotate does: moves each to `.1` and sends `USR1`. What is
    /// asked of nginx after this is logged in the new files.
    ///
    /// # Errors
    /// [`Error::TimedOut`] when the new files do not appear or a process keeps the old ones.
    pub fn rotate(&mut self) -> Result<(), Error> {
        self.rotate_slowly(Duration::ZERO)
    }

    /// The same with a pause between the two, in which nginx writes to the files that were moved.
    ///
    /// # Errors
    /// As [`Nginx::rotate`].
    pub fn rotate_slowly(&mut self, pause: Duration) -> Result<(), Error> {
        let logs: Vec<_> = self.config.formats().iter().map(|name| self.access_log(name)).collect();
        for log in &logs {
            log.set_aside()?;
        }
        thread::sleep(pause);
        let news = self.errors().len();
        signal(&self.child, Signal::USR1)?;
        let master = self.child.id();
        self.wait(|nginx| {
            let said = nginx.errors().since(news);
            let mut processes = nginx.errors().workers();
            processes.insert(master);
            Ok(logs.iter().all(|log| log.path().exists())
                && processes.into_iter().all(|process| says(&said, process, "reopening logs")))
        })
    }

    /// Replaces the configuration with `HUP`, and waits until the new workers serve and the old
    /// ones take no more connections; those they have, they keep. A server keeps its address when
    /// the one in its place had the same loopback address.
    ///
    /// # Errors
    /// [`Error::Nginx`] when the new configuration is refused; the old one is still served then.
    pub fn reload(&mut self, config: &Config) -> Result<(), Error> {
        let addresses = free_addresses(config.hosts(), &self.addresses)?;
        let generation = self.generation + 1;
        write_config(&self.prefix, config, &addresses, self.control, generation)?;
        let news = self.errors().len();
        let old_workers = self.errors().workers();
        signal(&self.child, Signal::HUP)?;
        self.generation = generation;
        self.wait(|nginx| {
            if nginx.errors().since(news).contains("[emerg]") {
                return Err(nginx.failure("nginx refuses to reload"));
            }
            // Some may have begun to leave at an earlier reload, and still have tunnels.
            let (said, working) = (nginx.error_log(), nginx.errors().workers());
            let mut old = old_workers.iter().filter(|worker| working.contains(worker));
            Ok(nginx.serves_generation(generation)
                && old.all(|&worker| says(&said, worker, "gracefully shutting down")))
        })?;
        (self.config, self.addresses) = (config.clone(), addresses);
        Ok(())
    }

    /// Ends it with `QUIT`: every request is served and logged first, so open tunnels have to be
    /// closed.
    ///
    /// # Errors
    /// [`Error::TimedOut`] when something is still open; [`Error::Nginx`] when it ends badly.
    pub fn stop(mut self) -> Result<(), Error> {
        signal(&self.child, Signal::QUIT)?;
        let child = &mut self.child;
        let status =
            wait_until("nginx to end", || child.try_wait().map_err(Error::io("wait for nginx")))?;
        match status.success() {
            true => Ok(()),
            false => Err(self.failure(&format!("nginx ended: {status}"))),
        }
    }

    fn wait_until_it_serves(&mut self) -> Result<(), Error> {
        self.wait(|nginx| Ok(nginx.serves_generation(0)))
    }

    /// Waits for a condition; an nginx that has ended will not fulfil it.
    fn wait(&mut self, condition: impl Fn(&Nginx) -> Result<bool, Error>) -> Result<(), Error> {
        let waited = wait_until("nginx to do as told", || {
            let ended = self.child.try_wait().map_err(Error::io("wait for nginx"))?;
            match ended {
                Some(status) => Err(self.failure(&format!("nginx ended: {status}"))),
                None => Ok(condition(self)?.then_some(())),
            }
        });
        match waited {
            Err(timed_out @ Error::TimedOut { .. }) => Err(self.failure(&timed_out.to_string())),
            waited => waited,
        }
    }

    /// Whether the workers of this configuration answer.
    fn serves_generation(&self, generation: u32) -> bool {
        let request = Request::new("GET", "/", "HTTP/1.0").bytes();
        send(self.control, &request).is_ok_and(|answer| {
            let mark = format!("\r\n\r\n{generation} ");
            answer.bytes().windows(mark.len()).any(|bytes| bytes == mark.as_bytes())
        })
    }

    fn failure(&self, what: &str) -> Error {
        let stderr = fs::read(self.prefix.join("stderr.txt")).unwrap_or_default();
        let stderr = String::from_utf8_lossy(&stderr);
        let said = format!("error.log:\n{}stderr:\n{stderr}", self.error_log());
        Error::Nginx { what: what.to_owned(), said }
    }

    fn errors(&self) -> ErrorLog {
        ErrorLog::new(self.prefix.join("error.log"))
    }
}

impl Drop for Nginx {
    /// `TERM` first: a master that is killed leaves its workers behind.
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        let child = &mut self.child;
        let asked = signal(child, Signal::TERM);
        let ended = asked.and_then(|()| {
            wait_at_most(LAST_WORDS, "nginx to end", || {
                child.try_wait().map_err(Error::io("wait for nginx"))
            })
        });
        if ended.is_ok() {
            return;
        }
        // There is nobody left to tell.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Signals the child, by its own id; it has not been waited for, so the id is still its own.
fn signal(child: &Child, signal: Signal) -> Result<(), Error> {
    kill_process(Pid::from_child(child), signal)
        .map_err(|errno| Error::io(format!("send {signal:?} to nginx"))(errno.into()))
}

fn spawn(binary: &Binary, prefix: &Path, time_zone: &str) -> Result<Child, Error> {
    let stderr = prefix.join("stderr.txt");
    let stderr = File::create(&stderr).map_err(Error::io(format!("write {}", stderr.display())))?;
    Command::new(binary.path())
        .arg("-p")
        .arg(prefix)
        .args(["-c", "nginx.conf"])
        .env("TZ", time_zone)
        // To nginx itself this variable is a list of sockets to inherit.
        .env_remove("NGINX")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(stderr)
        .spawn()
        .map_err(Error::io(format!("start {}", binary.path().display())))
}

fn write_config(
    prefix: &Path,
    config: &Config,
    addresses: &[SocketAddr],
    control: SocketAddr,
    generation: u32,
) -> Result<(), Error> {
    let is_root = geteuid().is_root();
    let text = config.text(Circumstances { addresses, control, generation, is_root });
    let path = prefix.join("nginx.conf");
    fs::write(&path, text).map_err(Error::io(format!("write {}", path.display())))
}
