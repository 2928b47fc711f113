//! Prints, for each node of the given logs, how many of its handshakes arrived as HTTP/1.0.
//!
//! `cargo run -p wslog --example http10 -- testdata/case/access.log`
#![expect(clippy::print_stdout, reason = "an example is a program")]

use wslog::{Analyzer, Options};

fn main() -> Result<(), wslog::Error> {
    let logs = std::env::args_os().skip(1);
    let analyzer = logs.fold(Analyzer::new(Options::default()), |analyzer, log| analyzer.file(log));
    for node in analyzer.run()?.sightings.nodes {
        println!("{} -> {}: {:?}", node.remote_addr, node.vantage, node.totals);
    }
    Ok(())
}
