//! Timers that products are known to have: names for an age, never proof.

use crate::diagnosis::phrase::list;

/// A timer, by its default.
struct Timer {
    seconds: u64,
    name: &'static str,
    /// Whether it ends requests that are not answered.
    ends_requests: bool,
    /// Whether it ends tunnels.
    ends_tunnels: bool,
}

const fn timer(seconds: u64, name: &'static str, ends: [bool; 2]) -> Timer {
    let [ends_requests, ends_tunnels] = ends;
    Timer { seconds, name, ends_requests, ends_tunnels }
}

const REQUESTS: [bool; 2] = [true, false];
const TUNNELS: [bool; 2] = [false, true];
const BOTH: [bool; 2] = [true, true];

/// From the products' documentation; what comes from elsewhere is called unverified.
const TIMERS: [Timer; 24] = [
    timer(15, "Envoy's route timeout", REQUESTS),
    timer(15, "Alibaba Cloud SLB's idle timeout", TUNNELS),
    timer(15, "Tencent Cloud CLB's idle timeout", TUNNELS),
    timer(30, "Google Cloud's backend timeout, which is a WebSocket's whole life", BOTH),
    timer(
        30,
        "Azure Application Gateway's request timeout (unverified: 20 s in the portal)",
        REQUESTS,
    ),
    timer(30, "Heroku's first byte", REQUESTS),
    timer(55, "Heroku's rolling idle timeout (unverified)", TUNNELS),
    timer(60, "nginx's proxy_read_timeout and proxy_send_timeout", BOTH),
    timer(60, "Alibaba Cloud SLB's request timeout", REQUESTS),
    timer(60, "the idle timeout of AWS ALB and CLB", BOTH),
    timer(60, "Huawei Cloud ELB's idle timeout", BOTH),
    timer(60, "Traefik's read timeout", REQUESTS),
    timer(60, "fly.io's idle timeout (unverified)", TUNNELS),
    timer(100, "Cloudflare's read timeout", REQUESTS),
    timer(180, "Traefik's idle timeout", TUNNELS),
    timer(230, "Azure App Service (unverified)", BOTH),
    timer(240, "Azure Load Balancer's idle timeout", BOTH),
    timer(240, "ingress-nginx's worker_shutdown_timeout", TUNNELS),
    timer(300, "Envoy's stream idle timeout", TUNNELS),
    timer(300, "Oracle Cloud's backend idle timeout", BOTH),
    timer(350, "AWS NLB's idle timeout", BOTH),
    timer(900, "Cloudflare's idle timeout", TUNNELS),
    timer(900, "Alibaba Cloud SLB's TCP timeout", TUNNELS),
    timer(3600, "Envoy's connection idle timeout", TUNNELS),
];

/// How much before and after its time a timer was seen to fire, in ms.
const EARLY: u64 = 500;
const LATE: u64 = 1500;

/// Most names in a sentence.
const NAMED: usize = 6;

/// What ends requests at this age in ms, as a sentence.
pub(super) fn of_requests(age: u64) -> Option<String> {
    sentence(age, |timer| timer.ends_requests)
}

/// What ends tunnels at this age in ms, as a sentence.
pub(super) fn of_tunnels(age: u64) -> Option<String> {
    sentence(age, |timer| timer.ends_tunnels)
}

fn sentence(age: u64, is_such: fn(&Timer) -> bool) -> Option<String> {
    let is_near = |timer: &&Timer| {
        let at = timer.seconds * 1000;
        is_such(timer) && (at - EARLY..=at + LATE).contains(&age)
    };
    let names: Vec<_> = TIMERS.iter().filter(is_near).map(|timer| timer.name).collect();
    let seconds = TIMERS.iter().find(is_near)?.seconds;
    Some(format!("{seconds} s is the default of {}; an age names nobody.", list(&names, NAMED)))
}
