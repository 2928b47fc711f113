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

use wslog::{Audit, AuditOptions, NginxVersion, Severity};
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
            let is_judged = name.ends_with(".conf")
                && Audit::read(&path, &AuditOptions::default())
                    .is_ok_and(|audit| audit.problems.is_empty());
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

/// Whether it is told that nginx refuses a configuration.
fn is_refused(path: &Path) -> bool {
    Audit::read(path, &AuditOptions::default())
        .map_or(true, |audit| audit.problems.iter().any(|it| it.hides_findings))
}

/// Each configuration that nginx takes, without one `;` after the other.
#[test]
fn ok_a_semicolon_is_missing_where_nginx_says_so() {
    let lab = copy();
    let mut refused = 0;
    for entry in fs::read_dir(testdata()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let path = lab.path().join(&name);
        if !name.ends_with(".conf") || accepts(lab.path(), &name).is_err() {
            continue;
        }
        let text = fs::read(&path).unwrap();
        let ends = text.iter().enumerate().filter(|(_, byte)| **byte == b';');
        for (at, _) in ends {
            fs::write(&path, [&text[..at], &text[at + 1..]].concat()).unwrap();
            let said = accepts(lab.path(), &name);
            assert_eq!(said.is_err(), is_refused(&path), "{name}, byte {at}: {said:?}");
            refused += usize::from(said.is_err());
        }
        fs::write(&path, text).unwrap();
    }
    assert!(refused > 300, "{refused}");
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
        self.answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    }

    /// The head of the next request, which is answered so.
    fn answer(&self, answer: &str) -> String {
        self.listener.set_nonblocking(true).unwrap();
        let mut stream = within(|| Some(self.listener.accept().ok()?.0), "nothing is asked");
        stream.set_nonblocking(false).unwrap();
        let head = head(&mut stream);
        stream.write_all(answer.as_bytes()).unwrap();
        head
    }

    /// Whether nothing more is asked.
    fn is_idle(&self) -> bool {
        self.listener.set_nonblocking(true).unwrap();
        self.listener.accept().is_err()
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

/// The same as Firefox sends it.
fn of_firefox() -> String {
    HANDSHAKE.replace("Connection: Upgrade", "Connection: keep-alive, Upgrade")
}

/// A configuration of `testdata` that a running nginx has read.
struct Played {
    lab: Lab,
    upstream: Upstream,
    port: u16,
    conf: PathBuf,
    nginx: Option<Running>,
}

impl Played {
    /// Prepares it, with an upstream of its own.
    fn of(name: &str) -> Played {
        let lab = copy();
        let (upstream, port) = (Upstream::open(), free_port());
        let conf = lab.path().join(name);
        let text = fs::read_to_string(&conf).unwrap();
        let to = format!("127.0.0.1:{}", upstream.port());
        let text = ["127.0.0.1:3000", "127.0.0.1:3001"]
            .iter()
            .fold(text, |text, from| text.replace(from, &to));
        let text = text.replace("127.0.0.1:8080", &format!("127.0.0.1:{port}"));
        fs::write(&conf, text).unwrap();
        Played { lab, upstream, port, conf, nginx: None }
    }

    fn start(mut self) -> Played {
        self.nginx = Some(start(self.lab.path(), &self.conf, self.port));
        self
    }

    /// Asks for a path; the answer is still to come.
    fn ask(&self, path: &str, rest: &str) -> TcpStream {
        let mut client = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        client.write_all(format!("GET {path} {rest}").as_bytes()).unwrap();
        client
    }

    /// What the upstream is asked then, in small letters.
    fn passed(&self, path: &str, rest: &str) -> String {
        let _client = self.ask(path, rest);
        self.upstream.head().to_ascii_lowercase()
    }
}

/// Whether a head has such a line, in small letters.
fn has(head: &str, line: &str) -> bool {
    head.contains(&format!("\r\n{line}\r\n"))
}

/// Whether a handshake's method, key, version and `Upgrade` are all there, once.
fn is_whole(head: &str) -> bool {
    let is_once = |name: &str| head.matches(&format!("\r\n{name}: ")).count() < 2;
    head.starts_with("get ")
        && has(head, "sec-websocket-key: dghlihnhbxbszsbub25jzq==")
        && has(head, "sec-websocket-version: 13")
        && ["upgrade", "sec-websocket-key", "sec-websocket-version"].iter().all(|it| is_once(it))
}

/// What nginx passes to the upstream, for every location of configurations that inherit in all ways.
#[test]
fn ok_what_holds_in_a_location_is_what_nginx_passes() {
    for name in [
        "headers-lost.conf",
        "connection.conf",
        "map-wrong.conf",
        "map-other.conf",
        "constants.conf",
        "firefox.conf",
        "handshake.conf",
        "keepalive.conf",
        "names.conf",
    ] {
        let played = Played::of(name).start();
        let told = audit(&played.conf);
        assert!(!told.locations.is_empty(), "{name}");
        for (here, location) in told.locations.iter().enumerate() {
            let path = location.name.strip_prefix("location ").unwrap();
            let heads = [HANDSHAKE, &of_firefox()].map(|it| played.passed(path, it));
            let is_upgrade = |head: &String| {
                has(head, "connection: upgrade") || has(head, "connection: keep-alive, upgrade")
            };
            let [head, _] = &heads;
            assert_eq!(
                has(head, "upgrade: websocket"),
                location.passes_upgrade,
                "{name} {path}\n{head}"
            );
            let is_found = |id: &str| {
                let places =
                    told.findings.iter().filter(|it| it.id == id).flat_map(|it| &it.places);
                places.into_iter().any(|it| it.location == Some(here))
            };
            let is_wrong =
                ["headers-lost", "connection-not-upgrade", "connection-map"].map(is_found);
            assert_eq!(
                heads.iter().all(is_upgrade),
                !is_wrong.contains(&true),
                "{name} {path}\n{heads:?}"
            );
            assert_eq!(is_whole(head), !is_found("handshake-altered"), "{name} {path}\n{head}");
        }
    }
}

/// Which locations nginx passes a handshake on from.
#[test]
fn ok_where_nginx_answers_itself_nothing_is_told() {
    let played = Played::of("answered.conf").start();
    let told = audit(&played.conf);
    let text = fs::read_to_string(&played.conf).unwrap();
    let paths = text.lines().filter_map(|line| line.trim().strip_prefix("location "));
    // The second server's are never asked.
    let paths: Vec<_> =
        paths.filter_map(|it| it.strip_suffix(" {")).filter(|path| *path != "/ws/").collect();
    let mut passed = 0;
    for path in &paths {
        let mut client = played.ask(path, HANDSHAKE);
        let name = format!("location {path}");
        let is_told = told
            .locations
            .iter()
            .any(|it| it.name == name || it.name.starts_with(&format!("{name} ")));
        if is_told {
            played.upstream.head();
            passed += 1;
        } else {
            let head = head(&mut client);
            assert!(head.starts_with("HTTP/1.1 4"), "{path}\n{head}");
            assert!(played.upstream.is_idle(), "{path}");
        }
    }
    assert_eq!((passed, paths.len()), (6, 10));
}

/// What nginx answers itself although headers are passed, and what goes on elsewhere.
#[test]
fn ok_what_refuses_a_handshake_is_told() {
    let played = Played::of("refusing.conf").start();
    let told = audit(&played.conf);
    let is_found = |path: &str| {
        let name = format!("location {path}");
        let critical = told.findings.iter().filter(|it| it.severity == Severity::Critical);
        let mut places = critical.flat_map(|it| &it.places).filter_map(|it| it.location);
        places.any(|index| told.locations[index].name == name)
    };
    for path in ["/others/", "/taken-on/"] {
        let head = played.passed(path, HANDSHAKE);
        assert!(has(&head, "upgrade: websocket") && has(&head, "connection: upgrade"), "{head}");
        assert!(!is_found(path), "{path}");
    }
    for (path, status) in
        [("/refused/", "403"), ("/compared/", "426"), ("/spelt/", "426"), ("/at-once/", "504")]
    {
        let mut client = played.ask(path, HANDSHAKE);
        let head = head(&mut client);
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{path}\n{head}");
        assert!(is_found(path), "{path}");
    }
}

/// What reaches the client of a 101.
#[test]
fn ok_what_is_hidden_is_what_the_client_does_not_see() {
    let played = Played::of("hidden.conf").start();
    let told = audit(&played.conf);
    let names =
        ["Upgrade", "Sec-WebSocket-Accept", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions"];
    for (here, location) in told.locations.iter().enumerate() {
        let path = location.name.strip_prefix("location ").unwrap();
        let mut client = played.ask(path, HANDSHAKE);
        played.upstream.answer(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Accept: a\r\nSec-WebSocket-Protocol: b\r\nSec-WebSocket-Extensions: c\r\n\r\n",
        );
        let head = head(&mut client);
        assert!(head.contains("\r\nConnection: upgrade\r\n"), "{head}");
        for name in names {
            let found = told.findings.iter().find(|it| it.id == "answer-header-hidden").unwrap();
            let what = format!("{name} is hidden");
            let is_found =
                found.places.iter().any(|it| it.location == Some(here) && it.text.ends_with(&what));
            assert_eq!(head.contains(&format!("\r\n{name}: ")), !is_found, "{path} {name}\n{head}");
        }
    }
}

/// Connections to the upstream that plain requests keep open, before and after.
#[test]
fn ok_a_mended_connection_is_kept_as_it_was() {
    const PLAIN: &str = "HTTP/1.1\r\nHost: a\r\n\r\n";
    let played = Played::of("keepalive.conf");
    mend(played.lab.path(), "keepalive.conf", &["patch", "-p0", "--quiet"]);
    let played = played.start();
    for (path, plain) in
        [("/", None), ("/own/", None), ("/always/", None), ("/closed/", Some("connection: close"))]
    {
        let head = played.passed(path, HANDSHAKE);
        assert!(has(&head, "connection: upgrade"), "{path}\n{head}");
        let head = played.passed(path, PLAIN);
        let found = head.lines().find(|line| line.starts_with("connection:"));
        assert_eq!(found, plain, "{path}\n{head}");
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
