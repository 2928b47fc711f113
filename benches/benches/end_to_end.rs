//! Everything, from a file to the analysis, on one thread and on two.

use std::num::NonZeroUsize;

use benches::logs::{KINDS, Kind, Log};
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};

use wslog::{Analyzer, Options};

fn main() {
    divan::main();
}

#[divan::bench(args = KINDS)]
fn one_thread(bencher: Bencher<'_, '_>, kind: Kind) {
    analyze(bencher, kind, 1);
}

#[divan::bench(args = KINDS)]
fn two_threads(bencher: Bencher<'_, '_>, kind: Kind) {
    analyze(bencher, kind, 2);
}

fn analyze(bencher: Bencher<'_, '_>, kind: Kind, threads: usize) {
    let log = Log::of(kind);
    let file = tempfile::NamedTempFile::new().expect("a file in the temporary folder");
    std::fs::write(file.path(), &log.text).expect("the log fits there");
    let options = Options { threads: NonZeroUsize::new(threads), ..Options::default() };
    bencher.counter(BytesCount::new(log.text.len())).counter(ItemsCount::new(log.lines())).bench(
        || {
            let analyzer = Analyzer::new(options.clone()).file(file.path());
            let analysis = analyzer.run().expect("two threads can be had");
            assert_eq!(analysis.input.lines, log.lines());
            assert_eq!(analysis.input.parsed, log.parsed());
            analysis
        },
    );
}
