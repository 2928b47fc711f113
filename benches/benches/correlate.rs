//! Correlation alone: sightings that have been read are joined by key and judged.

use std::time::{Duration, SystemTime};

use benches::logs::{KINDS, Kind, Log};
use divan::Bencher;
use divan::counter::ItemsCount;
use wslog::{Follower, Options};

fn main() {
    divan::main();
}

#[divan::bench(args = KINDS)]
fn correlate(bencher: Bencher<'_, '_>, kind: Kind) {
    let log = Log::of(kind);
    let read = || {
        let mut follower = Follower::new(Options::default(), Duration::from_secs(600));
        let edge = follower.add_log("edge.log");
        follower.push(edge, &log.text, SystemTime::UNIX_EPOCH, drop);
        follower
    };
    let sightings = read().analysis().sightings.total;
    assert!(sightings > 1000);
    bencher.counter(ItemsCount::new(sightings)).with_inputs(read).bench_values(|mut follower| {
        let analysis = follower.analysis();
        assert_eq!(analysis.sightings.total, sightings);
        analysis
    });
}
