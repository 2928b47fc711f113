//! Parsing alone: lines become entries, and each is asked for its protocol and status.

use benches::generator::Truth;
use benches::logs::{KINDS, Kind, Logs};
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
    let Logs { edge, inner, truth } = Logs::of(kind);
    let text = [edge, inner].concat();
    let expected = Outcomes::expected(&truth);
    let lines = || text.split(|&byte| byte == b'\n');
    let formats = detect(lines()).expect("it has lines").formats;
    let bencher = bencher.counter(BytesCount::new(text.len()));
    bencher.counter(ItemsCount::new(truth.input.lines)).bench(|| {
        let mut outcomes = Outcomes::default();
        read(&mut formats.parser(), &text, &mut outcomes);
        assert_eq!(outcomes, expected);
        outcomes
    });
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Outcomes {
    lines: u64,
    http10: u64,
    established: u64,
}

impl Outcomes {
    fn add(&mut self, protocol: Protocol, status: Option<Status>) {
        self.lines += 1;
        self.http10 += u64::from(protocol == Protocol::HTTP_10);
        self.established += u64::from(status == Some(Status::SWITCHING_PROTOCOLS));
    }

    fn expected(truth: &Truth) -> Outcomes {
        let mut outcomes = Outcomes { lines: truth.input.parsed, ..Outcomes::default() };
        for row in &truth.requests.by_protocol_status {
            outcomes.http10 += if row.protocol == "HTTP/1.0" { row.count } else { 0 };
            outcomes.established += if row.status == 101 { row.count } else { 0 };
        }
        outcomes
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
