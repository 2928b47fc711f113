//! Correlation alone: sightings that have been read are joined by key and judged.

use benches::logs::{KINDS, Kind, Logs};
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use wslog::{Analyzer, Options};

fn main() {
    divan::main();
}

#[divan::bench(args = KINDS)]
fn correlate(bencher: Bencher<'_, '_>, kind: Kind) {
    let logs = Logs::of(kind);
    let files = [("edge.log", &logs.edge), ("inner.log", &logs.inner)];
    let gather = || {
        let analyzer =
            files.iter().fold(Analyzer::new(Options::default()), |analyzer, (name, text)| {
                analyzer.reader(name, std::io::Cursor::new((*text).clone()))
            });
        analyzer.gather().expect("threads can be had")
    };
    let bencher = bencher.counter(BytesCount::new(logs.bytes()));
    bencher.counter(ItemsCount::new(logs.truth.input.lines)).with_inputs(gather).bench_values(
        |gathered| {
            let analysis = gathered.analysis();
            logs.check(&analysis);
            analysis
        },
    );
}
