//! What sightings mention by number: texts, vantage points, and the ways that requests come.

use std::hash::Hash;

use serde::{Deserialize, Serialize};
use wslog_parse::UpstreamList;

use crate::map::Map;
use crate::names::Names;
use crate::recent_ways::{RecentWays, WayTexts};

/// Values in the order they were first seen. Numbers mean nothing outside one table.
#[derive(Clone, Debug)]
pub(crate) struct Numbered<T> {
    ids: Map<T, u32>,
    list: Vec<T>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Numbered<T> {
        Numbered { ids: Map::default(), list: Vec::new() }
    }
}

impl<T: Copy + Eq + Hash> Numbered<T> {
    /// The number of a value; it is kept if it is new.
    pub(crate) fn id(&mut self, value: T) -> u32 {
        if let Some(&id) = self.ids.get(&value) {
            return id;
        }
        let id = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        self.ids.insert(value, id);
        self.list.push(value);
        id
    }

    /// A table of these values in their order; `None` if one of them comes twice.
    pub(crate) fn from_distinct(values: Vec<T>) -> Option<Numbered<T>> {
        let mut table = Numbered::default();
        for (before, value) in values.into_iter().enumerate() {
            table.id(value);
            if table.len() == before {
                return None;
            }
        }
        Some(table)
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn has(&self, value: T) -> bool {
        self.ids.contains_key(&value)
    }

    #[inline]
    pub(crate) fn get(&self, id: u32) -> Option<T> {
        usize::try_from(id).ok().and_then(|id| self.list.get(id)).copied()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = T> {
        self.list.iter().copied()
    }
}

/// Where sightings are made: a name, the source set the line came from, and what saw it.
///
/// A name seen in several sets, or a capture of several servers, is one vantage point unless it proves
/// to be several: a capture on a proxy's host shows each handshake on both sides of the proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Vantage {
    /// The name the line gives, by number; none where the source set's own name has to do.
    pub(crate) name: Option<u32>,
    pub(crate) set: u16,
    pub(crate) seat: Seat,
}

/// What a vantage point is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) enum Seat {
    /// An nginx, which logs what reached it; by its number among the names the address that its lines
    /// tell, where they are called by another name.
    Nginx { address: Option<u32> },
    /// Packets on their way to a server, by the number of its address among the names.
    Wire { server: u32 },
    /// A browser, which knows what it sent.
    Browser,
    /// What people paste, as a rule from a browser.
    Pasted,
}

/// A vantage point as a line tells it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct VantageTexts<'t> {
    /// What it is called.
    pub(crate) name: Option<&'t [u8]>,
    /// Its address, where that is not its name.
    pub(crate) address: Option<&'t [u8]>,
    pub(crate) set: u16,
}

/// Where a capture was made.
#[cfg(feature = "capture")]
#[derive(Clone, Copy, Debug)]
pub(crate) enum CaptureSeat {
    Wire,
    Browser,
    Pasted,
}

/// The upstream server of a request that was sent on to none, as a log shows it.
pub(crate) const NOWHERE: &[u8] = b"-";

/// Whence a request came, who logged it, and where it went on to. There are few of them, so that a
/// sighting keeps one number for all three.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Way {
    /// The node's address, by its number among the names.
    pub(crate) node: u32,
    pub(crate) vantage: u32,
    /// The addresses of the upstream servers, as they are logged, by their number among the names:
    /// [`NOWHERE`] where it was sent on to none, empty where that is not shown.
    pub(crate) upstream: u32,
}

/// The upstream servers of a way's text, one after the other.
pub(crate) fn servers(upstream: &[u8]) -> impl Iterator<Item = &[u8]> {
    let all = (!upstream.is_empty()).then(|| UpstreamList::new(upstream));
    all.into_iter().flatten().filter(|server| *server != NOWHERE)
}

/// The texts, vantage points and ways that sightings and cells mention by number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Directory {
    pub(crate) names: Names,
    pub(crate) vantages: Numbered<Vantage>,
    ways: Numbered<Way>,
    /// The ways that were asked for last.
    recent: RecentWays,
}

impl Directory {
    /// A directory of these tables, whose numbers are those of each other.
    pub(crate) fn from_tables(
        names: Names,
        vantages: Numbered<Vantage>,
        ways: Numbered<Way>,
    ) -> Directory {
        Directory { names, vantages, ways, recent: RecentWays::default() }
    }

    pub(crate) fn ways(&self) -> &Numbered<Way> {
        &self.ways
    }

    /// The number of the way from a node to an upstream server by a vantage point of a source set.
    #[inline]
    pub(crate) fn way(
        &mut self,
        node: &[u8],
        VantageTexts { name, address, set }: VantageTexts<'_>,
        upstream: &[u8],
    ) -> u32 {
        let texts = WayTexts { node, upstream, name, address: address.unwrap_or_default(), set };
        let Directory { names, vantages, ways, recent } = self;
        recent.number(&texts, || find_way(&texts, names, vantages, ways))
    }

    /// The number of the way from a client to a server that a capture shows.
    #[cfg(feature = "capture")]
    pub(crate) fn captured_way(
        &mut self,
        client: &[u8],
        (name, set, seat): (&[u8], u16, CaptureSeat),
        server: &[u8],
    ) -> u32 {
        let [client, name, server] = [client, name, server].map(|text| self.names.id(text));
        let seat = match seat {
            CaptureSeat::Wire => Seat::Wire { server },
            CaptureSeat::Browser => Seat::Browser,
            CaptureSeat::Pasted => Seat::Pasted,
        };
        let vantage = Vantage { name: Some(name), set, seat };
        let vantage = self.vantages.id(vantage);
        self.ways.id(Way { node: client, vantage, upstream: server })
    }

    /// The way of this number.
    pub(crate) fn way_of(&self, id: u32) -> Way {
        self.ways.get(id).unwrap_or_default()
    }

    /// The same ways, numbered by what they are called: whoever comes by them in whichever order has the same
    /// numbers.
    pub(crate) fn in_order(&self) -> Directory {
        let text = |number| self.names.text(number);
        let told = |way: Way| {
            let Vantage { name, set, seat } = self.vantages.get(way.vantage)?;
            let (kind, seat) = match seat {
                Seat::Nginx { address } => (0_u8, address.map(text)),
                Seat::Wire { server } => (1, Some(text(server))),
                Seat::Browser => (2, None),
                Seat::Pasted => (3, None),
            };
            Some((text(way.node), name.map(text), set, kind, seat, text(way.upstream)))
        };
        let mut ways: Vec<_> = (0..).zip(self.ways.iter()).collect();
        ways.sort_by_cached_key(|(_, way)| told(*way));
        let mut ordered = Directory::default();
        for (number, _) in ways {
            ordered.adopt(self, number, |set| set);
        }
        ordered
    }

    /// Takes over one way of another directory, whose source set has another number here; its number here.
    pub(crate) fn adopt(
        &mut self,
        other: &Directory,
        way: u32,
        numbered: impl Fn(u16) -> u16,
    ) -> u32 {
        let Way { node, vantage, upstream } = other.way_of(way);
        let mut text = |number| self.names.id(other.names.text(number));
        let (node, upstream) = (text(node), text(upstream));
        let vantage = other.vantages.get(vantage).map_or(0, |Vantage { name, set, seat }| {
            let name = name.map(&mut text);
            let seat = match seat {
                Seat::Nginx { address } => Seat::Nginx { address: address.map(&mut text) },
                Seat::Wire { server } => Seat::Wire { server: text(server) },
                Seat::Browser | Seat::Pasted => seat,
            };
            self.vantages.id(Vantage { name, set: numbered(set), seat })
        });
        self.ways.id(Way { node, vantage, upstream })
    }

    /// Takes over another directory; the result maps the numbers of its ways to this one's.
    pub(crate) fn absorb(&mut self, other: &Directory) -> Renumbering {
        let names = self.names.absorb(&other.names);
        let number = |table: &[u32], id: u32| {
            usize::try_from(id).ok().and_then(|id| table.get(id)).copied().unwrap_or(id)
        };
        let vantage = |vantage: Vantage| {
            let name = vantage.name.map(|name| number(&names, name));
            let seat = match vantage.seat {
                Seat::Wire { server } => Seat::Wire { server: number(&names, server) },
                Seat::Nginx { address } => {
                    Seat::Nginx { address: address.map(|address| number(&names, address)) }
                }
                Seat::Browser | Seat::Pasted => vantage.seat,
            };
            self.vantages.id(Vantage { name, seat, ..vantage })
        };
        let vantages: Vec<u32> = other.vantages.iter().map(vantage).collect();
        let way = |way: Way| {
            self.ways.id(Way {
                node: number(&names, way.node),
                vantage: number(&vantages, way.vantage),
                upstream: number(&names, way.upstream),
            })
        };
        Renumbering { ways: other.ways.iter().map(way).collect() }
    }
}

#[cold]
fn find_way(
    texts: &WayTexts<'_>,
    names: &mut Names,
    vantages: &mut Numbered<Vantage>,
    ways: &mut Numbered<Way>,
) -> u32 {
    let WayTexts { node, upstream, name, address, set } = *texts;
    let name = name.map(|name| names.id(name));
    let address = (!address.is_empty()).then(|| names.id(address));
    let vantage = vantages.id(Vantage { name, set, seat: Seat::Nginx { address } });
    let (node, upstream) = (names.id(node), names.id(upstream));
    ways.id(Way { node, vantage, upstream })
}

/// How the numbers of one directory's ways read in another; the default leaves them as they are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Renumbering {
    ways: Vec<u32>,
}

impl Renumbering {
    /// The number here of the way that has this one there.
    pub(crate) fn way(&self, way: u32) -> u32 {
        usize::try_from(way).ok().and_then(|way| self.ways.get(way)).copied().unwrap_or(way)
    }

    /// This renumbering, and then another.
    #[must_use]
    pub(crate) fn then(&self, other: &Renumbering) -> Renumbering {
        match self.ways.is_empty() {
            true => other.clone(),
            false => Renumbering { ways: self.ways.iter().map(|&way| other.way(way)).collect() },
        }
    }
}
