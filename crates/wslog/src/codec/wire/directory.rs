//! Texts, vantage points and ways, in the order of their numbers.

use serde::{Deserialize, Serialize};

use crate::codec::CodecError;
use crate::codec::wire::Numbering;
use crate::codec::wire::number::{each, ensure, is_below};
use crate::directory::{self, Numbered, Seat};
use crate::names::Names;

/// The tables that sightings and cells point into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Directory {
    names: Vec<Vec<u8>>,
    vantages: Vec<Vantage>,
    ways: Vec<Way>,
}

/// The number of a name, if the line told one, the source set, and what saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Vantage {
    name: Option<u32>,
    set: u16,
    seat: Seat,
}

/// The numbers of a name, a vantage point and another name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Way {
    node: u32,
    vantage: u32,
    upstream: u32,
}

impl From<&directory::Directory> for Directory {
    fn from(directory: &directory::Directory) -> Directory {
        let vantage = |directory::Vantage { name, set, seat }| Vantage { name, set, seat };
        let way = |directory::Way { node, vantage, upstream }| Way { node, vantage, upstream };
        Directory {
            names: directory.names.iter().map(<[u8]>::to_vec).collect(),
            vantages: directory.vantages.iter().map(vantage).collect(),
            ways: directory.ways().iter().map(way).collect(),
        }
    }
}

impl Directory {
    /// The directory, in which source sets have other numbers.
    pub(super) fn into_directory(
        self,
        numbering: Option<&Numbering>,
    ) -> Result<directory::Directory, CodecError> {
        let unknown = CodecError::Impossible("a source set that is not in its table");
        let set_of = |set: u16| match numbering {
            None => Ok(set),
            Some(Numbering { sets, .. }) => {
                sets.get(usize::from(set)).copied().ok_or_else(|| unknown.clone())
            }
        };
        let twice = CodecError::Impossible("a name, vantage point or way that comes twice");
        let (names, vantages) = (self.names.len(), self.vantages.len());
        let vantage = |Vantage { name, set, seat }| {
            let address = match seat {
                Seat::Wire { server } => Some(server),
                Seat::Nginx { address } => address,
                Seat::Browser | Seat::Pasted => None,
            };
            let is_known = [name, address].into_iter().flatten().all(|text| is_below(text, names));
            ensure(is_known, "a vantage point without its name")?;
            Ok(directory::Vantage { name, set: set_of(set)?, seat })
        };
        let way = |Way { node, vantage, upstream }| {
            let is_known = is_below(node, names) && is_below(upstream, names);
            ensure(is_known && is_below(vantage, vantages), "a way from or to nowhere")?;
            Ok(directory::Way { node, vantage, upstream })
        };
        let vantages = Numbered::from_distinct(each(self.vantages, vantage)?);
        let ways = Numbered::from_distinct(each(self.ways, way)?);
        let names = Names::from_distinct(&self.names);
        match (names, vantages, ways) {
            (Some(names), Some(vantages), Some(ways)) => {
                Ok(directory::Directory::from_tables(names, vantages, ways))
            }
            _ => Err(twice),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory() -> Directory {
        let seat = |name: Option<u32>| name.map_or(Seat::Pasted, |server| Seat::Wire { server });
        let vantage = |name| Vantage { name, set: 3, seat: seat(name) };
        let way = |node, vantage, upstream| Way { node, vantage, upstream };
        Directory {
            names: vec![b"node".to_vec(), b"\xff".to_vec()],
            vantages: vec![vantage(None), vantage(Some(1))],
            ways: vec![way(0, 1, 1), way(0, 0, 1)],
        }
    }

    #[test]
    fn ok_every_number_stays_what_it_was() {
        let back = directory().into_directory(None).unwrap();
        assert_eq!(Directory::from(&back), directory());
    }

    #[test]
    fn err_numbers_of_nothing_and_twins() {
        let forgeries: [fn(&mut Directory); 10] = [
            |all| all.vantages[0].seat = Seat::Nginx { address: Some(2) },
            |all| all.vantages[1].seat = Seat::Wire { server: 2 },
            |all| all.vantages[1].name = Some(2),
            |all| all.ways[0].node = 2,
            |all| all.ways[0].vantage = 2,
            |all| all.ways[0].upstream = u32::MAX,
            |all| all.names[1] = all.names[0].clone(),
            |all| all.vantages[1] = all.vantages[0],
            |all| all.ways[1] = all.ways[0],
            |all| all.names.clear(),
        ];
        for (number, forge) in forgeries.iter().enumerate() {
            let mut forged = directory();
            forge(&mut forged);
            assert!(forged.into_directory(None).is_err(), "forgery {number}");
        }
    }
}
