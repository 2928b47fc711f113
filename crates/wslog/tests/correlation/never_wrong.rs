//! Whatever clocks and logs there are, no order and no hop is told that is not the true one.

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
    /// How long a balancer that logs nothing waited for the other one in front.
    tried_in_front: Option<i64>,
    /// How long the one in the middle waited for a first try further in.
    tried: Option<i64>,
    /// How long the last one goes on after those in front were left by the client.
    outlives: Option<i64>,
}

/// What is the same for all requests.
#[derive(Clone, Debug)]
struct World {
    /// How far each clock is ahead, and by how much more every hour.
    clocks: [i64; 6],
    drifts: [i64; 6],
    /// Which get requests as HTTP/1.0: in front from a balancer, the others from the one before.
    downgrading: [bool; 6],
    /// Whether logs show where requests go.
    has_upstreams: bool,
}

/// A sighting as it was: where, at which protocol, and which one sent it there.
#[derive(Clone, Copy, Debug)]
struct Seen {
    here: usize,
    protocol: &'static str,
    front: Option<usize>,
}

/// What is written down while requests are played.
struct Stage<'w> {
    world: &'w World,
    logs: Vec<Log>,
    seen: Vec<Seen>,
}

impl Stage<'_> {
    fn log(&mut self, key: u8, seen: Seen, upstream: &str, (from, to): (i64, i64), status: u16) {
        let Seen { here, protocol, .. } = seen;
        let World { clocks, drifts, .. } = self.world;
        let clock = |at: i64| at + clocks[here] + drifts[here] * at / 3_600_000;
        // nginx measures how long a request took by a clock that does not jump.
        let to = clock(to).max(clock(from));
        let log = self.logs[here].clone().to(upstream);
        self.logs[here] = log.request(key, (clock(from), to), (protocol, status));
        self.seen.push(seen);
    }
}

fn protocol(is_http10: bool) -> &'static str {
    if is_http10 { "1.0" } else { "1.1" }
}

fn play(world: &World, ways: &[Way]) -> (Vec<Log>, Vec<Vec<Seen>>) {
    let logs = NGINX.iter().zip(FILES).map(|(name, file)| Log::new(file, name, "app:80")).collect();
    let mut stage = Stage { world, logs, seen: Vec::new() };
    let mut truth = Vec::new();
    for (key, way) in (0_u8..).zip(ways) {
        play_one(&mut stage, key, way);
        truth.push(std::mem::take(&mut stage.seen));
    }
    (stage.logs, truth)
}

fn play_one(stage: &mut Stage<'_>, key: u8, way: &Way) {
    let nginx = [0, 1, 2].map(|place| 2 * place + usize::from(way.nginx[place]));
    let (mut start, mut end) = (way.start, way.start + way.took);
    if let Some(tried) = way.tried_in_front {
        let here = 1 - nginx[0];
        let other = Seen { here, protocol: protocol(stage.world.downgrading[here]), front: None };
        stage.log(key, other, "-", (start, start + tried), 502);
        (start, end) = (start + tried, end + tried);
    }
    let mut front = None;
    for place in 0..3 {
        let (later, sooner) = way.delays[place];
        (start, end) = (start + later, (end - sooner).max(start + later));
        let here = nginx[place];
        let upstream = nginx.get(place + 1).filter(|_| stage.world.has_upstreams);
        let upstream = upstream.map_or("app:80".into(), |next| format!("{}:80", NGINX[*next]));
        let seen = Seen { here, protocol: protocol(stage.world.downgrading[here]), front };
        let status = if way.outlives.is_some() && place < 2 { 499 } else { way.status };
        let end = end + way.outlives.filter(|_| place == 2).unwrap_or(0);
        match way.tried.filter(|tried| place == 2 && start + tried < end) {
            Some(tried) => {
                stage.log(key, seen, &upstream, (start, start + tried), 502);
                stage.log(key, seen, &upstream, (start + tried, end), status);
            }
            None => stage.log(key, seen, &upstream, (start, end), status),
        }
        front = Some(here);
    }
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
    let nginx = |vantage: &str| NGINX.iter().position(|name| *name == vantage).unwrap();
    assert_eq!(trace.sightings.len(), truth.len());
    // Whether a request that was seen at one had been seen at the other before.
    let came_by = |mut here: usize, front: usize| {
        while let Some(before) = truth.iter().find(|seen| seen.here == here).unwrap().front {
            if before == front {
                return true;
            }
            here = before;
        }
        false
    };
    for sighting in &trace.sightings {
        let here = nginx(&sighting.vantage);
        let front = sighting.behind.map(|front| nginx(&trace.sightings[front].vantage));
        assert!(front.is_none_or(|front| came_by(here, front)), "{}", told(trace));
    }
    let is_downgraded = truth.iter().any(|seen| seen.protocol == "1.0");
    assert_eq!(trace.downgrade.is_some(), is_downgraded, "{}", told(trace));
    let Some(loss) = &trace.downgrade else { return };
    let before = truth.iter().find(|seen| seen.here == nginx(&loss.before)).unwrap();
    assert_eq!(before.protocol, "1.0", "{}", told(trace));
    if let Some(after) = &loss.after {
        let after = truth.iter().find(|seen| seen.here == nginx(after)).unwrap();
        assert_eq!(after.protocol, "1.1", "{}", told(trace));
        assert_eq!(before.front, Some(after.here), "{}", told(trace));
    }
}

fn way() -> impl Strategy<Value = Way> {
    let took = prop_oneof![3..40_i64, 100..5_000_i64, Just(60_000), 1_000..400_000_i64];
    let delay = prop_oneof![3 => Just(0), 1 => 0..3_i64];
    let delays = prop::array::uniform3((delay.clone(), delay));
    let status = prop_oneof![Just(101), Just(499), Just(502), Just(504), Just(426)];
    let tries = (
        prop::option::weighted(0.2, prop_oneof![3..12_i64, 3..3_000_i64]),
        prop::option::weighted(0.1, 3..3_000_i64),
        prop::option::weighted(0.1, 1..30_000_i64),
    );
    (any::<[bool; 3]>(), 0..30_000_000_i64, took, delays, status, tries).prop_map(
        |(nginx, start, took, delays, status, (tried_in_front, tried, outlives))| {
            let start = start + 7_200_000;
            Way { nginx, start, took, delays, status, tried_in_front, tried, outlives }
        },
    )
}

fn world() -> impl Strategy<Value = World> {
    let clock = prop_oneof![
        4 => Just(0), 3 => -20..20_i64, 1 => -4_000..4_000_i64, 1 => Just(3_600_000),
    ];
    let drift = prop_oneof![3 => Just(0), 1 => -30..30_i64];
    let clocks = (prop::array::uniform6(clock), prop::array::uniform6(drift));
    (clocks, any::<[bool; 6]>(), any::<bool>()).prop_map(
        |((clocks, drifts), downgrading, has_upstreams)| World {
            clocks,
            drifts,
            downgrading,
            has_upstreams,
        },
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
