//! Where on the way requests became HTTP/1.0.

use std::collections::{BTreeMap, HashSet};

use crate::correlation::order::Order;
use crate::correlation::{Correlation, Downgrade, Tally};
use crate::directory::{Directory, Vantage};

/// Two neighbours on the way: the last vantage point at which a request was HTTP/1.1 or higher, and
/// the first at which it was HTTP/1.0; by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hop {
    pub(crate) after: u32,
    pub(crate) before: u32,
}

/// Downgrades that were seen at HTTP/1.1 or higher nearer the client. By the hop at which they happen;
/// under none if it is not known which of several it is.
pub(crate) fn locate(
    correlation: &Correlation,
    directory: &Directory,
    split_names: &HashSet<u32>,
) -> BTreeMap<Option<Hop>, Tally> {
    let groups = groups(directory, split_names);
    let group = |vantage: u32| {
        let group = usize::try_from(vantage).ok().and_then(|vantage| groups.get(vantage));
        group.copied().unwrap_or(vantage)
    };
    let order = Order::of(correlation, directory, split_names, &group);
    let mut located: BTreeMap<Option<Hop>, Tally> = BTreeMap::new();
    for (Downgrade { vantage, elsewhere }, tally) in &correlation.downgrades {
        let elsewhere: Vec<_> =
            elsewhere.iter().map(|&(it, is_http10)| (group(it), is_http10)).collect();
        if let Some(hop) = proven(group(*vantage), &elsewhere, &order) {
            located.entry(hop).or_default().add(*tally);
        }
    }
    located
}

/// The hop of a downgrade that is proven, if that one is known.
fn proven(vantage: u32, elsewhere: &[(u32, bool)], order: &Order) -> Option<Option<Hop>> {
    let mut nearer: Vec<_> =
        elsewhere.iter().filter(|(other, _)| order.is_before(*other, vantage)).copied().collect();
    if nearer.iter().all(|(_, is_http10)| *is_http10) {
        return None;
    }
    let mut before = vantage;
    loop {
        let Some(last) = last_of(&nearer, order) else { return Some(None) };
        let was_http10 = |wanted| nearer.contains(&(last, wanted));
        match (was_http10(true), was_http10(false)) {
            (false, true) => return Some(Some(Hop { after: last, before })),
            (true, false) => before = last,
            // Retries that went different ways.
            _ => return Some(None),
        }
        nearer.retain(|(other, _)| order.is_before(*other, last));
    }
}

/// The one that all the others are before.
fn last_of(nearer: &[(u32, bool)], order: &Order) -> Option<u32> {
    let is_last = |one: u32| nearer.iter().all(|&(it, _)| it == one || order.is_before(it, one));
    nearer.iter().map(|(one, _)| *one).find(|one| is_last(*one))
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
