//! Machines that speak HTTP: health checks, crawlers, probes, a client of containers.

use super::Route;
use crate::generator::addresses::{BACKEND, INNER_SERVICE, MONITOR, NODES, direct};
use crate::generator::agents::BOTS;
use crate::generator::dice::Dice;
use crate::generator::entry::{Entry, Protocol, WebSocketPath};
use crate::generator::text::push_number;

/// The balancer asks every few seconds, over HTTP/1.0 and without saying who it is.
pub(super) fn health_check(entry: &mut Entry, now: u64, dice: &mut Dice) -> Route {
    entry.begin(now, dice.pick(&NODES).address);
    let (method, uri) = dice.weighted(&[(2, ("HEAD", "/")), (1, ("GET", "/healthz"))]);
    entry.ask(method, uri, Protocol::Http10);
    entry.status = dice.weighted(&[(997, 200), (3, 499)]);
    entry.request_time = if entry.status == 499 { 5_000 } else { 0 };
    entry.body_bytes_sent = if method == "GET" { 3 } else { 0 };
    Route::Edge
}

pub(super) fn health_check_inside(entry: &mut Entry, now: u64, dice: &mut Dice) -> Route {
    entry.begin(now, MONITOR);
    entry.ask("GET", "/healthz", Protocol::Http10);
    entry.set_user_agent("keepalived");
    entry.status = dice.weighted(&[(99, 200), (1, 503)]);
    entry.request_time = dice.between(0, 3);
    entry.body_bytes_sent = 3;
    entry.proxied_to(BACKEND, dice);
    Route::Inner
}

/// Crawlers and load tests over HTTP/1.0.
pub(super) fn bot(entry: &mut Entry, now: u64, dice: &mut Dice) -> Route {
    entry.begin(now, direct(dice));
    entry.status = dice.weighted(&[(70, 200), (15, 301), (13, 404), (2, 403)]);
    if entry.status < 400 {
        entry.ask("GET", "/articles/", Protocol::Http10);
        push_number(&mut entry.uri, u64::from(dice.below(900_000)));
        entry.uri.push_str(dice.pick(&[".html", "", "?from=rss&utm_source=feed%20reader"]));
    } else {
        let gone = dice.pick(&["/wp-login.php", "/phpmyadmin/index.php", "/old/%7Euser/a%20b"]);
        entry.ask("GET", gone, Protocol::Http10);
    }
    entry.set_user_agent(dice.pick(&BOTS));
    entry.request_time = dice.between(0, 90);
    entry.body_bytes_sent = dice.between(0, 40_000);
    Route::Edge
}

/// Asks for a WebSocket path without wanting a WebSocket: no key, no `Upgrade`.
pub(super) fn probe(entry: &mut Entry, now: u64, dice: &mut Dice) -> Route {
    entry.begin(now, MONITOR);
    let method = dice.weighted(&[(6, "GET"), (2, "HEAD"), (1, "POST")]);
    let path = dice.weighted(&[
        (5, WebSocketPath::Ws),
        (2, WebSocketPath::Live),
        (2, WebSocketPath::Chat),
        (1, WebSocketPath::Legacy),
    ]);
    let protocol = dice.weighted(&[(2, Protocol::Http10), (1, Protocol::Http11)]);
    entry.ask_websocket_path(method, path, protocol);
    entry.uri.push_str(dice.pick(&["", "", "?probe=1"]));
    entry.set_user_agent(dice.pick(&["check_http/v2.2 (monitoring-plugins 2.2)", "curl/7.58.0"]));
    entry.status = dice.weighted(&[(5, 426), (4, 400), (3, 200), (2, 404), (1, 302), (1, 499)]);
    entry.request_time = if entry.status == 499 { 10_000 } else { dice.between(0, 5) };
    entry.body_bytes_sent = dice.between(0, 200);
    entry.proxied_to(INNER_SERVICE, dice);
    Route::Both
}

/// A scanner on a WebSocket path, over HTTP/1.1 and turned away by the edge.
pub(super) fn path_scan(entry: &mut Entry, now: u64, dice: &mut Dice) -> Route {
    entry.begin(now, direct(dice));
    entry.ask_websocket_path("GET", WebSocketPath::Ws, Protocol::Http11);
    entry.uri.push_str(dice.pick(&["", "?id=1%27%20OR%201=1", "?id=../../etc/passwd"]));
    entry.set_user_agent(dice.pick(&BOTS));
    entry.status = dice.pick(&[403, 404, 405]);
    entry.body_bytes_sent = 169;
    Route::Edge
}

/// `Upgrade: tcp`: a 101 that is no WebSocket, where the format lets a reader see that.
pub(super) fn attach(entry: &mut Entry, now: u64, dice: &mut Dice) -> Route {
    entry.begin(now, MONITOR);
    entry.ask_websocket_path("POST", WebSocketPath::Attach, Protocol::Http11);
    entry.uri.push_str("?stream=1&stdout=1");
    entry.set_user_agent("Docker-Client/17.12.1-ce (linux)");
    entry.status = 101;
    entry.request_time = dice.between(200, 400_000);
    entry.body_bytes_sent = dice.between(0, 5_000);
    entry.proxied_to("10.0.22.8:2375", dice);
    Route::Edge
}
