//! People with browsers and apps: assets, pages, API calls, long polling.

use super::Route;
use crate::generator::addresses::{NODES, direct, push_forwarded_for};
use crate::generator::agents::Browser;
use crate::generator::dice::Dice;
use crate::generator::entry::{Entry, Protocol, WebSocketPath, set};
use crate::generator::text::{push_hex, push_number, push_seconds};

const REFERERS: [&str; 5] = [
    "-",
    "http://server.example.com/",
    "https://server.example.com/app/board?tab=2",
    "https://www.baidu.com/link?url=kT0q8eXw2\\x5C&wd=&eqid=b3f5",
    "https://server.example.com/app/reports/2018-03",
];

/// What stands before and after the hash of the content.
const ASSETS: [(&str, &str); 6] = [
    ("/static/js/app.", ".js"),
    ("/static/js/vendor~main.", ".min.js?v=20180309"),
    ("/static/js/app.", ".js.map"),
    ("/static/css/main.", ".css"),
    ("/static/fonts/icons.", ".woff2"),
    ("/static/img/hero%20banner.", ".jpg"),
];

const SEARCHES: [&str; 6] = [
    "red+shoes",
    "%E4%BD%A0%E5%A5%BD",
    "\\x22red%20shoes\\x22",
    "\\xE4\\xBD\\xA0\\xE5\\xA5\\xBD",
    "a%2Fb%3Fc",
    "caf%C3%A9&sort=price:asc",
];

pub(super) fn asset(entry: &mut Entry, now: u64, dice: &mut Dice) -> Route {
    begin(entry, now, dice);
    entry.status = dice.weighted(&[(80, 200), (17, 304), (2, 404), (1, 206)]);
    let protocol = entry.protocol;
    if entry.status == 404 {
        entry.ask("GET", "/static/img/missing-", protocol);
        push_number(&mut entry.uri, u64::from(dice.below(40)));
        entry.uri.push_str(".png");
    } else {
        let (stem, extension) = dice.pick(&ASSETS);
        entry.ask("GET", stem, protocol);
        push_hex(&mut entry.uri, dice.number());
        entry.uri.push_str(extension);
    }
    entry.request_time = dice.weighted(&[(80, 0), (10, 1), (6, 12), (3, 140), (1, 2_300)]);
    entry.body_bytes_sent = if entry.status == 304 { 0 } else { dice.between(160, 400_000) };
    Route::Edge
}

pub(super) fn page(entry: &mut Entry, now: u64, dice: &mut Dice) -> Route {
    begin(entry, now, dice);
    entry.status = dice.weighted(&[(88, 200), (6, 302), (3, 304), (2, 404), (1, 500)]);
    let method = dice.weighted(&[(12, "GET"), (2, "POST"), (1, "HEAD")]);
    let protocol = entry.protocol;
    let page = dice.pick(&["/app/", "/app/board", "/app/reports/2018-03", "/app/profile/settings"]);
    entry.ask(method, page, protocol);
    if dice.percent(40) {
        entry.uri.push_str("?tab=");
        push_number(&mut entry.uri, u64::from(dice.below(30)));
    }
    entry.request_time = dice.between(3, 700);
    entry.body_bytes_sent = dice.between(0, 60_000);
    Route::Both
}

/// The API has a pool of its own behind the edge; the inner nginx does not see it.
pub(super) fn api_call(entry: &mut Entry, now: u64, dice: &mut Dice) -> Route {
    begin(entry, now, dice);
    entry.status = api_status(dice);
    entry.request_time = api_time(entry.status, dice);
    let method = dice.weighted(&[(70, "GET"), (20, "POST"), (6, "PUT"), (4, "DELETE")]);
    let protocol = entry.protocol;
    let stem = dice.pick(&["/api/v2/orders/", "/api/v2/users/", "/api/v2/carts/", "/api/search/"]);
    entry.ask(method, stem, protocol);
    let ids = if entry.status < 400 { 4_000_000 } else { 300 };
    push_number(&mut entry.uri, u64::from(dice.below(ids)));
    push_api_query(&mut entry.uri, dice);
    if dice.one_in(60) {
        entry.remote_user = "reports";
    }
    entry.body_bytes_sent = if entry.status == 204 { 0 } else { dice.between(2, 30_000) };
    ask_pool(entry, dice);
    Route::Edge
}

/// A client that cannot, or may not, use WebSocket: socket.io's fallback on the same path.
pub(super) fn polling(entry: &mut Entry, now: u64, dice: &mut Dice) -> Route {
    begin(entry, now, dice);
    let long = dice.percent(50);
    entry.status = if long {
        dice.weighted(&[(85, 200), (8, 499), (4, 400), (2, 504), (1, 502)])
    } else {
        dice.weighted(&[(97, 200), (3, 400)])
    };
    entry.request_time = match (long, entry.status) {
        (true, 200) => dice.pick(&[120, 2_940, 25_001]),
        (true, 499 | 504) => dice.pick(&[25_000, 30_001, 60_000]),
        _ => dice.between(1, 20),
    };
    let protocol = entry.protocol;
    let method = if long { "GET" } else { "POST" };
    entry.ask_websocket_path(method, WebSocketPath::SocketIo, protocol);
    entry.uri.push_str("?EIO=3&transport=polling&t=M");
    push_hex(&mut entry.uri, dice.number());
    entry.uri.push_str("&sid=");
    push_hex(&mut entry.uri, dice.number());
    entry.polling = true;
    entry.body_bytes_sent = dice.between(2, 400);
    Route::Both
}

/// Who asks, and how: through the balancer mostly, which may speak HTTP/1.0 then.
fn begin(entry: &mut Entry, now: u64, dice: &mut Dice) {
    if dice.percent(45) {
        entry.begin(now, direct(dice));
        entry.protocol = dice.weighted(&[(7, Protocol::Http20), (5, Protocol::Http11)]);
    } else {
        // Most clients keep their connection to one good node; the rest meet any, so that
        // ordinary requests are downgraded too.
        let node = if dice.one_in(12) { dice.pick(&NODES) } else { NODES[0] };
        entry.begin(now, node.address);
        entry.protocol = node.protocol;
        entry.http_x_forwarded_for.clear();
        push_forwarded_for(&mut entry.http_x_forwarded_for, dice.number());
    }
    entry.http_user_agent.clear();
    Browser::any(dice).push(&mut entry.http_user_agent);
    entry.set_referer(dice.pick(&REFERERS));
}

fn api_status(dice: &mut Dice) -> u16 {
    dice.weighted(&[
        (860, 200),
        (45, 201),
        (30, 204),
        (10, 400),
        (15, 401),
        (5, 403),
        (12, 404),
        (6, 422),
        (8, 499),
        (4, 500),
        (3, 502),
        (1, 503),
        (1, 504),
    ])
}

fn api_time(status: u16, dice: &mut Dice) -> u64 {
    match status {
        499 => dice.between(200, 61_500),
        // A slow request that is no handshake, whatever its age.
        504 => dice.between(60_000, 60_019),
        502 => dice.between(2_001, 2_030),
        _ => dice.weighted(&[(60, 9), (25, 41), (10, 230), (4, 900), (1, 12_000)]),
    }
}

fn push_api_query(uri: &mut String, dice: &mut Dice) {
    if dice.percent(55) {
        uri.push_str("?page=");
        push_number(uri, u64::from(dice.below(90)));
    } else if dice.percent(60) {
        uri.push_str("?q=");
        uri.push_str(dice.pick(&SEARCHES));
        uri.push_str("&limit=50&fields=id,name,price");
    }
}

/// One server of the pool, or several: another after a failure, or after an internal redirect.
fn ask_pool(entry: &mut Entry, dice: &mut Dice) {
    match dice.weighted(&[(960, 0), (20, 1), (10, 2), (10, 3)]) {
        1 => ask_twice(entry, "10.0.22.5:9000, 10.0.22.6:9000", ", ", dice),
        2 => ask_twice(entry, "10.0.22.5:9000 : unix:/run/files.sock", " : ", dice),
        3 if entry.status == 502 => nobody_to_ask(entry),
        _ => {
            let server = dice.pick(&["10.0.22.5:9000", "10.0.22.6:9000", "[fd00:22::7]:9000"]);
            entry.proxied_to(server, dice);
        }
    }
}

fn ask_twice(entry: &mut Entry, servers: &str, separator: &str, dice: &mut Dice) {
    let first = dice.between(0, entry.request_time);
    set(&mut entry.upstream_addr, servers);
    let times = &mut entry.upstream_response_time;
    times.clear();
    push_seconds(times, first);
    times.push_str(separator);
    if entry.status == 499 {
        times.push('-');
    } else {
        push_seconds(times, entry.request_time - first);
    }
}

/// With every server marked as down, nginx names the pool instead.
fn nobody_to_ask(entry: &mut Entry) {
    entry.request_time = 0;
    set(&mut entry.upstream_addr, "api_pool");
    set(&mut entry.upstream_response_time, "0.000");
}
