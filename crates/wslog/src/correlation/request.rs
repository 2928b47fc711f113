//! The sightings of one key, told apart by requests: those of one were under way at one time.

use crate::correlation::lacking::{Elsewhere, Lacking, Needed};
use crate::correlation::seen::{Place, ROUNDING, Seen, place_untimed};
use crate::correlation::taken::Taken;
use crate::correlation::{MOST_OF_ONE_KEY, Tally};
use crate::directory::Directory;
use crate::sighting::Sighting;
use crate::websocket::mark::Mark;

/// One request with a key, as it was seen on its way. A proxy that tries again at another server sends
/// the same request: that is one of its sightings too.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// In the order of time.
    seen: Vec<Seen>,
    /// Vantage points that saw the key at another time, with none of those that saw it now.
    astray: Vec<u32>,
}

/// The requests that the sightings of one key show, in the order of time; `None` if there are more
/// sightings than one key has.
pub(crate) fn requests(
    sightings: &[Sighting],
    directory: &Directory,
    mark: Mark,
) -> Option<Vec<Request>> {
    if sightings.len() > MOST_OF_ONE_KEY {
        return None;
    }
    let seen = |(number, sighting)| Seen::of(number, sighting, directory, mark);
    let mut all: Vec<_> = sightings.iter().enumerate().map(seen).collect();
    count_each(&mut all);
    all.sort_unstable_by_key(Seen::time);
    place_untimed(&mut all);
    all.sort_unstable_by_key(Seen::time);
    let mut requests: Vec<Request> = Vec::new();
    let mut latest = None;
    for seen in all {
        let is_under_way = latest
            .zip(seen.span)
            .is_some_and(|(latest, (start, _)): (i64, _)| start <= latest + ROUNDING);
        let end = seen.span.map(|(_, end)| end);
        match requests.last_mut().filter(|_| is_under_way) {
            Some(request) => {
                latest = latest.max(end);
                request.seen.push(seen);
            }
            None => {
                latest = end;
                requests.push(Request { seen: vec![seen], astray: Vec::new() });
            }
        }
    }
    put_together(&mut requests);
    find_astray(&mut requests);
    Some(requests)
}

/// Tells sightings of places that saw the key once.
fn count_each(all: &mut [Seen]) {
    let places: Vec<Place> = all.iter().map(|seen| seen.place).collect();
    for seen in all {
        seen.is_once = places.iter().filter(|place| **place == seen.place).count() == 1;
    }
}

/// Makes one request of several of which one passed on what another answered, by clocks that differ.
fn put_together(requests: &mut Vec<Request>) {
    let is_one = |one: &Request, other: &Request| {
        one.seen
            .iter()
            .any(|it| other.seen.iter().any(|other| it.relays(other) || other.relays(it)))
    };
    let mut number = 0;
    while number < requests.len() {
        let other =
            (number + 1..requests.len()).find(|other| is_one(&requests[number], &requests[*other]));
        match other {
            Some(other) => {
                let other = requests.remove(other);
                requests[number].seen.extend(other.seen);
                requests[number].seen.sort_unstable_by_key(Seen::time);
            }
            None => number += 1,
        }
    }
}

/// The sightings of a key that has more than a key has: each as if it were the only one.
pub(crate) fn each_alone(
    sightings: &[Sighting],
    directory: &Directory,
    mark: Mark,
) -> Vec<Request> {
    let seen = |(number, sighting)| Seen::of(number, sighting, directory, mark);
    let alone = |seen| Request { seen: vec![seen], astray: Vec::new() };
    sightings.iter().enumerate().map(seen).map(alone).collect()
}

/// Finds for each request where its key was seen apart from it.
fn find_astray(requests: &mut [Request]) {
    if requests.len() < 2 {
        return;
    }
    let places: Vec<Vec<u32>> = requests.iter().map(Request::vantages).collect();
    for (request, here) in requests.iter_mut().zip(&places) {
        let apart = places.iter().filter(|there| there.iter().all(|it| !here.contains(it)));
        request.astray = apart.flatten().copied().collect();
    }
}

impl Request {
    /// Its sightings in the order of time.
    pub(crate) fn seen(&self) -> &[Seen] {
        &self.seen
    }

    /// Each sighting that lacks what is needed, with what became of it.
    pub(crate) fn lacking(&self, needed: Needed) -> impl Iterator<Item = (Lacking, Tally)> {
        let lack = self.seen.iter().filter(move |seen| seen.has(needed) == Some(false));
        lack.map(move |seen| {
            let is_twice = self.seen.iter().any(|other| other.may_be_instead_of(seen, needed));
            let others = self.seen.iter().filter(|other| other.vantage != seen.vantage);
            let (with, apart): (Vec<_>, Vec<_>) = others.partition(|it| it.may_have_sent(seen));
            let elsewhere = with.iter().filter(|_| !is_twice).filter_map(|it| {
                let had = it.has(needed)?;
                let is_told = it.says_it_sent(seen) && it.is_once && seen.is_once;
                let is_told = is_told && !seen.came_from_beside(it);
                Some(Elsewhere { vantage: it.vantage, had, is_told })
            });
            let silent = with.iter().filter(|it| it.has(needed).is_none());
            let unclear = silent.chain(&apart).map(|it| it.vantage);
            let unclear = unclear.chain(self.astray.iter().copied());
            (Lacking::new(needed, seen.vantage, elsewhere.collect(), unclear.collect()), seen.tally)
        })
    }

    /// Whether its key tells it from others.
    pub(crate) fn is_told_by_its_key(&self) -> bool {
        self.seen.iter().all(|seen| !seen.is_sample)
    }

    /// Its sightings where it had been seen before, and was over.
    pub(crate) fn retries(&self) -> u64 {
        (0..self.seen.len()).filter(|number| self.is_retry(*number)).count() as u64
    }

    /// Whether the sighting of this number, in the order of time, is one of these.
    pub(crate) fn is_retry(&self, number: usize) -> bool {
        let (before, from) = self.seen.split_at(number.min(self.seen.len()));
        from.first().is_some_and(|seen| before.iter().any(|it| seen.is_tried_after(it)))
    }

    /// Whether it was seen there once, and not tried again.
    pub(super) fn is_once_at(&self, vantage: u32) -> bool {
        self.seen.iter().filter(|seen| seen.vantage == vantage).count() == 1
    }

    /// Each once, by their numbers.
    fn vantages(&self) -> Vec<u32> {
        let mut vantages: Vec<u32> = self.seen.iter().map(|seen| seen.vantage).collect();
        vantages.sort_unstable();
        vantages.dedup();
        vantages
    }

    pub(super) fn taken(&self) -> Taken {
        let lacking = self.lacking(Needed::Protocol).map(|(lacking, _)| lacking);
        Taken::new(self.vantages(), lacking.collect())
    }
}
