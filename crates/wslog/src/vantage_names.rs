//! What each vantage point is called in a report.

use std::collections::{HashMap, HashSet};

use crate::directory::{Directory, Seat, Vantage};
use crate::input::feed::SourceInfo;
use crate::names::readable;

/// The name of each vantage point, by its number.
///
/// A name that several have is followed by what tells them apart: the source set, or the server that
/// a capture shows, or both. `split_names` are those, by their numbers.
pub(crate) fn vantage_names(
    directory: &Directory,
    sources: &[SourceInfo],
    split_names: &HashSet<u32>,
) -> Vec<String> {
    let several_sets = names_in_several_sets(directory);
    let text = |id: u32| readable(directory.names.text(id));
    let set_name = |set: u16| {
        sources.iter().find(|source| source.set == set).map_or("", |source| &source.set_name)
    };
    let name = |Vantage { name, set, seat }| {
        let Some(name) = name else { return set_name(set).to_owned() };
        if !split_names.contains(&name) {
            return text(name);
        }
        let server = match seat {
            Seat::Wire { server } => Some(text(server)),
            Seat::Nginx | Seat::Browser | Seat::Pasted => None,
        };
        match server {
            None => format!("{}@{}", text(name), set_name(set)),
            Some(server) if !several_sets.contains(&name) => format!("{}@{server}", text(name)),
            Some(server) => format!("{}@{}@{server}", text(name), set_name(set)),
        }
    };
    directory.vantages.iter().map(name).collect()
}

fn names_in_several_sets(directory: &Directory) -> HashSet<u32> {
    let mut first_set = HashMap::new();
    let is_in_another = |vantage: &Vantage| {
        vantage
            .name
            .is_some_and(|name| *first_set.entry(name).or_insert(vantage.set) != vantage.set)
    };
    directory.vantages.iter().filter(is_in_another).filter_map(|vantage| vantage.name).collect()
}
