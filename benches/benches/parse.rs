//! Parsing alone: lines become entries, and each is asked for its protocol and status.

use benches::logs::{KINDS, Kind, Log};
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};

use wslog::parse::{Gist, Handshake, Line, LineParser, Protocol, Status, Visitor, detect};

fn main() {
    divan::main();
}

#[divan::bench(args = KINDS)]
fn parse(bencher: Bencher<'_, '_>, kind: Kind) {
    bench(bencher, kind, |parser, text, outcomes| {
        parser.each_line(text, |parser, start, line| outcomes.line(parser, start, line));
    });
}

/// The same where the gist is enough.
#[divan::bench(args = KINDS)]
fn gist(bencher: Bencher<'_, '_>, kind: Kind) {
    bench(bencher, kind, LineParser::visit);
}

fn bench(
    bencher: Bencher<'_, '_>,
    kind: Kind,
    read: impl Fn(&mut LineParser, &[u8], &mut Outcomes) + Sync,
) {
    let log = Log::of(kind);
    let lines = || log.text.split(|&byte| byte == b'\n');
    let formats = detect(lines()).expect("it has lines").formats;
    bencher.counter(BytesCount::new(log.text.len())).counter(ItemsCount::new(log.lines())).bench(
        || {
            let mut outcomes = Outcomes::default();
            read(&mut formats.parser(), &log.text, &mut outcomes);
            assert_eq!(outcomes.lines, log.parsed());
            outcomes.told
        },
    );
}

#[derive(Default)]
struct Outcomes {
    lines: u64,
    told: usize,
}

impl Outcomes {
    fn add(&mut self, protocol: Protocol, status: Option<Status>) {
        self.lines += 1;
        self.told += usize::from(protocol != Protocol::UNKNOWN);
        self.told += usize::from(status == Some(Status::SWITCHING_PROTOCOLS));
    }
}

impl Visitor for Outcomes {
    fn gist(&mut self, _: usize, _: &[u8], gist: Gist) -> bool {
        self.add(gist.protocol, Some(gist.status));
        true
    }

    fn handshake(&mut self, _: usize, _: &[u8], handshake: &Handshake<'_>) {
        self.add(handshake.gist.protocol, Some(handshake.gist.status));
    }

    fn line(&mut self, parser: &mut LineParser, _: usize, line: Line<'_, '_>) {
        if let Ok(entry) = parser.parse_outlined(&line) {
            self.add(entry.protocol(), entry.status());
        }
    }
}
