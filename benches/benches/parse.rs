//! Parsing alone: lines become entries, and each is asked for its protocol and status.

use benches::logs::{KINDS, Kind, Log};
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};

use wslog::parse::{Protocol, Status, detect};

fn main() {
    divan::main();
}

#[divan::bench(args = KINDS)]
fn parse(bencher: Bencher<'_, '_>, kind: Kind) {
    let log = Log::of(kind);
    let lines = || log.text.split(|&byte| byte == b'\n');
    let formats = detect(lines()).expect("it has lines").formats;
    bencher.counter(BytesCount::new(log.text.len())).counter(ItemsCount::new(log.lines())).bench(
        || {
            let mut parser = formats.parser();
            let (mut parsed, mut protocols) = (0, 0);
            parser.outline().each_line(&log.text, |_, line| {
                if let Ok(entry) = parser.parse_outlined(&line) {
                    parsed += 1;
                    protocols += usize::from(entry.protocol() != Protocol::UNKNOWN);
                    protocols += usize::from(entry.status() == Some(Status::SWITCHING_PROTOCOLS));
                }
            });
            assert_eq!(parsed, log.parsed());
            protocols
        },
    );
}
