//! What clients went through: how often one failed before it got its tunnel, and how long that took.

use std::collections::{BTreeMap, HashSet};

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;
use wslog_parse::{Millis, Status};

use crate::analysis::{ClientsRow, Percentiles};
use crate::client::Client;
use crate::fingerprint::fingerprint;
use crate::histogram::Histogram;
use crate::sighting::Sighting;
use crate::store::Partition;
use crate::summary::names::Names;

/// Whoever has not tried again for so long, in ms, has given up.
const PATIENCE: i64 = 300_000;

/// One that a client made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Attempt {
    /// The vantage point, by the place of its name among all.
    vantage: usize,
    client: Client,
    start: i64,
    end: i64,
    is_established: bool,
    /// Its hash; 0 where none is logged.
    key: u64,
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
    key: u64,
}

/// Those of every vantage point at which a client is known to have failed, by name.
pub(super) fn clients(names: &Names<'_>) -> Vec<ClientsRow> {
    let failing = failing(names);
    if failing.is_empty() {
        return Vec::new();
    }
    let (places, by_name) = places(names);
    let attempt = |sighting: Sighting| {
        let vantage = names.partial.directory.way_of(sighting.way()).vantage;
        Some(Attempt {
            vantage: *places.get(vantage as usize)?,
            client: sighting.client(),
            start: sighting.started_at()?.unix_millis(),
            end: sighting.logged_at()?.unix_millis(),
            is_established: sighting.status() == Status::SWITCHING_PROTOCOLS,
            key: sighting.key().map_or(0, |key| fingerprint(&[&key.to_bytes()])),
        })
    };
    let of = |share: &[Partition]| -> Vec<Attempt> {
        let all = share.iter().flat_map(|part| part.those(|it| it.client().is_known()));
        all.filter(|it| failing.contains(&it.client())).filter_map(attempt).collect()
    };
    let mut attempts: Vec<Attempt> = names.partial.store.shares().flat_map_iter(of).collect();
    attempts.par_sort_unstable();
    let vantages: Vec<&[Attempt]> =
        attempts.chunk_by(|one, next| one.vantage == next.vantage).collect();
    let rows: Vec<Option<ClientsRow>> =
        vantages.into_par_iter().map(|all| row(all, &by_name)).collect();
    rows.into_iter().flatten().collect()
}

/// The clients that failed at all.
fn failing(names: &Names<'_>) -> HashSet<Client> {
    let is_failed = |it: &Sighting| it.client().is_known() && it.outcome().is_failed();
    let of = |share: &[Partition]| -> HashSet<Client> {
        share.iter().flat_map(|part| part.those(is_failed)).map(|it| it.client()).collect()
    };
    let both = |mut one: HashSet<Client>, other| {
        one.extend(other);
        one
    };
    names.partial.store.shares().map(of).reduce(HashSet::new, both)
}

/// The place of each vantage point's name among all, and the names.
fn places(names: &Names<'_>) -> (Vec<usize>, Vec<String>) {
    let vantages = u32::try_from(names.partial.directory.vantages.len()).unwrap_or(u32::MAX);
    let all: Vec<String> = (0..vantages).map(|vantage| names.vantage(vantage)).collect();
    let distinct: BTreeMap<&String, ()> = all.iter().map(|name| (name, ())).collect();
    let by_name: Vec<String> = distinct.into_keys().cloned().collect();
    let place = |name: &String| by_name.partition_point(|other| other < name);
    (all.iter().map(place).collect(), by_name)
}

/// Of the attempts at one vantage point, client by client in the order of time.
fn row(attempts: &[Attempt], by_name: &[String]) -> Option<ClientsRow> {
    let vantage = by_name.get(attempts.first()?.vantage)?.clone();
    let mut waits = Waits::default();
    attempts.chunk_by(|one, next| one.client == next.client).for_each(|all| waits.add(all));
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
            match (&mut wait, attempt.is_established) {
                (Some(wait), false) => wait.go_on(attempt),
                (None, false) => wait = Some(Wait::begin(attempt)),
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
        Wait { since: attempt.start, latest: attempt.end, tries: 1, key: attempt.key }
    }

    /// One more; with the key of the last it was not the client who tried again.
    fn go_on(&mut self, attempt: &Attempt) {
        let is_same = attempt.key != 0 && attempt.key == self.key;
        self.tries += u64::from(!is_same);
        self.key = attempt.key;
        self.latest = self.latest.max(attempt.end);
    }
}

impl Percentiles {
    /// `None` of none.
    pub(super) fn of(durations: &Histogram) -> Option<Percentiles> {
        let of = |percent| durations.percentile(percent).map(Millis);
        Some(Percentiles { p50: of(50)?, p90: of(90)?, p99: of(99)?, max: of(100)? })
    }
}
