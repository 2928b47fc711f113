//! What `wslog check` says of a configuration, held against a real nginx: what it passes on, whether it
//! takes a mended file, and whether a mended file is good.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use wslog::{Audit, AuditOptions, NginxVersion};
use wslog_lab::{Binary, Lab};

fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/check")
}

fn audit(path: &Path) -> Audit {
    Audit::read(path, &AuditOptions::default()).unwrap()
}

/// A folder with the configurations, which may be mended in it.
fn copy() -> Lab {
    let lab = Lab::new().unwrap();
    fs::create_dir_all(lab.path().join("logs")).unwrap();
    for entry in fs::read_dir(testdata()).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, lab.path().join(path.file_name().unwrap())).unwrap();
    }
    lab
}

fn accepts(folder: &Path, name: &str) -> Result<(), String> {
    let mut nginx = Command::new(Binary::find().unwrap().path());
    nginx.args(["-t", "-e", "stderr", "-p"]).arg(folder).arg("-c").arg(folder.join(name));
    let output = nginx.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() { Ok(()) } else { Err(said) }
}

/// Has a tool apply the patch of a configuration, with the names it has in the patch.
fn mend(folder: &Path, name: &str, tool: &[&str]) {
    let path = folder.join(name);
    let patch = audit(&path).patch_bytes().to_vec();
    let mut command = Command::new(tool[0]);
    let mut child = command
        .args(&tool[1..])
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&patch).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{name}: {said}\n{}", String::from_utf8_lossy(&patch));
}

/// The findings that have a patch of their own.
fn mendable(path: &Path) -> Vec<&'static str> {
    let findings = audit(path).findings;
    findings.iter().filter(|it| !it.patch.is_empty()).map(|it| it.id).collect()
}

#[test]
fn ok_a_mended_configuration_is_good_and_nginx_takes_it() {
    let tools: [&[&str]; 2] =
        [&["patch", "-p0", "--quiet"], &["git", "apply", "-p0", "--unsafe-paths"]];
    for tool in tools {
        let lab = copy();
        let mut mended = BTreeMap::new();
        for entry in fs::read_dir(testdata()).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let path = lab.path().join(&name);
            let is_judged =
                name.ends_with(".conf") && !["slashes.conf", "semicolon.conf"].contains(&&*name);
            if !is_judged || mendable(&path).is_empty() {
                continue;
            }
            let before = accepts(lab.path(), &name);
            mend(lab.path(), &name, tool);
            assert_eq!(mendable(&path), [""; 0], "{name}:\n{}", fs::read_to_string(&path).unwrap());
            assert!(audit(&path).patch.is_empty(), "{name}");
            // A file that is included elsewhere is no configuration of its own.
            if name != "fragment.conf" {
                accepts(lab.path(), &name).unwrap_or_else(|said| panic!("{name}: {said}"));
            }
            mended.insert(name, before.is_ok());
        }
        assert!(mended.len() >= 11, "{mended:?}");
        assert!(!mended["map-undefined.conf"], "nginx takes a variable that nothing defines");
    }
}

/// A server that remembers the heads of what it is asked.
struct Upstream {
    listener: TcpListener,
}

impl Upstream {
    fn open() -> Upstream {
        Upstream { listener: TcpListener::bind("127.0.0.1:0").unwrap() }
    }

    fn port(&self) -> u16 {
        self.listener.local_addr().unwrap().port()
    }

    /// The head of the next request, which is answered 200.
    fn head(&self) -> String {
        self.listener.set_nonblocking(true).unwrap();
        let mut stream = within(|| Some(self.listener.accept().ok()?.0), "nothing is asked");
        stream.set_nonblocking(false).unwrap();
        let head = head(&mut stream);
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        stream.write_all(answer).unwrap();
        head
    }
}

/// What comes of it, tried again for a while.
fn within<T>(mut attempt: impl FnMut() -> Option<T>, else_say: &str) -> T {
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        match attempt() {
            Some(made) => return made,
            None => assert!(Instant::now() < until, "{else_say}"),
        }
        thread::sleep(Duration::from_millis(5));
    }
}

fn head(stream: &mut TcpStream) -> String {
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() == 1 {
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}

/// A running nginx; it ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Starts an nginx in one process with a configuration, and waits until it listens.
fn start(folder: &Path, conf: &Path, port: u16) -> Running {
    let mut nginx = Command::new(Binary::find().unwrap().path());
    nginx.args(["-e", "stderr", "-p"]).arg(folder).arg("-c").arg(conf);
    nginx.args(["-g", "daemon off; master_process off; pid nginx.pid;"]).stderr(Stdio::null());
    let running = Running(nginx.spawn().unwrap());
    within(|| TcpStream::connect(("127.0.0.1", port)).ok(), "nginx does not listen");
    running
}

const HANDSHAKE: &str = "HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// What nginx passes to the upstream, for every location of configurations that inherit in all ways.
#[test]
fn ok_what_holds_in_a_location_is_what_nginx_passes() {
    for name in [
        "headers-lost.conf",
        "connection.conf",
        "map-wrong.conf",
        "map-other.conf",
        "constants.conf",
    ] {
        let lab = copy();
        let (upstream, port) = (Upstream::open(), free_port());
        let text = fs::read_to_string(lab.path().join(name)).unwrap();
        let to = format!("127.0.0.1:{}", upstream.port());
        let text = ["127.0.0.1:3000", "127.0.0.1:3001"]
            .iter()
            .fold(text, |text, from| text.replace(from, &to));
        let text = text.replace("127.0.0.1:8080", &format!("127.0.0.1:{port}"));
        let conf = lab.path().join(name);
        fs::write(&conf, text).unwrap();
        let _nginx = start(lab.path(), &conf, port);
        let told = audit(&conf);
        for location in &told.locations {
            let path = location.name.strip_prefix("location ").unwrap();
            let mut client = TcpStream::connect(("127.0.0.1", port)).unwrap();
            client.write_all(format!("GET {path} {HANDSHAKE}").as_bytes()).unwrap();
            let head = upstream.head().to_ascii_lowercase();
            let has = |line: &str| head.contains(&format!("\r\n{line}\r\n"));
            assert_eq!(has("upgrade: websocket"), location.passes_upgrade, "{name} {path}\n{head}");
            let is_found = |id: &str| {
                let here = told.locations.iter().position(|it| it == location);
                told.findings
                    .iter()
                    .any(|it| it.id == id && it.places.iter().any(|it| it.location == here))
            };
            let is_wrong =
                ["headers-lost", "connection-not-upgrade", "connection-map"].map(is_found);
            assert_eq!(
                has("connection: upgrade"),
                !is_wrong.contains(&true),
                "{name} {path}\n{head}"
            );
        }
    }
}

/// Which version a location is proxied with where none is set.
#[test]
fn ok_the_default_version_is_that_of_the_nginx_version() {
    let output = Command::new(Binary::find().unwrap().path()).arg("-v").output().unwrap();
    let version: NginxVersion = String::from_utf8_lossy(&output.stderr).parse().unwrap();
    let (upstream, port, lab) = (Upstream::open(), free_port(), copy());
    let conf = lab.path().join("default.conf");
    let text = format!(
        "events {{}}\nhttp {{ access_log off; server {{ listen 127.0.0.1:{port}; location /ws/ {{ \
         proxy_pass http://127.0.0.1:{}; proxy_set_header Upgrade $http_upgrade; \
         proxy_set_header Connection upgrade; }} }} }}\n",
        upstream.port()
    );
    fs::write(&conf, text).unwrap();
    let _nginx = start(lab.path(), &conf, port);
    let mut client = TcpStream::connect(("127.0.0.1", port)).unwrap();
    client.write_all(format!("GET /ws/ {HANDSHAKE}").as_bytes()).unwrap();
    let head = upstream.head();
    let options = AuditOptions { nginx_version: Some(version), logs: None };
    let told = Audit::read(&conf, &options).unwrap();
    let is_found = told.findings.iter().any(|it| it.id == "proxy-http-version");
    assert_eq!(head.starts_with("GET /ws/ HTTP/1.0\r\n"), is_found, "{head}");
}
