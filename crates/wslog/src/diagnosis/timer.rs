//! Timers that ended failed handshakes: clusters of their ages, and who fired.

use crate::ages::Endings;
use crate::diagnosis::Facts;
use crate::diagnosis::cluster::{Cluster, clusters};
use crate::diagnosis::phrase::{age, share};
use crate::diagnosis::pick::Pick;
use crate::histogram::Histogram;

/// A cluster of the ages at which handshakes failed at one vantage point.
pub(super) struct Timer<'a> {
    pub(super) vantage: &'a str,
    pub(super) cluster: Cluster,
    /// Those of it that were given up in front of nginx: 499.
    pub(super) client_closed: u64,
    /// Those that nginx, or something behind it, gave up: 504.
    pub(super) gateway_timeout: u64,
    /// Those of these that nginx itself gave up, and those that an upstream server answered so; the others do
    /// not show it.
    pub(super) own: u64,
    pub(super) relayed: u64,
    /// All that ended so at whatever age.
    all: u64,
    /// All sightings there.
    sightings: u64,
}

/// Fewer than one in so many of a cluster are strays.
const STRAYS: u64 = 20;

/// A timer that ends one in so many handshakes matters.
const MATTERS: u64 = 100;

/// All there are, by vantage point, then age.
pub(super) fn timers<'a>(facts: &Facts<'a>) -> Vec<Timer<'a>> {
    let of_vantage = |(vantage, endings): (&'a String, &'a Endings)| {
        let failed = endings.failed();
        let rows = &facts.sightings.by_vantage;
        let row = rows.binary_search_by(|row| row.vantage.as_str().cmp(vantage));
        let sightings = row.ok().and_then(|row| rows.get(row)).map_or(0, |row| row.totals.total);
        let found = clusters(&endings.failed_events, endings.step());
        found.into_iter().map(move |cluster| Timer {
            vantage,
            cluster: Cluster { count: within(&failed, cluster), ..cluster },
            client_closed: within(&endings.client_closed, cluster),
            gateway_timeout: within(&endings.gateway_timeout, cluster),
            own: within(&endings.own, cluster),
            relayed: within(&endings.relayed, cluster),
            all: failed.total(),
            sightings,
        })
    };
    facts.correlated.ages.iter().flat_map(of_vantage).collect()
}

/// The lines that show those of them that are meant.
pub(super) fn shown_by(facts: &Facts<'_>, is_meant: fn(&Timer<'_>) -> bool) -> Vec<Pick> {
    let pick = |timer: Timer<'_>| Pick {
        vantage: Some(timer.vantage.to_owned()),
        statuses: &[499, 504],
        ages: Some((timer.cluster.from, timer.cluster.to)),
        ..Pick::default()
    };
    timers(facts).into_iter().filter(is_meant).map(pick).collect()
}

pub(super) fn within(ages: &Histogram, cluster: Cluster) -> u64 {
    let is_in = |bin: &&crate::histogram::Bin| (cluster.from..=cluster.to).contains(&bin.from);
    ages.bins().iter().filter(is_in).map(|bin| bin.count).sum()
}

impl Timer<'_> {
    /// Whether what is in front of nginx fired, at least sometimes.
    pub(super) fn is_in_front(&self) -> bool {
        self.client_closed * STRAYS >= self.cluster.count
    }

    /// Whether both sides had the same timer, and each was first at times.
    pub(super) fn is_race(&self) -> bool {
        let is_some = |count: u64| count * STRAYS >= self.cluster.count;
        is_some(self.client_closed) && is_some(self.gateway_timeout)
    }

    /// Whether it ends so many that it is more than a nuisance.
    pub(super) fn matters(&self) -> bool {
        self.cluster.count * MATTERS >= self.sightings
    }

    /// How many ended when.
    pub(super) fn statement(&self) -> String {
        let Cluster { from, to, count, .. } = self.cluster;
        format!(
            "At {} {} of a second or more that ended in 499 or 504 were from {} to {} s old: {} ended in 499, \
             {} in 504.",
            self.vantage,
            share(count, self.all),
            age(from),
            age(to),
            self.client_closed,
            self.gateway_timeout
        )
    }
}
