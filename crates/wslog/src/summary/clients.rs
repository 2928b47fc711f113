//! What clients went through: how often one failed before it got its tunnel, and how long that took.

use std::collections::BTreeMap;

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;
use wslog_parse::{Millis, Status};

use crate::analysis::{ClientsRow, Percentiles};
use crate::fingerprint::{fingerprint, fingerprint_of_numbers};
use crate::histogram::Histogram;
use crate::sighting::Sighting;
use crate::store::Partition;
use crate::summary::names::Names;

/// Whoever has not tried again for so long, in ms, has given up.
const PATIENCE: i64 = 300_000;

/// How much a start may lie too early, in ms: where the end is told in whole seconds.
const ROUNDING: i64 = 1_000;

/// One that a client made. Where many clients fail there are as many as sightings: it is kept small.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Attempt {
    /// The vantage point, by the place of its name among all.
    vantage: u32,
    /// Its hash; 0 where none is logged.
    key: u32,
    /// The client, on the path.
    who: u64,
    start: i64,
    /// The end, and whether it was established.
    end: (i64, bool),
}

/// What is told of one vantage point.
#[derive(Default)]
struct Waits {
    clients: u64,
    established: u64,
    gave_up: u64,
    waited: Histogram,
    tries: Histogram,
}

/// From a client's first failure on.
struct Wait {
    since: i64,
    latest: i64,
    tries: u64,
    key: u32,
}

/// Those of every vantage point at which a client is known to have failed, by name.
pub(super) fn clients(names: &Names<'_>) -> Vec<ClientsRow> {
    let failing = Failing::of(names);
    if failing.is_empty() {
        return Vec::new();
    }
    let (places, by_name) = places(names);
    let mut attempts = failing.attempts(names, &places);
    attempts.par_sort_unstable_by_key(|it| (it.vantage, it.who, it.start, it.end, it.key));
    let vantages: Vec<&[Attempt]> =
        attempts.chunk_by(|one, next| one.vantage == next.vantage).collect();
    let rows: Vec<Option<ClientsRow>> =
        vantages.into_par_iter().map(|all| row(all, &by_name)).collect();
    rows.into_iter().flatten().collect()
}

/// Who asked for which path.
fn who(sighting: &Sighting) -> u64 {
    fingerprint_of_numbers(&[sighting.client().number(), sighting.path().number().into()])
}

impl Attempt {
    fn of(sighting: &Sighting, vantage: u32) -> Option<Attempt> {
        let is_established = sighting.status() == Status::SWITCHING_PROTOCOLS;
        let key = |bytes: [u8; 16]| u32::try_from(fingerprint(&[&bytes]) >> 32).unwrap_or(u32::MAX);
        Some(Attempt {
            vantage,
            key: sighting.key().map_or(0, |it| key(it.to_bytes())),
            who: who(sighting),
            start: sighting.started_at()?.unix_millis(),
            end: (sighting.logged_at()?.unix_millis(), is_established),
        })
    }
}

/// The clients that failed at all, and a few that did not: what these went through is no wait.
struct Failing(Vec<u64>);

/// How many bits tell whether a client is one of them.
const FAILING_BITS: u32 = 22;

impl Failing {
    fn of(names: &Names<'_>) -> Failing {
        let is_failed = |it: &Sighting| it.client().is_known() && it.outcome().is_failed();
        let of = |share: &[Partition]| {
            let mut failing = Failing(Vec::new());
            share
                .iter()
                .flat_map(|part| part.those(is_failed))
                .for_each(|it| failing.add(who(&it)));
            failing
        };
        names.partial.store.shares().map(of).reduce(|| Failing(Vec::new()), Failing::and)
    }

    /// Those of the failing ones, for which the memory is counted first: there may be many.
    fn attempts(&self, names: &Names<'_>, places: &[u32]) -> Vec<Attempt> {
        let store = &names.partial.store;
        let is_one = |sighting: &Sighting| self.has(who(sighting));
        let those = |part: &Partition| part.those(is_known).filter(is_one).count();
        let len = store.shares().map(|share| share.iter().map(those).sum::<usize>()).sum();
        let mut attempts = Vec::with_capacity(len);
        let all = store.each().flat_map(|part| part.those(is_known));
        attempts.extend(all.filter(is_one).filter_map(|sighting| {
            let vantage = names.partial.directory.way_of(sighting.way()).vantage;
            Attempt::of(&sighting, *places.get(vantage as usize)?)
        }));
        attempts
    }

    fn bit(who: u64) -> (usize, u64) {
        let bit = who >> (u64::BITS - FAILING_BITS);
        (usize::try_from(bit / 64).unwrap_or_default(), 1 << (bit % 64))
    }

    fn add(&mut self, who: u64) {
        self.0.resize((1 << FAILING_BITS) / 64, 0);
        let (place, bit) = Failing::bit(who);
        self.0[place] |= bit;
    }

    fn has(&self, who: u64) -> bool {
        let (place, bit) = Failing::bit(who);
        self.0.get(place).is_some_and(|bits| bits & bit != 0)
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn and(mut self, other: Failing) -> Failing {
        if self.0.len() < other.0.len() {
            return other.and(self);
        }
        self.0.iter_mut().zip(other.0).for_each(|(mine, theirs)| *mine |= theirs);
        self
    }
}

fn is_known(sighting: &Sighting) -> bool {
    sighting.client().is_known()
}

/// The place of each vantage point's name among all, and the names.
fn places(names: &Names<'_>) -> (Vec<u32>, Vec<String>) {
    let vantages = u32::try_from(names.partial.directory.vantages.len()).unwrap_or(u32::MAX);
    let all: Vec<String> = (0..vantages).map(|vantage| names.vantage(vantage)).collect();
    let distinct: BTreeMap<&String, ()> = all.iter().map(|name| (name, ())).collect();
    let by_name: Vec<String> = distinct.into_keys().cloned().collect();
    let place = |name: &String| {
        u32::try_from(by_name.partition_point(|other| other < name)).unwrap_or(u32::MAX)
    };
    (all.iter().map(place).collect(), by_name)
}

/// Of the attempts at one vantage point, client by client in the order of time.
fn row(attempts: &[Attempt], by_name: &[String]) -> Option<ClientsRow> {
    let vantage = by_name.get(attempts.first()?.vantage as usize)?.clone();
    let mut waits = Waits::default();
    attempts.chunk_by(|one, next| one.who == next.who).for_each(|all| waits.add(all));
    (waits.clients > 0).then(|| ClientsRow {
        vantage,
        clients: waits.clients,
        established: waits.established,
        gave_up: waits.gave_up,
        waited: Percentiles::of(&waits.waited),
        tries: waits.tries.percentile(50),
        most_tries: waits.tries.percentile(100),
    })
}

impl Waits {
    /// Adds what one client went through.
    fn add(&mut self, attempts: &[Attempt]) {
        let before = self.established + self.gave_up;
        let mut wait: Option<Wait> = None;
        for attempt in attempts {
            if wait.as_ref().is_some_and(|wait| attempt.start > wait.latest + PATIENCE) {
                self.gave_up += 1;
                wait = None;
            }
            match (&mut wait, attempt.end.1) {
                (Some(wait), false) => wait.go_on(attempt),
                (None, false) => wait = Some(Wait::begin(attempt)),
                // Asked beside the one that failed, or again by a proxy: nobody waited.
                (Some(begun), true) if begun.is_beside(attempt) => wait = None,
                (Some(begun), true) => {
                    self.established += 1;
                    self.waited.add(u64::try_from(attempt.start - begun.since).unwrap_or(0));
                    self.tries.add(begun.tries + 1);
                    wait = None;
                }
                (None, true) => {}
            }
        }
        self.gave_up += u64::from(wait.is_some());
        self.clients += u64::from(self.established + self.gave_up > before);
    }
}

impl Wait {
    fn begin(attempt: &Attempt) -> Wait {
        Wait { since: attempt.start, latest: attempt.end.0, tries: 1, key: attempt.key }
    }

    /// Whether this one is no answer to a failure: it was under way before, or the same.
    fn is_beside(&self, attempt: &Attempt) -> bool {
        let is_same = attempt.key != 0 && attempt.key == self.key;
        attempt.start + ROUNDING <= self.latest || self.tries == 1 && is_same
    }

    /// One more; with the key of the last it was not the client who tried again.
    fn go_on(&mut self, attempt: &Attempt) {
        let is_same = attempt.key != 0 && attempt.key == self.key;
        self.tries += u64::from(!is_same);
        self.key = attempt.key;
        self.latest = self.latest.max(attempt.end.0);
    }
}

impl Percentiles {
    /// `None` of none.
    pub(super) fn of(durations: &Histogram) -> Option<Percentiles> {
        let of = |percent| durations.percentile(percent).map(Millis);
        Some(Percentiles { p50: of(50)?, p90: of(90)?, p99: of(99)?, max: of(100)? })
    }
}
