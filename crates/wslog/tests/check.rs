//! Configurations: what is told of each in `testdata/check`, for nginx of three kinds.
//!
//! With `UPDATE_EXPECTED=1` in the environment the expected files are rewritten with what was told.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use wslog::{Analyzer, Audit, AuditOptions, NginxConfError, Options, Severity};

const VERSIONS: [Option<&str>; 3] = [None, Some("1.24.0"), Some("1.31.0")];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/check")
}

fn audit(name: &str, version: Option<&str>) -> Result<Audit, NginxConfError> {
    let nginx_version = version.map(|version| version.parse().unwrap());
    Audit::read(&folder().join(name), &AuditOptions { nginx_version, logs: None })
}

fn audit_of(text: &str) -> Audit {
    Audit::read_from("nginx.conf", text.as_bytes(), &AuditOptions::default()).expect(text)
}

fn ids(audit: &Audit) -> Vec<&str> {
    audit.findings.iter().map(|finding| finding.id).collect()
}

/// A line for each place of each finding.
fn told_lines(audit: &Audit) -> String {
    let mut told = String::new();
    for problem in &audit.problems {
        let file = Path::new(&problem.place.file).file_name().unwrap().display();
        let (line, column) = (problem.place.line, problem.place.column);
        writeln!(told, "Problem {file}:{line}:{column} {}", problem.reason).unwrap();
    }
    for finding in &audit.findings {
        for it in &finding.places {
            let file = Path::new(&it.place.file).file_name().unwrap().display();
            let (line, column, severity) = (it.place.line, it.place.column, it.severity);
            writeln!(told, "{severity:?} {} {file}:{line}:{column} {}", finding.id, it.text)
                .unwrap();
        }
    }
    told
}

#[test]
fn ok_each_configuration_gets_its_verdict() {
    let mut wrong = String::new();
    let mut names: Vec<_> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".conf"))
        .collect();
    names.sort();
    assert!(names.len() >= 15, "{names:?}");
    for name in names {
        let mut found = String::new();
        for version in VERSIONS {
            let which = version.unwrap_or("of any version");
            let told = audit(&name, version).map_or_else(
                |error| {
                    format!(
                        "{}\n",
                        error.to_string().replace(&format!("{}/", folder().display()), "")
                    )
                },
                |audit| told_lines(&audit),
            );
            writeln!(found, "nginx {which}\n{told}").unwrap();
        }
        let path = folder().join(&name).with_extension("expected");
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            fs::write(&path, &found).unwrap();
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        if found != expected {
            wrong += &format!("~~~~ {name}: expected\n{expected}~~~~ found\n{found}");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// A text with one hunk of a diff after the other; the lines of a hunk say what it was and what it becomes.
fn patched(old: &str, diff: &str) -> String {
    let old: Vec<&str> = old.split_inclusive('\n').collect();
    let mut new = String::new();
    let mut at = 0;
    let mut lines = diff.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        if let Some(range) = line.strip_prefix("@@ -") {
            let start: usize = range.split([',', ' ']).next().unwrap().parse().unwrap();
            let start = start.saturating_sub(1);
            new.extend(old[at..start].iter().copied());
            at = start;
            continue;
        }
        let is_cut = lines.peek().is_some_and(|next| next.starts_with('\\'));
        let text =
            if is_cut { &line[1..line.len() - 1] } else { line.get(1..).unwrap_or_default() };
        match line.as_bytes()[0] {
            b'+' => new += text,
            b'\\' => {}
            kind => {
                assert_eq!(old[at], text, "{diff}");
                at += 1;
                if kind == b' ' {
                    new += text;
                }
            }
        }
    }
    new.extend(old[at..].iter().copied());
    new
}

/// Applies a patch to the files in a folder, which it names from the root on.
fn apply(patch: &str) {
    for of_file in patch.split("--- ").skip(1) {
        let (name, rest) = of_file.split_once("\n+++ ").unwrap();
        let (_, hunks) = rest.split_once('\n').unwrap();
        let path = format!("/{name}");
        let old = fs::read_to_string(&path).unwrap();
        fs::write(&path, patched(&old, hunks)).unwrap();
    }
}

/// A folder with the configurations, which may be mended in it.
fn copy() -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, copy.path().join(path.file_name().unwrap())).unwrap();
    }
    copy
}

/// Every patch, that of each finding and that of all together, leaves nothing of what it mends, and makes
/// nothing worse.
#[test]
fn ok_what_is_mended_is_not_found_any_more() {
    let mut mended = 0;
    for version in VERSIONS {
        let options =
            AuditOptions { nginx_version: version.map(|it| it.parse().unwrap()), logs: None };
        for entry in fs::read_dir(folder()).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let audited = |folder: &Path| Audit::read(&folder.join(&name), &options);
            let Some(before) = Some(copy()).filter(|_| name.ends_with(".conf")) else { continue };
            let Ok(told) = audited(&before.path().canonicalize().unwrap()) else { continue };
            let patches = told.findings.iter().filter(|it| !it.patch.is_empty());
            let patches: Vec<_> = patches.map(|it| (vec![it.id], it.patch.clone())).collect();
            let all: Vec<&str> = patches.iter().flat_map(|(ids, _)| ids.clone()).collect();
            for index in 0..=patches.len() {
                let lab = copy();
                let here = lab.path().canonicalize().unwrap();
                let same = audited(&here).unwrap();
                let (ids, patch) = match patches.get(index) {
                    Some((ids, _)) => {
                        let found = same.findings.iter().find(|it| it.id == ids[0]).unwrap();
                        (ids.clone(), found.patch.clone())
                    }
                    None => (all.clone(), same.patch.clone()),
                };
                apply(&patch);
                let after = audited(&here).unwrap();
                for finding in &after.findings {
                    let is_left = ids.contains(&finding.id) && !finding.patch.is_empty();
                    assert!(
                        !is_left,
                        "{name} {version:?} {}:\n{patch}\n{}",
                        finding.id,
                        told_lines(&after)
                    );
                    let was = told.findings.iter().find(|it| it.id == finding.id);
                    let is_new = was.is_none() && finding.severity < Severity::Info;
                    assert!(!is_new, "{name} {version:?} {}:\n{patch}", finding.id);
                }
                mended += usize::from(!patch.is_empty());
            }
        }
    }
    assert!(mended > 100, "{mended}");
}

/// Debian's `sites-enabled` are links, which no tool patches.
#[cfg(unix)]
#[test]
fn ok_a_link_is_told_by_the_file_it_leads_to() {
    let etc = tempfile::tempdir().unwrap();
    let etc = etc.path().canonicalize().unwrap();
    fs::create_dir_all(etc.join("sites-available")).unwrap();
    fs::create_dir_all(etc.join("sites-enabled")).unwrap();
    fs::write(etc.join("nginx.conf"), "http { include sites-enabled/*; }\n").unwrap();
    let site = etc.join("sites-available/default");
    fs::write(&site, "server {\n    location /ws/ {\n        proxy_pass http://a;\n    }\n}\n")
        .unwrap();
    std::os::unix::fs::symlink(&site, etc.join("sites-enabled/default")).unwrap();
    let options = AuditOptions::default();
    let audit = Audit::read(&etc.join("nginx.conf"), &options).unwrap();
    let name = site.display().to_string();
    let head = format!("--- {name}\n+++ {name}\n").replace(" /", " ");
    assert!(audit.patch.starts_with(&head), "{}", audit.patch);
    apply(&audit.patch);
    let mended = Audit::read(&etc.join("nginx.conf"), &options).unwrap();
    assert_eq!(mended.patch, "");
}

/// A plain location that includes the same file is passed on as before.
#[test]
fn ok_a_file_that_others_include_is_left_as_it_is() {
    let audit = audit("shared.conf", None).unwrap();
    assert!(!audit.patch.contains("shared.inc\n"), "{}", audit.patch);
    assert!(!audit.patch.contains("shared-closed.inc\n"), "{}", audit.patch);
    let added =
        "             include shared.inc;\n+            proxy_set_header Upgrade $http_upgrade;\n";
    assert!(audit.patch.contains(added), "{}", audit.patch);
}

/// Where a value is not known, nothing that is found makes it good.
#[test]
fn ok_what_cannot_be_told_is_named() {
    let audit = audit("names.conf", None).unwrap();
    let found = audit.findings.iter().find(|it| it.id == "header-not-known").unwrap();
    let [place] = &found.places[..] else { panic!("{:?}", found.places) };
    assert!(place.text.starts_with("location /sometimes/: Connection is set to \"$sometimes\""));
}

#[test]
fn ok_a_handshake_belongs_to_the_server_that_logged_it() {
    let conf = "http { server { server_name .dot.example; location /ws { proxy_pass http://a; } }
        server { server_name ~^a\\.re$; location /ws { proxy_pass http://b; } }
        server { listen 81; location /ws { proxy_pass http://c; } } }";
    let handshake = |server: &str| {
        format!(
            "127.0.0.1 - - [01/Jan/2026:00:00:00 +0000] \"GET /x/../ws HTTP/1.1\" 101 0 \"-\" \"a\" \"-\" \
             1767225600.000 60.000 \"{server}\" \"websocket\" \"dGhlIHNhbXBsZSBub25jZQ==\" \"127.0.0.1:1\" \
             \"101\" \"0.001\" \"60.000\"\n"
        )
    };
    let log = ["dot.example", r"~^a\x5C.re$", ""].map(handshake).concat();
    let options = Options { targets: true, ..Options::default() };
    let logs =
        Analyzer::new(options).reader("access.log", std::io::Cursor::new(log)).run().unwrap();
    let options = AuditOptions { nginx_version: None, logs: Some(&logs) };
    let audit = Audit::read_from("nginx.conf", conf.as_bytes(), &options).unwrap();
    let served = audit.locations.iter().map(|it| it.evidence.as_ref().map(|it| it.handshakes));
    assert_eq!(served.collect::<Vec<_>>(), [Some(1); 3]);
}

#[test]
fn ok_what_holds_is_told_with_its_place() {
    let audit = audit("headers-lost.conf", None).unwrap();
    let [feed, ws, private] = &audit.locations[..] else { panic!("{:?}", audit.locations) };
    let lines = |index: usize| {
        let settings = &[feed, ws, private][index].settings;
        let lines = settings.iter().filter_map(|it| Some((it.directive, it.place.as_ref()?.line)));
        lines.collect::<Vec<_>>()
    };
    let around = |proxy_pass| {
        vec![("proxy_pass", proxy_pass), ("proxy_http_version", 14), ("proxy_read_timeout", 15)]
    };
    let headers = [("proxy_set_header Upgrade", 17), ("proxy_set_header Connection", 18)];
    assert_eq!(lines(0), [around(22), headers.to_vec()].concat());
    assert_eq!(lines(1), around(27));
    assert_eq!(lines(2), around(32));
    assert!(feed.passes_upgrade && !ws.passes_upgrade && !private.passes_upgrade);
}

#[test]
fn ok_a_dump_is_judged_and_mended_file_by_file() {
    let dump = "# configuration file /etc/nginx/nginx.conf:\nhttp {\n    include conf.d/*.conf;\n}\n\n\
                # configuration file /etc/nginx/conf.d/a.conf:\nserver {\n    location /ws/ {\n        \
                proxy_pass http://127.0.0.1;\n        proxy_set_header Upgrade $http_upgrade;\n    }\n}\n\n";
    let audit = audit_of(dump);
    assert_eq!(audit.files, ["/etc/nginx/conf.d/a.conf", "/etc/nginx/nginx.conf"]);
    assert_eq!(audit.locations[0].place.to_string(), "/etc/nginx/conf.d/a.conf:2:5");
    assert!(
        audit.patch.starts_with("--- etc/nginx/conf.d/a.conf\n+++ etc/nginx/conf.d/a.conf\n@@")
    );
    assert!(audit.patch.contains("+map $http_upgrade $connection_upgrade {\n"), "{}", audit.patch);
}

#[test]
fn ok_the_version_tells_the_default_apart() {
    let conf = "location /ws/ { proxy_pass http://a; proxy_set_header Upgrade $http_upgrade; \
                proxy_set_header Connection upgrade; }";
    let severity = |version: Option<&str>| {
        let nginx_version = version.map(|version| version.parse().unwrap());
        let options = AuditOptions { nginx_version, logs: None };
        let audit = Audit::read_from("a.conf", conf.as_bytes(), &options).unwrap();
        let found = audit.findings.iter().find(|it| it.id == "proxy-http-version");
        found.map(|finding| finding.severity)
    };
    assert_eq!(severity(None), Some(Severity::Critical));
    assert_eq!(severity(Some("1.29.6")), Some(Severity::Critical));
    assert_eq!(severity(Some("1.29.7")), None);
}

#[test]
fn ok_an_nginx_of_before_websockets_is_named() {
    let found = |version: &str| {
        let nginx_version = Some(version.parse().unwrap());
        let options = AuditOptions { nginx_version, logs: None };
        let conf = "server { location /ws/ { proxy_pass http://a; } }";
        let audit = Audit::read_from("a.conf", conf.as_bytes(), &options).unwrap();
        ids(&audit).contains(&"nginx-too-old")
    };
    assert!(found("1.3.12"));
    assert!(found("nginx/0.7.65"));
    assert!(!found("1.3.13"));
    assert!(!found("openresty/1.25.3.1"));
}

#[test]
fn ok_a_kept_connection_is_kept_by_the_patch() {
    let patch = audit("keepalive.conf", None).unwrap().patch;
    let added: Vec<_> =
        patch.lines().filter_map(|line| line.strip_prefix('+')).map(str::trim).collect();
    let count = |line: &str| added.iter().filter(|it| **it == line).count();
    assert_eq!(count("map $http_upgrade $connection_upgrade_keepalive {"), 1, "{patch}");
    assert_eq!(count("'' '';"), 1, "{patch}");
    assert_eq!(count("proxy_set_header Connection $connection_upgrade_keepalive;"), 3, "{patch}");
    assert_eq!(count("map $http_upgrade $connection_upgrade {"), 1, "{patch}");
    assert_eq!(count("'' close;"), 1, "{patch}");
    assert_eq!(count("proxy_set_header Connection $connection_upgrade;"), 1, "{patch}");
}

#[test]
fn ok_a_map_that_is_mended_still_tells_plain_requests_apart() {
    for (name, lines) in [
        ("firefox.conf", "\n+        default upgrade;\n+        '' close;\n"),
        (
            "map-wrong.conf",
            "\n         default close;\n+        '' close;\n         websocket upgrade;\n",
        ),
    ] {
        let patch = audit(name, None).unwrap().patch;
        assert!(patch.contains("\n+    map $http_upgrade "), "{patch}");
        assert!(patch.contains(lines), "{patch}");
    }
}

#[test]
fn ok_a_map_of_an_included_file_is_left_alone() {
    let dump = "# configuration file /nginx.conf:\nhttp { map $http_connection $c { include a.map; } server { \
                location /ws/ { proxy_pass http://a; proxy_set_header Upgrade $http_upgrade; \
                proxy_set_header Connection $c; } } }\n\n# configuration file /a.map:\n\
                default close;\n'' close;\n\n";
    let audit = audit_of(dump);
    let found = audit.findings.iter().find(|it| it.id == "connection-map").unwrap();
    assert_eq!(found.patch, "");
}

#[test]
fn ok_a_map_goes_behind_the_sizes_of_maps() {
    let patch = audit("map-sizes.conf", None).unwrap().patch;
    let sizes = "\n     map_hash_bucket_size 128; # for long names\n+    map $http_upgrade $connection_upgrade {\n";
    assert!(patch.contains(sizes), "{patch}");
}

/// What is no UTF-8, and a carriage return that ends no line.
#[test]
fn ok_a_patch_has_the_bytes_of_the_file() {
    let conf = b"# caf\xe9\r\r\nlocation /ws/ {\n    proxy_pass http://a; # \xe9\r\n}\r";
    let audit = Audit::read_from("a.conf", &conf[..], &AuditOptions::default()).unwrap();
    let patch = audit.patch_bytes();
    let head = b"--- a.conf\n+++ a.conf\n@@ -1,4 +1,7 @@\n # caf\xe9\r\r\n location /ws/ {\n";
    assert!(patch.starts_with(head), "{}", patch.escape_ascii());
    let end = b"\n }\r\n\\ No newline at end of file\n";
    assert!(patch.ends_with(end), "{}", patch.escape_ascii());
}

/// A file that is included in a server may be given alone.
#[test]
fn ok_a_return_around_locations_answers_for_all_of_them() {
    let location = "location /ws/ { proxy_pass http://a; }";
    assert_eq!(audit_of(location).proxied, 1);
    assert_eq!(audit_of(&format!("return 404; {location}")).proxied, 0);
    assert_eq!(audit_of(&format!("{location} if ($a) {{ return 404; }}")).proxied, 1);
    assert_eq!(audit_of(&format!("if ($a) {{ break; }} return 404; {location}")).proxied, 1);
}

#[test]
fn ok_a_server_without_a_listen_opens_port_80() {
    let conf = |listen: &str| {
        let servers = "server { location /ws/ { proxy_pass http://a; } } server { listen";
        ids(&audit_of(&format!("{servers} {listen} http2; }}"))).contains(&"http2-listener")
    };
    assert!(conf("80") && conf("*"));
    assert!(!conf("[::]:80") && !conf("81") && !conf("127.0.0.1"));
}

/// gRPC needs the HTTP/2 that is told.
#[test]
fn ok_http2_is_left_where_grpc_is_proxied() {
    let patch = audit("http2-shared.conf", None).unwrap().patch;
    let removed: Vec<_> =
        patch.lines().filter(|line| line.starts_with("-  ")).map(str::trim).collect();
    assert_eq!(
        removed,
        ["-        listen 18084 http2;", "-        listen *:18080 http2;"],
        "{patch}"
    );
}

#[test]
fn ok_logs_are_evidence_for_the_location_that_served_them() {
    let conf = "http { server { listen 80; server_name a;
        location / { proxy_pass http://plain; }
        location = /ws/x { proxy_pass http://exact; }
        location /ws/ { proxy_pass http://prefix; location ~ /deep$ { proxy_pass http://deep; } }
        location ^~ /ws/static/ { proxy_pass http://static; }
        location ~* \\.SOCK$ { proxy_pass http://pattern; }
    } }";
    let handshake = |path: &str, status: u16| {
        format!(
            "127.0.0.1 - - [01/Jan/2026:00:00:00 +0000] \"GET {path} HTTP/1.1\" {status} 0 \"-\" \"a\" \"-\" \
             1767225600.000 60.000 \"a\" \"websocket\" \"dGhlIHNhbXBsZSBub25jZQ==\" \"127.0.0.1:1\" \
             \"{status}\" \"0.001\" \"60.000\"\n"
        )
    };
    let log: String = [
        ("/ws/x", 101),
        ("/ws/x?a=b", 101),
        ("/ws/xy", 400),
        ("/ws/a%2esock", 502),
        ("/ws/static/a.sock", 101),
        ("/ws//a/deep", 504),
        ("/other", 101),
    ]
    .map(|(path, status)| handshake(path, status))
    .concat();
    let options = Options { targets: true, ..Options::default() };
    let logs =
        Analyzer::new(options).reader("access.log", std::io::Cursor::new(log)).run().unwrap();
    let options = AuditOptions { nginx_version: None, logs: Some(&logs) };
    let audit = Audit::read_from("nginx.conf", conf.as_bytes(), &options).unwrap();
    let served = |name: &str| {
        let location = audit.locations.iter().find(|it| it.name == name).unwrap();
        let evidence = location.evidence.as_ref().unwrap();
        (evidence.handshakes, evidence.established, evidence.near_mark)
    };
    assert_eq!(served("location = /ws/x"), (2, 2, 2));
    assert_eq!(served("location /ws/"), (1, 0, 0));
    assert_eq!(served("location ^~ /ws/static/"), (1, 1, 1));
    assert_eq!(served("location ~ /deep$"), (1, 0, 0));
    assert_eq!(served("location ~* \\.SOCK$"), (1, 0, 0));
    assert_eq!(served("location /"), (1, 1, 1));
    let totals = audit.evidence.unwrap();
    assert_eq!((totals.handshakes, totals.placed, totals.elsewhere), (7, 7, 0));
}

#[test]
fn ok_a_location_that_nothing_names_is_looked_at_when_the_log_has_handshakes() {
    let conf = "server { location /app { proxy_pass http://a; } }";
    let log = "127.0.0.1 - - [01/Jan/2026:00:00:00 +0000] \"GET /app HTTP/1.1\" 400 0 \"-\" \"a\" \"-\" \
               1767225600.000 0.001 \"a\" \"websocket\" \"dGhlIHNhbXBsZSBub25jZQ==\" \"127.0.0.1:1\" \
               \"400\" \"0.001\" \"0.001\"\n";
    assert!(audit_of(conf).findings.is_empty());
    let options = Options { targets: true, ..Options::default() };
    let logs = Analyzer::new(options).reader("access.log", log.as_bytes()).run().unwrap();
    let options = AuditOptions { nginx_version: None, logs: Some(&logs) };
    let audit = Audit::read_from("nginx.conf", conf.as_bytes(), &options).unwrap();
    assert_eq!(ids(&audit), ["proxy-http-version", "upgrade-not-passed"]);
}

#[test]
fn ok_tunnels_that_ended_at_the_timeout_make_it_a_warning() {
    let conf = |timeout: &str| {
        format!(
            "server {{ location /ws {{ proxy_pass http://a; proxy_http_version 1.1; {timeout} \
             proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; }} }}"
        )
    };
    let log = "127.0.0.1 - - [01/Jan/2026:00:00:00 +0000] \"GET /ws HTTP/1.1\" 101 0 \"-\" \"a\" \"-\" \
               1767225600.000 60.003 \"a\" \"websocket\" \"dGhlIHNhbXBsZSBub25jZQ==\" \"127.0.0.1:1\" \
               \"101\" \"0.001\" \"60.003\"\n";
    let options = Options { targets: true, ..Options::default() };
    let logs = Analyzer::new(options).reader("access.log", log.as_bytes()).run().unwrap();
    for (timeout, severity) in [
        ("", Some(Severity::Warning)),
        ("proxy_read_timeout 1m;", Some(Severity::Warning)),
        ("proxy_read_timeout 30s;", Some(Severity::Info)),
        ("proxy_read_timeout 61s;", None),
    ] {
        let options = AuditOptions { nginx_version: None, logs: Some(&logs) };
        let audit = Audit::read_from("a.conf", conf(timeout).as_bytes(), &options).unwrap();
        let found = audit.findings.iter().find(|it| it.id == "idle-timeout");
        assert_eq!(found.map(|it| it.severity), severity, "{timeout}");
    }
}

#[test]
fn err_what_cannot_be_read() {
    let read = |path: &Path| Audit::read(path, &AuditOptions::default()).unwrap_err().to_string();
    let missing = read(Path::new("no/such/nginx.conf"));
    assert_eq!(missing, "no/such/nginx.conf");
    assert!(matches!(
        Audit::read(&folder(), &AuditOptions::default()),
        Err(NginxConfError::Unreadable(..))
    ));
    let itself = tempfile::tempdir().unwrap();
    let path = itself.path().join("nginx.conf");
    fs::write(&path, "http { include nginx.conf; }").unwrap();
    assert!(read(&path).contains("includes itself"), "{}", read(&path));
    let binary: Vec<u8> = (0..=255).cycle().take(10_000).collect();
    fs::write(&path, binary).unwrap();
    assert!(Audit::read(&path, &AuditOptions::default()).is_err());
}
