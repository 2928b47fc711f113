//! How old handshakes were when they ended, where a timer may have ended them.

use wslog_parse::{Millis, Status, Timestamp};

use crate::client::Client;
use crate::directory::{Directory, Seat};
use crate::histogram::Histogram;
use crate::sighting::{Sighting, UpstreamHeader};
use crate::store::Partition;

/// Younger ones were answered, in ms: no timer is that short.
const YOUNGEST: u64 = 1000;

/// Older ones are no request's, in ms: more than eight years.
const OLDEST: u64 = (1 << 38) - 2;

/// The ages of what nginx logged at one vantage point, from a second on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Endings {
    /// How finely ages are told.
    pub(crate) fineness: Fineness,
    /// After how long the upstream server's 101 came, whatever became of the tunnel.
    pub(crate) latencies: Histogram,
    /// The lives of tunnels: 101.
    pub(crate) tunnels: Histogram,
    /// When these began and ended, and when what failed did: until that is looked at.
    pub(crate) lives: Vec<Life>,
    pub(crate) failed_lives: Vec<Life>,
    /// The same as the tunnels, and as all that failed, of each event one.
    pub(crate) tunnel_events: Histogram,
    pub(crate) failed_events: Histogram,
    /// What was given up in front of nginx: 499.
    pub(crate) client_closed: Histogram,
    /// What an upstream server did not answer in time: 504.
    pub(crate) gateway_timeout: Histogram,
    /// Those of them that nginx itself gave up.
    pub(crate) own: Histogram,
    /// Those that an upstream server answered so.
    pub(crate) relayed: Histogram,
}

/// How finely ages are told: by the finest that was seen, of whichever length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fineness {
    #[default]
    Second,
    Tenth,
    Hundredth,
    Millisecond,
}

impl Fineness {
    /// All of them, the coarsest first.
    pub(crate) const ALL: [Fineness; 4] =
        [Fineness::Second, Fineness::Tenth, Fineness::Hundredth, Fineness::Millisecond];

    fn of(age: Millis) -> Fineness {
        match age.0 {
            millis if !millis.is_multiple_of(10) => Fineness::Millisecond,
            millis if !millis.is_multiple_of(100) => Fineness::Hundredth,
            millis if !millis.is_multiple_of(1000) => Fineness::Tenth,
            _ => Fineness::Second,
        }
    }
}

impl Endings {
    /// The steps in which ages are told, in ms.
    pub(crate) fn step(&self) -> u64 {
        match self.fineness {
            Fineness::Second => 1000,
            Fineness::Tenth => 100,
            Fineness::Hundredth => 10,
            Fineness::Millisecond => 1,
        }
    }

    pub(crate) fn add(&mut self, status: Status, header: UpstreamHeader, age: Millis) {
        self.fineness = self.fineness.max(Fineness::of(age));
        if let (101, UpstreamHeader::Came(after)) = (status.code(), header) {
            self.latencies.add(after.0);
        }
        if !(YOUNGEST..OLDEST).contains(&age.0) {
            return;
        }
        let histogram = match status.code() {
            101 => &mut self.tunnels,
            499 => &mut self.client_closed,
            504 => &mut self.gateway_timeout,
            _ => return,
        };
        histogram.add(age.0);
        match (status.code(), header) {
            (504, UpstreamHeader::Absent) => self.own.add(age.0),
            (504, UpstreamHeader::Came(_)) => self.relayed.add(age.0),
            _ => {}
        }
    }

    /// Takes one for an event of its own.
    pub(crate) fn add_event(&mut self, status: Status, age: Millis) {
        if (YOUNGEST..OLDEST).contains(&age.0) && matches!(status.code(), 499 | 504) {
            self.failed_events.add(age.0);
        }
    }

    pub(crate) fn absorb(&mut self, other: Endings) {
        self.fineness = self.fineness.max(other.fineness);
        self.latencies.absorb(other.latencies);
        self.tunnels.absorb(other.tunnels);
        self.lives.extend(other.lives);
        self.failed_lives.extend(other.failed_lives);
        self.tunnel_events.absorb(other.tunnel_events);
        self.failed_events.absorb(other.failed_events);
        self.client_closed.absorb(other.client_closed);
        self.gateway_timeout.absorb(other.gateway_timeout);
        self.own.absorb(other.own);
        self.relayed.absorb(other.relayed);
    }

    /// All that failed.
    pub(crate) fn failed(&self) -> Histogram {
        let mut failed = self.client_closed.clone();
        failed.absorb(self.gateway_timeout.clone());
        failed
    }
}

/// When a tunnel began and ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Life {
    /// In Unix ms.
    pub(crate) start: i64,
    pub(crate) end: i64,
    /// Of the clock that told its end.
    pub(crate) offset_minutes: i16,
    /// The number of its way.
    pub(crate) way: u32,
    pub(crate) client: Client,
}

impl Life {
    /// That of a sighting whose times are known.
    fn of(sighting: &Sighting) -> Option<Life> {
        let logged_at = sighting.logged_at()?;
        Some(Life {
            start: sighting.started_at()?.unix_millis(),
            end: logged_at.unix_millis(),
            offset_minutes: logged_at.offset_minutes(),
            way: sighting.way(),
            client: sighting.client(),
        })
    }

    /// By their ends; whatever else may show has an order as well.
    pub(crate) fn order(&self) -> (i64, i64, i16) {
        (self.end, self.start, self.offset_minutes)
    }

    pub(crate) fn ended_at(&self) -> Timestamp {
        Timestamp::new(self.end, self.offset_minutes)
    }
}

/// The same of every vantage point, by its number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ages(Vec<Endings>);

impl Ages {
    /// Those of parts of a store.
    pub(crate) fn of(parts: &[Partition], directory: &Directory) -> Ages {
        let mut ages = Ages::default();
        // Where it is known how finely a way's ages are told, the younger ones say no more.
        let mut fine = None;
        let all = parts.iter().flat_map(|part| part.those(|it| it.request_time().is_some()));
        for sighting in all {
            let Some(age) = sighting.request_time() else { continue };
            let is_old = age.0 >= YOUNGEST;
            let has_latency = matches!(sighting.upstream_header(), UpstreamHeader::Came(_));
            if !is_old && !has_latency && fine == Some(sighting.way()) {
                continue;
            }
            if Fineness::of(age) == Fineness::Millisecond {
                fine = Some(sighting.way());
            }
            let vantage = directory.way_of(sighting.way()).vantage;
            let (status, header) = (sighting.status(), sighting.upstream_header());
            let life = Life::of(&sighting).filter(|_| is_old);
            ages.add(vantage, directory, |endings| {
                endings.add(status, header, age);
                match (status.code(), life) {
                    (101, Some(life)) => endings.lives.push(life),
                    (499 | 504, Some(life)) => endings.failed_lives.push(life),
                    // Without a time nothing tells what was one event.
                    (101, None) if is_old => endings.tunnel_events.add(age.0),
                    (_, None) => endings.add_event(status, age),
                    _ => {}
                }
            });
        }
        ages
    }

    /// Adds some that one vantage point logged; captures tell no ages.
    pub(crate) fn add(
        &mut self,
        vantage: u32,
        directory: &Directory,
        add: impl FnOnce(&mut Endings),
    ) {
        let is_nginx = |seat| matches!(seat, Seat::Nginx { .. });
        if !directory.vantages.get(vantage).is_some_and(|it| is_nginx(it.seat)) {
            return;
        }
        let place = vantage as usize;
        if place >= self.0.len() {
            self.0.resize_with(place + 1, Endings::default);
        }
        add(&mut self.0[place]);
    }

    /// Both together.
    pub(crate) fn and(mut self, other: Ages) -> Ages {
        if self.0.len() < other.0.len() {
            self.0.resize_with(other.0.len(), Endings::default);
        }
        self.0.iter_mut().zip(other.0).for_each(|(mine, theirs)| mine.absorb(theirs));
        self
    }

    /// By the number of the vantage point.
    pub(crate) fn into_each(self) -> impl Iterator<Item = (u32, Endings)> {
        (0..).zip(self.0)
    }
}
