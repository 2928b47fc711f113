//! Correlation alone: sightings that have been read are joined by key and judged.

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
        let mut follower = Follower::new("edge.log", Options::default());
        follower.push(&log.text, drop);
        follower
    };
    let sightings = read().finish(drop).sightings.total;
    assert!(sightings > 1000);
    bencher.counter(ItemsCount::new(sightings)).with_inputs(read).bench_values(|follower| {
        let analysis = follower.finish(drop);
        assert_eq!(analysis.sightings.total, sightings);
        analysis
    });
}
