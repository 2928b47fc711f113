//! What each vantage point is called in a report.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use crate::directory::{Directory, Seat, Vantage};
use crate::input::feed::SourceInfo;
use crate::names::readable;
use crate::redaction::marks::{Kind, Marks, plain};

/// The name of each vantage point, by its number.
///
/// A name that several have is followed by what tells them apart: the source set, or the address
/// that the lines tell or a capture shows, or both. `split_names` are those, by their numbers. So is
/// that of a source set by which lines call an nginx.
pub(crate) fn vantage_names(
    directory: &Directory,
    sources: &[SourceInfo],
    split_names: &HashSet<u32>,
    marks: Marks,
) -> Vec<String> {
    let in_several_sets = several(directory, |vantage| (vantage.name, vantage.set));
    let at_several = several(directory, |vantage| ((vantage.name, vantage.set), vantage.seat));
    let raw = |id: u32| readable(directory.names.text(id));
    let text = |id: u32| marks.mark(Kind::Address, raw(id));
    let set_name = |set: u16| {
        let source = sources.iter().find(|source| source.set == set);
        source.map_or_else(String::new, |source| marks.mark(Kind::File, source.set_name.clone()))
    };
    let told: HashSet<String> =
        directory.vantages.iter().filter_map(|vantage| vantage.name.map(raw)).collect();
    let name = |Vantage { name, set, seat }| {
        let Some(id) = name else {
            let file = set_name(set);
            return if told.contains(plain(&file)) { format!("{file}@{file}") } else { file };
        };
        if !split_names.contains(&id) {
            return text(id);
        }
        let address = match seat {
            Seat::Wire { server } => Some(text(server)),
            Seat::Nginx { address } => address.map(text),
            Seat::Browser | Seat::Pasted => None,
        };
        match address.filter(|_| at_several.contains(&(name, set))) {
            None => format!("{}@{}", text(id), set_name(set)),
            Some(address) if !in_several_sets.contains(&name) => format!("{}@{address}", text(id)),
            Some(address) => format!("{}@{}@{address}", text(id), set_name(set)),
        }
    };
    directory.vantages.iter().map(name).collect()
}

/// Of what vantage points are told apart by, first by the one, then by the other: those of the first
/// that go with several of the second.
fn several<K: Copy + Eq + Hash, V: PartialEq>(
    directory: &Directory,
    parts: impl Fn(&Vantage) -> (K, V),
) -> HashSet<K> {
    let mut first: HashMap<K, V> = HashMap::new();
    let mut several = HashSet::new();
    for (key, value) in directory.vantages.iter().map(|vantage| parts(&vantage)) {
        match first.get(&key) {
            Some(known) if *known != value => drop(several.insert(key)),
            Some(_) => {}
            None => drop(first.insert(key, value)),
        }
    }
    several
}
