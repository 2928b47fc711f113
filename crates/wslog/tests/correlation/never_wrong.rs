//! Whatever clocks and logs there are, no order and no hop is told that is not the true one.

use std::collections::BTreeMap;

use proptest::prelude::*;
use wslog::{Trace, TracedSighting, Wanted};

use crate::log::{Log, gather, key};

/// Two nginx each in front, in the middle and behind.
const NGINX: [&str; 6] = ["10.1.0.1", "10.1.0.2", "10.2.0.1", "10.2.0.2", "10.3.0.1", "10.3.0.2"];
const FILES: [&str; 6] = ["e.log", "b.log", "a.log", "f.log", "d.log", "c.log"];

/// How one request went.
#[derive(Clone, Debug)]
struct Way {
    /// Which of the two it passed in each place.
    nginx: [bool; 3],
    start: i64,
    took: i64,
    /// How much later each got it than the one before it, and how much sooner that ended it.
    delays: [(i64, i64); 3],
    status: u16,
    /// How long the one in the middle waited for a first try further in.
    tried: Option<i64>,
}

/// What is the same for all requests.
#[derive(Clone, Debug)]
struct World {
    /// How far each clock is ahead.
    clocks: [i64; 6],
    /// Which hand requests on as HTTP/1.0.
    downgrading: [bool; 6],
    /// Whether logs show where requests go.
    has_upstreams: bool,
}

/// A sighting as it was: its place from the client on, its protocol.
type Seen = (usize, &'static str);

fn play(world: &World, ways: &[Way]) -> (Vec<Log>, Vec<Vec<Seen>>) {
    let mut logs: Vec<Log> =
        NGINX.iter().zip(FILES).map(|(name, file)| Log::new(file, name, "-")).collect();
    let mut truth = Vec::new();
    for (number, way) in (0_u8..).zip(ways) {
        let nginx = [0, 1, 2].map(|place| 2 * place + usize::from(way.nginx[place]));
        let mut protocol = "1.1";
        let (mut start, mut end) = (way.start, way.start + way.took);
        let mut seen = Vec::new();
        for place in 0..3 {
            let (later, sooner) = way.delays[place];
            (start, end) = (start + later, (end - sooner).max(start + later));
            let here = nginx[place];
            let upstream = nginx.get(place + 1).filter(|_| world.has_upstreams);
            let upstream = upstream.map_or("-".into(), |next| format!("{}:80", NGINX[*next]));
            let clock = world.clocks[here];
            let mut log = |from: i64, to: i64, status| {
                let (from, to) = (from + clock, to + clock);
                logs[here] = logs[here].clone().to(&upstream).request(
                    number,
                    (from, to),
                    (protocol, status),
                );
                seen.push((place, protocol));
            };
            match way.tried.filter(|tried| place == 2 && start + tried < end) {
                Some(tried) => {
                    log(start, start + tried, 502);
                    log(start + tried, end, way.status);
                }
                None => log(start, end, way.status),
            }
            protocol = if world.downgrading[here] { "1.0" } else { "1.1" };
        }
        truth.push(seen);
    }
    (logs, truth)
}

/// What a trace says, in a few lines.
fn told(trace: &Trace) -> String {
    let line = |it: &TracedSighting| {
        let [start, end] =
            [it.started_at, it.logged_at].map(|at| at.unwrap().unix_millis() % 10_000_000);
        format!("{:?} {} {} {} {start} to {end}\n", it.behind, it.vantage, it.protocol, it.status)
    };
    let lines: String = trace.sightings.iter().map(line).collect();
    format!("{lines}{:?}", trace.downgrade)
}

fn check(trace: &Trace, truth: &[Seen]) {
    let place = |vantage: &str| NGINX.iter().position(|name| *name == vantage).unwrap() / 2;
    assert_eq!(trace.sightings.len(), truth.len());
    for sighting in &trace.sightings {
        let front = sighting.behind.map(|front| place(&trace.sightings[front].vantage));
        assert!(front.is_none_or(|front| front < place(&sighting.vantage)), "{}", told(trace));
    }
    let protocols: BTreeMap<usize, &str> = truth.iter().copied().collect();
    let is_downgraded = protocols.values().any(|protocol| *protocol == "1.0");
    assert_eq!(trace.downgrade.is_some(), is_downgraded, "{}", told(trace));
    let Some(loss) = &trace.downgrade else { return };
    assert_eq!(protocols[&place(&loss.before)], "1.0", "{}", told(trace));
    if let Some(after) = &loss.after {
        assert_eq!(protocols[&place(after)], "1.1", "{}", told(trace));
        assert_eq!(place(after) + 1, place(&loss.before), "{}", told(trace));
    }
}

fn way() -> impl Strategy<Value = Way> {
    let took = prop_oneof![3..40_i64, 100..5_000_i64, Just(60_000), 1_000..400_000_i64];
    let delay = prop_oneof![3 => Just(0), 1 => 0..3_i64];
    let delays =
        [(delay.clone(), delay.clone()), (delay.clone(), delay.clone()), (delay.clone(), delay)];
    let status = prop_oneof![Just(101), Just(499), Just(502), Just(504), Just(426)];
    let tried = prop::option::weighted(0.1, 3..3_000_i64);
    (any::<[bool; 3]>(), 0..600_000_i64, took, delays, status, tried).prop_map(
        |(nginx, start, took, delays, status, tried)| {
            let start = start + 7_200_000;
            Way { nginx, start, took, delays, status, tried }
        },
    )
}

fn world() -> impl Strategy<Value = World> {
    let clock = prop_oneof![
        4 => Just(0), 2 => -8..8_i64, 1 => -4_000..4_000_i64, 1 => Just(3_600_000),
    ];
    (prop::array::uniform6(clock), any::<[bool; 6]>(), any::<bool>()).prop_map(
        |(clocks, downgrading, has_upstreams)| World { clocks, downgrading, has_upstreams },
    )
}

proptest! {
    #[test]
    fn ok_nothing_is_told_that_was_not_so(
        world in world(), ways in prop::collection::vec(way(), 1..40),
    ) {
        let (logs, truth) = play(&world, &ways);
        let keys: Vec<_> = (0..u8::try_from(ways.len()).unwrap()).map(key).collect();
        let tracing = gather(logs).trace(&Wanted::Keys(keys));
        prop_assert_eq!(tracing.traces.len(), ways.len());
        for (trace, truth) in tracing.traces.iter().zip(&truth) {
            check(trace, truth);
        }
    }
}
