//! Everything, from two files to the analysis, on one thread and on two.

use std::num::NonZeroUsize;

use benches::logs::{KINDS, Kind, Logs};
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
    let logs = Logs::of(kind);
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let [edge, inner] = ["edge.log", "inner.log"].map(|name| folder.path().join(name));
    std::fs::write(&edge, &logs.edge).expect("the log fits there");
    std::fs::write(&inner, &logs.inner).expect("the log fits there");
    let options = Options { threads: NonZeroUsize::new(threads), ..Options::default() };
    let bencher = bencher.counter(BytesCount::new(logs.bytes()));
    bencher.counter(ItemsCount::new(logs.truth.input.lines)).bench(|| {
        let analyzer = Analyzer::new(options.clone()).file(&edge).file(&inner);
        let analysis = analyzer.run().expect("two threads can be had");
        logs.check(&analysis);
        analysis
    });
}
