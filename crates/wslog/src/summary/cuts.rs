//! The moments at which tunnels were cut, with what these have in common; the single lives are looked at here
//! and nowhere else.

use std::collections::{BTreeMap, HashSet};

use rayon::slice::ParallelSliceMut;

use crate::ages::{Endings, Life};
use crate::client::Client;
use crate::diagnosis::CutRow;
use crate::diagnosis::moment::{Moment, moments};
use crate::events::events;
use crate::histogram::Histogram;
use crate::summary::connected::Connected;
use crate::summary::names::Names;

/// Where it is known whose tunnels they were: fewer clients are people who leave.
const FEWEST_CLIENTS: usize = 5;

/// More than this one client does not have at once.
const MOST_TUNNELS: usize = 20;

/// Ages of one client in the same so many ms are one: those of a probe, or of whoever tries again.
const ALIKE: u64 = 1000;

/// Those of every vantage point. Nobody else asks for the single lives: they are let go.
pub(super) fn cuts(ages: &mut BTreeMap<String, Endings>, names: &Names<'_>) -> Vec<CutRow> {
    let mut cuts = Vec::new();
    for (vantage, endings) in ages {
        let mut lives = std::mem::take(&mut endings.lives);
        lives.par_sort_unstable_by_key(Life::order);
        let mut failed = std::mem::take(&mut endings.failed_lives);
        failed.par_sort_unstable_by_key(Life::order);
        add(&mut endings.tunnel_events, &lives);
        add(&mut endings.failed_events, &failed);
        cuts.extend(moments(&lives).iter().filter_map(|moment| row(vantage, moment, names)));
    }
    cuts
}

/// Adds the age of one of each event; of those of one client that are alike, one.
fn add(ages: &mut Histogram, lives: &[Life]) {
    let age = |life: &Life| u64::try_from(life.end - life.start).unwrap_or_default();
    if !Connected::of(lives.iter().map(|life| life.client)).shows_clients() {
        return events(lives).for_each(|life| ages.add(age(life)));
    }
    let alike = |(client, age): &(Client, u64)| (*client, age / ALIKE);
    let mut each: Vec<(Client, u64)> = events(lives).map(|life| (life.client, age(life))).collect();
    each.par_sort_unstable();
    each.dedup_by(|one, before| one.0.is_known() && alike(one) == alike(before));
    each.iter().for_each(|(_, age)| ages.add(*age));
}

/// Whether so few clients had these tunnels that they may have closed them by themselves.
fn is_of_few_clients(lives: &[Life]) -> bool {
    let clients: HashSet<Client> = lives.iter().map(|life| life.client).collect();
    let is_known = clients.iter().all(|client| client.is_known());
    // Nobody has so many tunnels: that is a node which names no client.
    let is_node = lives.len() > MOST_TUNNELS * clients.len();
    is_known && clients.len() < FEWEST_CLIENTS && !is_node
}

fn row(vantage: &str, moment: &Moment<'_>, names: &Names<'_>) -> Option<CutRow> {
    if is_of_few_clients(moment.ended) {
        return None;
    }
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
