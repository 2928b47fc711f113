//! Every scenario comes out as it should, and everything it leaves tells the same story.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

mod captured;
mod consistency;
mod judged;
mod page;
mod verdicts;
mod witness;

use std::fs;
use std::path::Path;

use wslog_lab::client::{Attempt, Sighting};
use wslog_lab::scenario::{self, Run, Scenario};
use wslog_lab::topology::StoppedHop;

/// Plays a scenario, holds what comes out against its picture in `pictures/`, and everything it
/// leaves against each other.
///
/// A picture says what each client sent and saw, and what each hop received and logged. It is
/// written by hand from what nginx is known to do, not from a run.
fn play(name: &str) -> (tempfile::TempDir, Run) {
    play_and(name, ALL)
}

/// The same, but for checks that what clients do here does not fit.
fn play_and(name: &str, checks: &[Check]) -> (tempfile::TempDir, Run) {
    let (folder, run) = run_and(name, checks);
    let pictures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios/pictures");
    let picture = fs::read_to_string(pictures.join(format!("{name}.txt"))).unwrap();
    assert_eq!(run.to_string(), picture, "what came out is not the picture of {name}");
    (folder, run)
}

/// What holds for every run.
type Check = fn(&Run);

const ALL: &[Check] = &[consistency::check, captured::check, judged::check];

/// Plays a scenario, and holds everything it leaves against each other.
fn run(name: &str) -> (tempfile::TempDir, Run) {
    run_and(name, ALL)
}

fn run_and(name: &str, checks: &[Check]) -> (tempfile::TempDir, Run) {
    let folder = tempfile::tempdir().unwrap();
    let scenario: Scenario = name.parse().unwrap();
    let run = scenario::run(scenario, &folder.path().join(name)).unwrap();
    checks.iter().for_each(|check| check(&run));
    witness::check(&run);
    verdicts::check(&run);
    (folder, run)
}

macro_rules! scenarios {
    ($($test:ident $name:literal,)*) => {
        $(#[test] fn $test() { play($name); })*

        const PLAYED: &[&str] = &[$($name),*];
    };
}

scenarios! {
    ok_healthy "healthy",
    ok_node_passes_upgrade "node-passes-upgrade",
    ok_node_strips_upgrade "node-strips-upgrade",
    ok_side_by_side "side-by-side",
    ok_backend_hangs "backend-hangs",
    ok_backend_refuses "backend-refuses",
    ok_backend_closes "backend-closes",
    ok_backend_forbids "backend-forbids",
    ok_redirect "redirect",
    ok_inner_times_out "inner-times-out",
    ok_next_upstream "next-upstream",
    ok_plain_get_never_answered "plain-get-never-answered",
    ok_config_no_version "config-no-version",
    ok_config_no_upgrade "config-no-upgrade",
    ok_config_no_connection "config-no-connection",
    ok_config_nothing "config-nothing",
    ok_balancer_timer "balancer-timer",
    ok_nginx_timer "nginx-timer",
    ok_inner_timer "inner-timer",
    ok_patience_of_any_length "patience-of-any-length",
    ok_idle_tunnels "idle-tunnels",
    ok_tunnels_of_any_length "tunnels-of-any-length",
    ok_one_bad_node "one-bad-node",
    ok_nodes_alike "nodes-alike",
    ok_one_bad_server "one-bad-server",
    ok_servers_alike "servers-alike",
    ok_reload_lets_tunnels_end "reload-lets-tunnels-end",
    ok_retries "retries",
    ok_other_upgrades "other-upgrades",
    ok_look_alikes "look-alikes",
}

/// Those with a test of their own below.
const MORE: &[&str] = &[
    "node-downgrades",
    "chromium",
    "fake-101",
    "client-gives-up",
    "idle-tunnel",
    "config-upgrades-all",
    "equal-timers",
    "reload-cuts-tunnels",
    "backend-restarts",
    "malformed-keys",
    "key-reused",
    "wrong-accept",
    "http2-handshake",
    "forged-lines",
    "timed-polls",
];

#[test]
fn ok_every_scenario_that_does_not_take_a_minute_is_played() {
    let mut all: Vec<_> =
        Scenario::all().filter(|scenario| !scenario.is_slow()).map(Scenario::name).collect();
    let mut played = [PLAYED, MORE].concat();
    all.sort_unstable();
    played.sort_unstable();
    assert_eq!(played, all);
}

/// It waits for a true minute, so it is for whoever asks for it: `cargo test -- --ignored`.
#[test]
#[ignore = "it takes a minute"]
fn ok_sixty_seconds() {
    let (_folder, run) = play("sixty-seconds");
    check_timer(&run, "bad-node", 60_000);
}

#[test]
fn ok_node_downgrades() {
    let (_folder, run) = play("node-downgrades");
    check_timer(&run, "bad-node", 1000);
}

/// What a user sees in the browser's console is the message everybody searches for.
#[test]
fn ok_chromium() {
    let (_folder, run) = play("chromium");
    check_timer(&run, "bad-node", 1000);
    let errors: Vec<_> = run.truth().attempts.iter().map(|a| a.error.as_deref()).collect();
    let error = "Error during WebSocket handshake: Unexpected response code: 504";
    assert_eq!(errors, [None, Some(error), None]);
}

#[test]
fn ok_fake_101() {
    let (_folder, run) = play("fake-101");
    check_timer(&run, "bad-node", 1000);
    // It comes, but not before it is too late.
    let late = &run.truth().attempts[1];
    assert!(late.answered_at.unwrap() - late.sent_at.unwrap() >= 900, "{late:?}");
}

#[test]
fn ok_config_upgrades_all() {
    let (_folder, run) = play("config-upgrades-all");
    for attempt in &run.truth().attempts {
        let latency = attempt.answered_at.unwrap() - attempt.sent_at.unwrap();
        assert_eq!(attempt.client == "bytes", latency >= 900, "{attempt:?}");
    }
}

#[test]
fn ok_client_gives_up() {
    let (_folder, run) = play("client-gives-up");
    for (attempt, patience) in run.truth().attempts.iter().zip([300, 700]) {
        assert!(attempt.error.as_ref().is_some_and(|error| error.starts_with("gave up")));
        for sighting in &attempt.sightings {
            assert!(took(sighting, patience, DELAY), "{sighting:?}");
        }
    }
}

/// Whoever's timer fires first, the client and the outermost hop see 504.
#[test]
fn ok_equal_timers() {
    let (_folder, run) = run("equal-timers");
    check_timer(&run, "good-node", 1500);
    for attempt in &run.truth().attempts {
        let statuses: Vec<_> = attempt.sightings.iter().map(|sighting| sighting.status).collect();
        assert_eq!((statuses.len(), statuses[0]), (3, 504), "{attempt:?}");
        assert!(statuses.iter().all(|status| [499, 504].contains(status)), "{attempt:?}");
    }
}

/// All in one moment, whatever their age.
fn check_cut(run: &Run) {
    let ends: Vec<_> = run.truth().attempts.iter().map(|it| it.sightings[0].logged_at).collect();
    let (first, last) = (ends.iter().min().unwrap(), ends.iter().max().unwrap());
    assert!(last - first < DELAY, "{ends:?}");
    let ages = run.truth().attempts.iter().map(|attempt| attempt.sightings[0].request_time);
    let (youngest, oldest) = (ages.clone().min().unwrap(), ages.max().unwrap());
    assert!(youngest >= 1000 && oldest - youngest > 2000, "{youngest} {oldest}");
}

#[test]
fn ok_reload_cuts_tunnels() {
    check_cut(&play("reload-cuts-tunnels").1);
}

#[test]
fn ok_backend_restarts() {
    check_cut(&play("backend-restarts").1);
}

/// Keys that are none have no way to be told.
#[test]
fn ok_malformed_keys() {
    play_and("malformed-keys", &[consistency::check]);
}

/// One key is not one request.
#[test]
fn ok_key_reused() {
    play_and("key-reused", &[consistency::check, captured::check]);
}

/// The capture is right, but for what its servers answer.
#[test]
fn ok_wrong_accept() {
    play_and("wrong-accept", &[consistency::check, judged::check]);
}

/// What is no request has no protocol, and a line that can be read in two ways is not read.
#[test]
fn ok_forged_lines() {
    let (_folder, run) = run_and("forged-lines", &[]);
    let [honest, forged @ ..] = &run.truth().attempts[..] else { panic!("{:?}", run.truth()) };
    assert_eq!(honest.status, Some(101));
    assert!(forged.iter().all(|attempt| attempt.status == Some(400)), "{forged:?}");
}

/// What is on the wire is no HTTP/1. nginx before 1.31 logs 101, and 400 from then on.
#[test]
fn ok_http2_handshake() {
    let (_folder, run) = run_and("http2-handshake", &[]);
    let [attempt] = &run.truth().attempts[..] else { panic!("{:?}", run.truth()) };
    let [sighting] = &attempt.sightings[..] else { panic!("{attempt:?}") };
    assert_eq!((sighting.protocol.as_str(), sighting.hop.as_str()), ("HTTP/2.0", "edge"));
    assert!([101, 400].contains(&sighting.status), "{sighting:?}");
    assert_eq!(attempt.error, None);
}

/// Every request of each kind fails, at one age.
#[test]
fn ok_timed_polls() {
    let (_folder, run) = run("timed-polls");
    for attempt in &run.truth().attempts {
        let is_slow = attempt.target().starts_with("/project/");
        let (status, age) = if is_slow { (504, 1500) } else { (499, 1200) };
        let edge = attempt.sightings.last().unwrap();
        assert_eq!((edge.hop.as_str(), edge.status, edge.upgrade.as_ref()), ("edge", status, None));
        assert!(took(edge, age, DELAY), "{edge:?}");
    }
}

#[test]
fn ok_idle_tunnel() {
    let (_folder, run) = play("idle-tunnel");
    let says_so = |hop: &StoppedHop| {
        let said = fs::read_to_string(hop.error_log()).unwrap();
        said.lines().any(|line| {
            line.contains("[info]")
                && line.contains("upstream timed out")
                && line.contains("while proxying upgraded connection")
        })
    };
    let hops: Vec<_> = run.hops().iter().map(|hop| (hop.name(), says_so(hop))).collect();
    assert_eq!(hops, [("good-node", false), ("edge", true), ("inner", false)]);
    for sighting in &run.truth().attempts[0].sightings {
        let early = if sighting.hop == "edge" { 20 } else { DELAY };
        assert!(took(sighting, 1000, early), "{sighting:?}");
    }
}

#[test]
fn err_a_run_does_not_mix_with_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("notes.txt"), "mine").unwrap();
    let healthy: Scenario = "healthy".parse().unwrap();
    let error = scenario::run(healthy, folder.path()).unwrap_err().to_string();
    assert!(error.contains("is not empty"), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn err_an_unknown_scenario_is_named() {
    let error = "healthier".parse::<Scenario>().unwrap_err().to_string();
    assert_eq!(error, "there is no scenario `healthier`");
}

/// The requests that this hop's timer ended took as long as the timer, at every hop.
fn check_timer(run: &Run, hop: &str, timer: u64) {
    let is_of = |attempt: &&Attempt| attempt.sightings[0].hop == hop;
    let attempts: Vec<_> = run.truth().attempts.iter().filter(is_of).collect();
    assert!(!attempts.is_empty());
    for attempt in attempts {
        for sighting in &attempt.sightings {
            // nginx's clock may stand for some milliseconds when its events come. Whoever is behind
            // got the request later, on a busy machine much later.
            let early = if sighting.hop == hop { 20 } else { DELAY };
            assert!(took(sighting, timer, early), "{sighting:?}");
        }
    }
}

/// How late a process may get its turn on a busy machine, in milliseconds.
const DELAY: u64 = 300;

/// Whether a request took this long, or somewhat less, or so much more as a busy machine may take.
fn took(sighting: &Sighting, millis: u64, early: u64) -> bool {
    (millis.saturating_sub(early)..millis + 5 * DELAY).contains(&sighting.request_time)
}
