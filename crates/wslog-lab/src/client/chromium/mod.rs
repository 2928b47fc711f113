//! A real browser, without a window, that opens WebSockets.

mod devtools;
mod story;

use std::env;
use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};

use self::devtools::DevTools;
pub(crate) use self::story::Story;
use crate::backend::{Backend, Conduct, Otherwise};
use crate::error::Error;
use crate::wait::wait_until;

/// What the executable is called: the environment variable `CHROMIUM` says, else these.
const NAMES: &[&str] = &["chromium", "chromium-browser", "google-chrome"];

/// A running Chromium. Dropped, it and all its processes are killed.
#[derive(Debug)]
struct Chromium {
    child: Child,
}

/// Opens a WebSocket to each of these addresses and targets, all at once, closes each so long
/// after it was opened, and tells what the browser saw of them. What it does is left in `folder`.
pub(crate) fn open_all(
    folder: &Path,
    targets: &[(SocketAddr, String)],
    life: Duration,
) -> Result<Vec<Story>, Error> {
    // A page from loopback may connect to loopback.
    let page = Backend::start(Conduct::Every(Otherwise::Status(200)))?;
    let profile = folder.join("profile");
    fs::create_dir_all(&profile).map_err(Error::io(format!("make {}", profile.display())))?;
    let mut chromium = Chromium::start(folder, &profile)?;
    let (port, path) = chromium.debugger(&profile)?;
    let mut devtools = DevTools::connect((Ipv4Addr::LOCALHOST, port).into(), &path)?;
    devtools.attach_to_page()?;
    devtools.call("Network.enable", &json!({}))?;
    devtools.call("Page.enable", &json!({}))?;
    devtools.call("Page.navigate", &json!({ "url": format!("http://{}/", page.address()) }))?;
    devtools.wait_for("Page.loadEventFired")?;
    devtools.call("Runtime.evaluate", &evaluation(targets, life))?;
    // It closes the connection before it answers, or after.
    let _ = devtools.call("Browser.close", &json!({}));
    chromium.end()?;
    let events = devtools.into_events();
    write_events(folder, &events)?;
    // Of no use to anybody, and big.
    fs::remove_dir_all(&profile).map_err(Error::io(format!("remove {}", profile.display())))?;
    Ok(story::stories(&events))
}

/// Resolves when the last WebSocket is closed.
fn evaluation(targets: &[(SocketAddr, String)], life: Duration) -> Value {
    let urls = targets.iter().map(|(to, target)| format!("ws://{to}{target}"));
    let urls = Value::from(urls.collect::<Vec<_>>());
    let expression = format!(
        "Promise.all({urls}.map(url => new Promise(closed => {{
            const socket = new WebSocket(url);
            socket.onopen = () => setTimeout(() => socket.close(), {});
            socket.onclose = () => closed();
        }}))).then(() => true)",
        life.as_millis()
    );
    json!({ "expression": expression, "awaitPromise": true, "returnByValue": true })
}

/// What the browser's developer tools were told about WebSockets, one event a line.
fn write_events(folder: &Path, events: &[Value]) -> Result<(), Error> {
    let path = folder.join("devtools.ndjson");
    let lines: String = events.iter().map(|event| format!("{event}\n")).collect();
    fs::write(&path, lines).map_err(Error::io(format!("write {}", path.display())))
}

impl Chromium {
    fn start(folder: &Path, profile: &Path) -> Result<Chromium, Error> {
        let named = env::var_os("CHROMIUM").filter(|name| !name.is_empty());
        let names = NAMES.iter().map(Into::into);
        for name in named.into_iter().chain(names) {
            let said = folder.join("chromium.txt");
            let said = File::create(&said).map_err(Error::io(format!("write {}", said.display())));
            let started = Command::new(name)
                .args(["--headless", "--remote-debugging-port=0", "--disable-gpu"])
                // Whoever is root has no sandbox; it sees no page but the lab's own.
                .args(["--no-sandbox", "--disable-dev-shm-usage", "--no-first-run"])
                // Nothing leaves loopback.
                .args(["--disable-background-networking", "--disable-component-update"])
                .args(["--disable-sync", "--disable-breakpad", "--no-proxy-server"])
                .args(["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.*"])
                .arg(format!("--user-data-dir={}", profile.display()))
                .arg("about:blank")
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(said?)
                .process_group(0)
                .spawn();
            match started {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                started => {
                    let child = started.map_err(Error::io("start Chromium"))?;
                    return Ok(Chromium { child });
                }
            }
        }
        Err(Error::NoTool { tool: "Chromium", package: "chromium" })
    }

    /// The port and the path where its developer tools are reached.
    fn debugger(&mut self, profile: &Path) -> Result<(u16, String), Error> {
        let file = profile.join("DevToolsActivePort");
        wait_until("Chromium to be reached", || {
            if let Some(status) = self.ended()? {
                let said = format!("Chromium ended: {status}");
                return Err(Error::Tool { what: said, said: String::new() });
            }
            let told = fs::read_to_string(&file).unwrap_or_default();
            let (port, path) = told.split_once('\n').unwrap_or_default();
            Ok(port.parse().ok().filter(|_| !path.is_empty()).map(|port| (port, path.to_owned())))
        })
    }

    /// Waits until it has ended, its connections with it.
    fn end(&mut self) -> Result<(), Error> {
        wait_until("Chromium to end", || self.ended()).map(drop)
    }

    fn ended(&mut self) -> Result<Option<std::process::ExitStatus>, Error> {
        self.child.try_wait().map_err(Error::io("wait for Chromium"))
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(Some(_))) {
            // Its own group, so nobody else is hit; there is nobody left to tell if it fails.
            let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
            let _ = self.child.wait();
        }
    }
}
