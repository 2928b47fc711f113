//! What charts are drawn from says of every sighting when it was and how old it became, once.
#![expect(clippy::unwrap_used, reason = "a test that fails should fail loudly")]

use std::collections::BTreeMap;
use std::io::Cursor;
use std::num::NonZeroUsize;

use proptest::prelude::*;
use wslog::parse::Timestamp;
use wslog::{Analysis, Analyzer, ChunkSize, Options, Outcome};

/// A handshake without a key, by when it ended and how long it took, in ms.
#[derive(Clone, Copy, Debug)]
struct Ended {
    at: i64,
    took: u64,
    status: u16,
    is_http10: bool,
}

impl Ended {
    fn line(self) -> String {
        let Ended { at, took, status, .. } = self;
        let end = Timestamp::new(at, 60).to_string();
        let second = format!("{}{}", end.get(..19).unwrap(), end.get(23..).unwrap());
        format!(
            "{{\"time\":\"{second}\",\"msec\":{}.{:03},\"remote_addr\":\"10.0.0.1\",\
             \"request\":\"GET /ws HTTP/1.{}\",\"status\":{status},\"request_time\":{}.{:03},\
             \"http_upgrade\":\"websocket\"}}\n",
            at / 1000,
            at % 1000,
            u8::from(!self.is_http10),
            took / 1000,
            took % 1000,
        )
    }

    fn outcome(self) -> Outcome {
        Outcome::of(wslog::parse::Status::from_code(self.status).unwrap())
    }
}

fn analyze(all: &[Ended], chunk_size: usize) -> Analysis {
    let options = Options {
        chunk_size: ChunkSize(NonZeroUsize::new(chunk_size).unwrap()),
        threads: NonZeroUsize::new(2),
        ..Options::default()
    };
    let log: String = all.iter().map(|it| it.line()).collect();
    let analysis = Analyzer::new(options).reader("a.log", Cursor::new(log)).run().unwrap();
    assert_eq!(analysis.sightings.total, all.len() as u64, "{:?}", analysis.problems);
    analysis
}

type Rows = BTreeMap<i64, (BTreeMap<Outcome, u64>, u64)>;

/// How many of each outcome, and at HTTP/1.0, by a number of each.
fn counted(all: &[Ended], number: impl Fn(Ended) -> i64) -> Rows {
    let mut rows = Rows::new();
    for ended in all {
        let (outcomes, http10) = rows.entry(number(*ended)).or_default();
        *outcomes.entry(ended.outcome()).or_default() += 1;
        *http10 += u64::from(ended.is_http10);
    }
    rows
}

fn timeline(analysis: &Analysis) -> (u64, Rows) {
    let timeline = analysis.timeline.as_ref().unwrap();
    assert_eq!(timeline.undated, 0);
    let rows = timeline.bins.iter();
    let rows = rows.map(|row| (row.from.unix_millis(), (row.outcomes.clone(), row.http10)));
    (timeline.bin_seconds, rows.collect())
}

fn ended(spread: i64) -> impl Strategy<Value = Ended> {
    let status = prop::sample::select(vec![101, 400, 499, 502, 504]);
    let took = prop_oneof![0..2_000_u64, 0..700_000_u64, 0..200_000_000_u64];
    (0..spread, took, status, any::<bool>()).prop_map(|(after, took, status, is_http10)| Ended {
        at: 1_700_000_000_000 + after,
        took,
        status,
        is_http10,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn ok_every_sighting_is_in_one_row_of_either(
        all in prop_oneof![
            prop::collection::vec(ended(10_000), 1..50),
            prop::collection::vec(ended(40_000_000_000), 1..3_000),
        ],
        chunk_size in 1_000_usize..1_000_000,
    ) {
        let analysis = analyze(&all, chunk_size);
        let (bin_seconds, rows) = timeline(&analysis);
        let width = i64::try_from(bin_seconds).unwrap() * 1000;
        let start = |it: Ended| it.at - i64::try_from(it.took).unwrap();
        prop_assert_eq!(&rows, &counted(&all, |it| start(it).div_euclid(width) * width));
        prop_assert!(rows.len() <= 1_500);
        // No finer width would have done.
        let finer = [1, 5, 15, 60, 300, 900, 3600, 21_600, 86_400, 604_800];
        if let Some(finer) = finer.iter().rfind(|it| **it * 1000 < width) {
            let finer = counted(&all, |it| start(it).div_euclid(finer * 1000));
            prop_assert!(finer.len() > 1_500);
        }
        let ages = analysis.ages.as_ref().unwrap();
        prop_assert_eq!(ages.unknown, 0);
        let mut rest = all.clone();
        for row in &ages.bins {
            let (here, others) = rest.into_iter().partition(|it| (row.from.0..row.to.0).contains(&it.took));
            let here: Vec<Ended> = here;
            let counted = counted(&here, |_| 0);
            let expected = (row.outcomes.clone(), row.http10);
            prop_assert_eq!(counted.get(&0), Some(&expected));
            rest = others;
        }
        prop_assert!(rest.is_empty());
    }
}

/// Half of them fail at about 60 s.
#[test]
fn ok_a_wall_is_a_cluster() {
    let all: Vec<Ended> = (0..400)
        .map(|number| {
            let is_cut = number % 2 == 0;
            let (took, status) =
                if is_cut { (60_000 + number % 20, 499) } else { (number * 701 % 90_000, 101) };
            let at = 1_700_000_000_000 + i64::try_from(number).unwrap() * 1_000;
            Ended { at, took, status, is_http10: is_cut }
        })
        .collect();
    let analysis = analyze(&all, 1 << 16);
    let ages = analysis.ages.unwrap();
    let [cluster] = &ages.clusters[..] else { unreachable!("{:?}", ages.clusters) };
    assert_eq!((cluster.count, cluster.what), (200, wslog::Ended::Failed));
    assert!((60_000..60_020).contains(&cluster.middle.0), "{cluster:?}");
    let wall = ages.bins.iter().find(|row| row.from.0 == 59_500).unwrap();
    assert_eq!(wall.outcomes.get(&Outcome::ClientClosed), Some(&200));
}

/// Lines that show neither when nor for how long are told of.
#[test]
fn ok_what_lines_do_not_tell_is_counted() {
    let log = "{\"status\":499,\"request\":\"GET /ws HTTP/1.0\",\"http_upgrade\":\"websocket\"}\n";
    let format = wslog::parse::LogFormat::from_config(
        "escape=json '{\"status\":$status,\"request\":\"$request\",\"http_upgrade\":\"$http_upgrade\"}'",
    )
    .unwrap();
    let options = Options { format: Some(format), ..Options::default() };
    let analysis =
        Analyzer::new(options).reader("a.log", Cursor::new(log.repeat(3))).run().unwrap();
    assert_eq!(analysis.sightings.total, 3);
    assert_eq!(analysis.timeline.unwrap().undated, 3);
    assert_eq!(analysis.ages.unwrap().unknown, 3);
}

/// Those that only their path tells, as well.
#[test]
fn ok_sightings_inferred_from_their_path_are_among_them() {
    let line = |minute: u32, status: u16| {
        format!(
            "10.0.0.1 - - [01/Jun/2026:12:{minute:02}:00 +0000] \"GET /ws HTTP/1.1\" {status} 0 \"-\" \"a\"\n"
        )
    };
    let log = [line(1, 499), line(3, 101), line(5, 504)].concat();
    let analysis =
        Analyzer::new(Options::default()).reader("a.log", Cursor::new(log)).run().unwrap();
    assert_eq!(analysis.sightings.by_rule.path, 2);
    let (_, rows) = timeline(&analysis);
    let outcomes: Vec<_> =
        rows.values().flat_map(|(outcomes, _)| outcomes.keys().copied()).collect();
    assert_eq!(outcomes, [Outcome::ClientClosed, Outcome::Established, Outcome::GatewayTimeout]);
}
