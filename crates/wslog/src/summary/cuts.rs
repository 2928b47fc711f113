//! The moments at which tunnels were cut, with what these have in common; the single lives are looked at here
//! and nowhere else.

use std::collections::{BTreeMap, BTreeSet};

use rayon::slice::ParallelSliceMut;

use crate::ages::{Endings, Life};
use crate::client::Client;
use crate::diagnosis::CutRow;
use crate::diagnosis::moment::{Moment, Whose, moments};
use crate::events::events;
use crate::fingerprint::fingerprint_of_numbers;
use crate::histogram::Histogram;
use crate::summary::connected::Connected;
use crate::summary::names::Names;

/// Ages of one client that are less than so many ms apart are one: those of a probe, or of whoever tries again.
const ALIKE: u64 = 1000;

/// Those of every vantage point. Nobody else asks for the single lives: they are let go.
pub(super) fn cuts(ages: &mut BTreeMap<String, Endings>, names: &Names<'_>) -> Vec<CutRow> {
    let mut cuts = Vec::new();
    for (vantage, endings) in ages {
        let mut lives = std::mem::take(&mut endings.lives);
        lives.par_sort_unstable_by_key(Life::order);
        let mut failed = std::mem::take(&mut endings.failed_lives);
        failed.par_sort_unstable_by_key(Life::order);
        let whose = whose(&lives);
        add(&mut endings.tunnel_events, &lives, whose);
        add(&mut endings.failed_events, &failed, self::whose(&failed));
        let moments = moments(&lives, whose);
        cuts.extend(moments.iter().filter_map(|moment| row(vantage, moment, names)));
    }
    cuts
}

fn whose(lives: &[Life]) -> Whose {
    match Connected::of(lives.iter().map(|life| life.client)).shows_clients() {
        true => Whose::Known,
        false => Whose::Unknown,
    }
}

/// Adds the age of one of each event; of those of one client that are alike, one.
fn add(ages: &mut Histogram, lives: &[Life], whose: Whose) {
    let age = |life: &Life| u64::try_from(life.end - life.start).unwrap_or_default();
    if whose == Whose::Unknown {
        return events(lives).for_each(|life| ages.add(age(life)));
    }
    let mut each: Vec<(Client, u64, u64)> =
        events(lives).map(|life| (life.client, turn(life), age(life))).collect();
    each.par_sort_unstable();
    for of_client in each.chunk_by(|(one, ..), (next, ..)| one == next) {
        match of_client {
            [(_, _, age)] => ages.add(*age),
            _ => unlike(of_client).for_each(|age| ages.add(age)),
        }
    }
}

/// A number that deals out turns by chance, and alike on every day.
fn turn(life: &Life) -> u64 {
    let [start, end] = [life.start, life.end].map(i64::cast_unsigned);
    fingerprint_of_numbers(&[life.client.number(), start, end])
}

/// Those of one client of which none is alike to one before. By chance in turn: were it the youngest of those
/// that are alike, or one of each second, what is left would lie together where nothing did.
fn unlike(of_client: &[(Client, u64, u64)]) -> impl Iterator<Item = u64> {
    let mut kept: BTreeSet<u64> = BTreeSet::new();
    of_client.iter().filter_map(move |&(client, _, age)| {
        let near = age.saturating_sub(ALIKE - 1)..age + ALIKE;
        let is_unlike = !client.is_known() || kept.range(near).next().is_none();
        is_unlike.then(|| {
            kept.insert(age);
            age
        })
    })
}

fn row(vantage: &str, moment: &Moment<'_>, names: &Names<'_>) -> Option<CutRow> {
    let mut ways: Vec<u32> = moment.ended.iter().map(|life| life.way).collect();
    ways.sort_unstable();
    ways.dedup();
    let (nodes, upstreams): (Vec<String>, Vec<String>) =
        ways.into_iter().map(|way| names.hops(way)).unzip();
    Some(CutRow {
        vantage: vantage.to_owned(),
        first: moment.ended.first()?.ended_at(),
        last: moment.ended.last()?.ended_at(),
        ended: moment.ended.len() as u64,
        open: moment.open,
        p: moment.p,
        remote_addr: only(&nodes),
        upstream_addr: only(&upstreams).filter(|upstream| !["", "-"].contains(&&**upstream)),
    })
}

/// What all of these are.
fn only(texts: &[String]) -> Option<String> {
    let (first, rest) = texts.split_first()?;
    rest.iter().all(|text| text == first).then(|| first.clone())
}
