//! The lab does what it says: nginx starts, rotates, reloads, stops, and complains where it can
//! be heard.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use wslog_lab::{
    Backend, Binary, Config, Error, Exchange, Lab, Nginx, Otherwise, Request, accept, client_hello,
    fresh_key, send,
};

const SHORT: &str = "log_format short '$status $request';";

fn local(name: &str) -> (Lab, Nginx) {
    let lab = Lab::new().unwrap();
    let config = Config::new().log_format(SHORT).server("location / { return 200 ok; }");
    let nginx = lab.nginx(name, &config).unwrap();
    (lab, nginx)
}

fn get(target: &str) -> Vec<u8> {
    Request::new("GET", target, "HTTP/1.0").bytes()
}

fn article_location(backend: &Backend) -> String {
    format!(
        "location / {{ proxy_pass http://{}; proxy_http_version 1.1; \
         proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection Upgrade; }}",
        backend.address()
    )
}

#[test]
fn ok_every_request_is_a_line_and_stopping_loses_none() {
    let (_lab, nginx) = local("edge");
    for index in 0..20 {
        let answer = send(nginx.address(), &get(&format!("/{index}"))).unwrap();
        assert_eq!(answer.status(), Some(200));
    }
    let log = nginx.access_log("short");
    nginx.stop().unwrap();
    let lines = log.wait_for_lines(20).unwrap();
    assert_eq!(lines.len(), 20);
    assert_eq!(lines[19], b"200 GET /19 HTTP/1.0");
}

#[test]
fn ok_rotating_splits_the_log_exactly() {
    let (_lab, mut nginx) = local("edge");
    let log = nginx.access_log("short");
    for round in 0..3 {
        for index in 0..5 {
            send(nginx.address(), &get(&format!("/{round}/{index}"))).unwrap();
        }
        // A request's line comes after its answer; without this it may be in the next file.
        log.wait_for_lines(5).unwrap();
        nginx.rotate().unwrap();
    }
    assert_eq!(log.lines().unwrap().len(), 0);
    for (rotated, round) in [(1, 2), (2, 1), (3, 0)] {
        let lines = log.rotated(rotated).lines().unwrap();
        assert_eq!(lines.len(), 5, "{}", log.rotated(rotated).path().display());
        assert!(lines[0].ends_with(format!("/{round}/0 HTTP/1.0").as_bytes()));
    }
}

#[test]
fn ok_a_tunnel_opened_before_a_reload_is_logged_in_the_old_format() {
    let backend = Backend::start(Otherwise::Status(200)).unwrap();
    let lab = Lab::new().unwrap();
    let config = |format: &str| {
        let log_format = format!("log_format short '{format}';");
        Config::new().log_format(&log_format).server(&article_location(&backend))
    };
    let mut nginx = lab.nginx("edge", &config("old $status")).unwrap();
    let key = fresh_key();
    let mut tunnel = Exchange::open(nginx.address()).unwrap();
    tunnel.say(&Request::new("GET", "/", "HTTP/1.1").websocket(&key).bytes()).unwrap();
    let head = tunnel.head().unwrap();
    assert_eq!(head.header("Sec-WebSocket-Accept"), Some(accept(&key).as_bytes()));

    let address = nginx.address();
    nginx.reload(&config("new $status")).unwrap();
    assert_eq!(nginx.address(), address);
    send(address, &get("/")).unwrap();
    let log = nginx.access_log("short");
    assert_eq!(log.wait_for_lines(1).unwrap(), [b"new 200"]);

    // Its worker stays with it through whatever comes, and writes to the file of the day.
    nginx.rotate().unwrap();
    nginx.reload(&config("newest $status")).unwrap();
    tunnel.leave();
    assert_eq!(log.wait_for_lines(1).unwrap(), [b"old 101"]);
    nginx.stop().unwrap();
}

#[test]
fn ok_a_reload_can_add_servers_on_other_loopback_addresses() {
    let (_lab, mut nginx) = local("edge");
    let node = Ipv4Addr::new(127, 97, 88, 254);
    let more = Config::new()
        .log_format("log_format short '$status $server_addr';")
        .server("location / { return 200 ok; }")
        .server_on(node, "location / { return 204; }");
    nginx.reload(&more).unwrap();
    assert_eq!(nginx.address_of(1).ip(), node);
    assert_eq!(send(nginx.address_of(1), &get("/")).unwrap().status(), Some(204));
    let log = nginx.access_log("short");
    assert_eq!(log.wait_for_lines(1).unwrap(), [b"204 127.97.88.254"]);
}

#[test]
fn ok_clients_of_every_manner_leave_their_line() {
    let backend = Backend::start(Otherwise::Hang).unwrap();
    let lab = Lab::new().unwrap();
    let config = Config::new().log_format(SHORT).server(&article_location(&backend));
    let nginx = lab.nginx("edge", &config).unwrap();
    let log = nginx.access_log("short");
    let whole = Request::new("GET", "/ws/", "HTTP/1.1").websocket(fresh_key()).bytes();
    let open = || Exchange::open(nginx.address()).unwrap();

    let mut slow = open();
    slow.say_slowly(&whole, 4, Duration::from_millis(5)).unwrap();
    assert_eq!(slow.head().unwrap().status(), Some(101));
    slow.leave();
    assert_eq!(log.wait_for_lines(1).unwrap()[0], b"101 GET /ws/ HTTP/1.1");

    let mut hasty = open();
    hasty.say(&get("/hangs")).unwrap();
    backend.wait_for_requests(2).unwrap();
    hasty.leave();
    assert_eq!(log.wait_for_lines(2).unwrap()[1], b"499 GET /hangs HTTP/1.0");

    let mut half_closed = open();
    half_closed.say(&get("/half")).unwrap();
    backend.wait_for_requests(3).unwrap();
    half_closed.half_close().unwrap();
    assert_eq!(half_closed.answer().unwrap().bytes(), b"");
    assert_eq!(log.wait_for_lines(3).unwrap()[2], b"499 GET /half HTTP/1.0");

    let mut cut_off = open();
    cut_off.say(&whole[..9]).unwrap();
    cut_off.leave();
    assert_eq!(log.wait_for_lines(4).unwrap()[3], b"400 GET /ws/ ");

    let answer = send(nginx.address(), &client_hello(b"\n")).unwrap();
    assert_eq!(answer.status(), Some(400));
    let tls = &log.wait_for_lines(5).unwrap()[4];
    assert_eq!(
        tls.escape_ascii().to_string(),
        r"400 \\x16\\x03\\x01\\x001\\x01\\x00\\x00-\\x03\\x03"
    );
}

#[test]
fn ok_the_backend_saw_what_nginx_passed_on() {
    let backend = Backend::start(Otherwise::Close).unwrap();
    let lab = Lab::new().unwrap();
    let strips = format!("location / {{ proxy_pass http://{}; }}", backend.address());
    let nginx = lab.nginx("edge", &Config::new().server(&strips)).unwrap();
    let request = Request::new("GET", "/ws/", "HTTP/1.0").websocket(fresh_key()).bytes();
    assert_eq!(send(nginx.address(), &request).unwrap().status(), Some(502));
    let requests = backend.requests();
    assert_eq!(requests.len(), 1);
    assert!(!String::from_utf8_lossy(&requests[0]).contains("Upgrade: websocket"));
}

#[test]
fn ok_the_folder_goes_with_the_lab_unless_it_is_kept() {
    let (lab, nginx) = local("edge");
    let (path, address) = (lab.path().to_owned(), nginx.address());
    drop(lab);
    assert!(path.exists());
    drop(nginx);
    assert!(!path.exists());
    assert!(TcpStream::connect(address).is_err());

    let lab = Lab::new().unwrap();
    let kept = lab.keep();
    drop(lab);
    std::fs::remove_dir(kept).unwrap();
}

#[test]
fn err_a_wrong_configuration_is_told_in_the_words_of_nginx() {
    let lab = Lab::new().unwrap();
    let wrong = Config::new().server("no_such_directive on;");
    let error = lab.nginx("edge", &wrong).unwrap_err().to_string();
    assert!(error.contains("unknown directive \"no_such_directive\""), "{error}");

    let (_lab, mut nginx) = local("edge");
    let error = nginx.reload(&wrong).unwrap_err().to_string();
    assert!(error.contains("unknown directive \"no_such_directive\""), "{error}");
    assert_eq!(send(nginx.address(), &get("/")).unwrap().status(), Some(200));
}

#[test]
fn err_something_that_is_no_nginx_is_noticed() {
    let lab = Lab::new().unwrap();
    let binary = Binary::at("/bin/false").unwrap();
    let error = lab.nginx_of(&binary, "edge", &Config::new()).unwrap_err();
    assert!(matches!(error, Error::Nginx { .. }), "{error}");
    assert!(error.to_string().contains("nginx ended: exit status: 1"), "{error}");
}
