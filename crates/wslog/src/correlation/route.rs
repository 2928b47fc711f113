//! The vantage points in the order in which requests pass them, and what it makes of a loss.

use std::collections::{BTreeMap, HashSet};

use crate::correlation::Correlation;
use crate::correlation::lacking::{Elsewhere, Lacking};
use crate::correlation::order::Order;
use crate::directory::{Directory, Vantage};

/// Which vantage points are one, and the order of these as far as it is known.
pub(crate) struct Route {
    groups: Vec<u32>,
    order: Order,
    /// The place of each vantage point among all by their names: numbers depend on which line was
    /// read first.
    places: Vec<usize>,
}

/// Two neighbours on the way: the last vantage point at which a request had what it lacked at the
/// other, the first at which it did; by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hop {
    pub(crate) after: u32,
    pub(crate) before: u32,
}

/// What is known of where a request lost what it lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// Somewhere before it was seen here, if it ever had it.
    Suspected,
    /// It was seen with it nearer the client; between which two it was lost, if that is known.
    Proven(Option<Hop>),
}

impl Route {
    pub(crate) fn of(
        correlation: &Correlation,
        directory: &Directory,
        split_names: &HashSet<u32>,
        names: &[String],
    ) -> Route {
        let groups = groups(directory, split_names);
        let order =
            Order::of(correlation, directory, split_names, &|vantage| group(&groups, vantage));
        let mut by_name: Vec<usize> = (0..names.len()).collect();
        by_name.sort_by_key(|vantage| names.get(*vantage));
        let mut places = vec![0; names.len()];
        for (place, vantage) in by_name.into_iter().enumerate() {
            places[vantage] = place;
        }
        Route { groups, order, places }
    }

    /// The first of the vantage points that are one with this.
    pub(crate) fn group(&self, vantage: u32) -> u32 {
        group(&self.groups, vantage)
    }

    /// Whether requests are known to pass the one before the other.
    pub(crate) fn is_before(&self, one: u32, other: u32) -> bool {
        self.order.is_before(self.group(one), self.group(other))
    }

    /// Puts vantage points in their order; those that it says nothing of in that of their names.
    pub(crate) fn in_order(&self, mut vantages: Vec<u32>) -> Vec<u32> {
        vantages.sort_by_key(|vantage| self.place(*vantage));
        self.put_in_order(&mut vantages, |vantage| *vantage);
        vantages
    }

    fn place(&self, vantage: u32) -> usize {
        let place = usize::try_from(vantage).ok().and_then(|vantage| self.places.get(vantage));
        place.copied().unwrap_or(usize::MAX)
    }

    /// Puts what was seen at vantage points in their order; what that says nothing of stays as it is.
    pub(crate) fn put_in_order<T>(&self, seen: &mut Vec<T>, vantage: impl Fn(&T) -> u32) {
        let mut left: Vec<T> = std::mem::take(seen);
        while !left.is_empty() {
            let is_first =
                |one: &T| left.iter().all(|it| !self.is_before(vantage(it), vantage(one)));
            let first = left.iter().position(is_first).unwrap_or(0);
            seen.push(left.remove(first));
        }
    }

    /// What is known of a loss.
    pub(crate) fn judge(&self, lacking: &Lacking) -> Verdict {
        let vantage = self.group(lacking.vantage);
        let elsewhere: Vec<Elsewhere> = lacking
            .elsewhere()
            .iter()
            .map(|it| Elsewhere { vantage: self.group(it.vantage), ..*it })
            .collect();
        let is_nearer = |it: &&Elsewhere| self.order.is_before(it.vantage, vantage);
        let mut nearer: Vec<_> = elsewhere.iter().filter(is_nearer).copied().collect();
        if !nearer.iter().any(|it| it.had) {
            return Verdict::Suspected;
        }
        let mut before = vantage;
        loop {
            let Some(last) = self.last_of(&nearer) else { return Verdict::Proven(None) };
            let was = |had| nearer.iter().any(|it| it.vantage == last && it.had == had);
            match (was(true), was(false)) {
                (true, false) => {
                    let hop = Hop { after: last, before };
                    let is_told = |it: &Elsewhere| it.vantage == last && it.is_told;
                    let is_next = before == vantage && nearer.iter().any(is_told);
                    let seen = elsewhere.iter().map(|it| it.vantage);
                    let unclear = lacking.unclear().iter().map(|it| self.group(*it));
                    // What is not known to be in front of it is not where it came from.
                    let is_aside = |it| is_next && !self.order.is_before(it, before);
                    let has_none_between =
                        seen.chain(unclear).all(|it| self.is_outside(it, hop) || is_aside(it));
                    return Verdict::Proven(Some(hop).filter(|_| has_none_between));
                }
                (false, true) => before = last,
                // Retries that went different ways.
                _ => return Verdict::Proven(None),
            }
            nearer.retain(|it| self.order.is_before(it.vantage, last));
        }
    }

    /// Whether a vantage point is known not to lie between the two.
    fn is_outside(&self, vantage: u32, Hop { after, before }: Hop) -> bool {
        let is_before = |one, other| one == other || self.order.is_before(one, other);
        is_before(vantage, after) || is_before(before, vantage)
    }

    /// Of several losses of one request the one to tell of: the first along the way of those that are
    /// proven, else of all; the vantage point it was seen at, and what is known of it.
    pub(crate) fn first_loss(&self, lacking: &[Lacking]) -> Option<(u32, Verdict)> {
        let mut losses: Vec<_> =
            lacking.iter().map(|it| (self.group(it.vantage), self.judge(it))).collect();
        losses.sort_by_key(|(vantage, verdict)| (self.place(*vantage), self.places_of(*verdict)));
        self.put_in_order(&mut losses, |(vantage, _)| *vantage);
        let proven = losses.iter().find(|(_, verdict)| *verdict != Verdict::Suspected);
        proven.or(losses.first()).copied()
    }

    /// What losses at one vantage point are told apart by; those of which the hop is known come first.
    fn places_of(&self, verdict: Verdict) -> impl Ord + use<> {
        let hop = match verdict {
            Verdict::Proven(Some(hop)) => Some((self.place(hop.after), self.place(hop.before))),
            Verdict::Proven(None) | Verdict::Suspected => None,
        };
        (hop.is_none(), hop)
    }

    /// The one that all the others are before.
    fn last_of(&self, nearer: &[Elsewhere]) -> Option<u32> {
        let is_last = |one: u32| {
            nearer.iter().all(|it| it.vantage == one || self.order.is_before(it.vantage, one))
        };
        nearer.iter().map(|one| one.vantage).find(|one| is_last(*one))
    }
}

fn group(groups: &[u32], vantage: u32) -> u32 {
    let group = usize::try_from(vantage).ok().and_then(|vantage| groups.get(vantage));
    group.copied().unwrap_or(vantage)
}

/// For each vantage point the first of those that are one with it.
fn groups(directory: &Directory, split_names: &HashSet<u32>) -> Vec<u32> {
    let mut first: BTreeMap<u32, u32> = BTreeMap::new();
    let group = |(number, vantage): (u32, Vantage)| match vantage.name {
        Some(name) if !split_names.contains(&name) => *first.entry(name).or_insert(number),
        _ => number,
    };
    (0..).zip(directory.vantages.iter()).map(group).collect()
}
