//! Lines that show a finding, found once it is known what is to be shown.

use rayon::iter::ParallelIterator;

use crate::candidates::Candidates;
use crate::diagnosis::pick::Pick;
use crate::diagnosis::{Example, Facts, Finding, Rule};
use crate::few::Few;
use crate::sighting::{Position, Sighting};
use crate::store::Partition;
use crate::summary::names::Names;

/// Most lines of a finding.
const MOST: usize = 3;

/// Every pick is held against every sighting.
const MOST_PICKS: usize = 8;

/// Of each pick the first.
type Found = Vec<Few<Position, Sighting>>;

/// Gives each finding that cites nothing yet the first lines of what shows it.
pub(super) fn cite(findings: &mut [Finding], facts: &Facts<'_>, names: &Names<'_>) {
    let uncited = findings.iter_mut().filter(|finding| finding.examples.is_empty());
    let mut all: Vec<(&mut Finding, Vec<Pick>)> = uncited
        .filter_map(|finding| {
            let rule = Rule::all().iter().find(|rule| rule.id == finding.id)?;
            let mut picks = (rule.shown_by)(facts);
            picks.truncate(MOST_PICKS);
            Some((finding, picks))
        })
        .collect();
    let picks: Vec<&Pick> = all.iter().flat_map(|(_, picks)| picks).collect();
    if picks.is_empty() {
        return;
    }
    let mut found = Finder::new(&picks, names).find().into_iter();
    for (finding, picks) in &mut all {
        // One of each in turn, so that each shows if there is room.
        let mut rows: Vec<Vec<Sighting>> =
            found.by_ref().take(picks.len()).map(|few| few.iter().copied().collect()).collect();
        rows.iter_mut().for_each(|row| row.truncate(MOST));
        let in_turn = (0..MOST).flat_map(|turn| rows.iter().filter_map(move |row| row.get(turn)));
        let mut cited: Vec<Sighting> = Vec::new();
        for sighting in in_turn {
            if cited.len() < MOST && cited.iter().all(|it| it.position() != sighting.position()) {
                cited.push(*sighting);
            }
        }
        cited.sort_unstable_by_key(Sighting::position);
        finding.examples =
            cited.iter().map(|sighting| Example::Sighting(names.example(sighting))).collect();
    }
}

struct Finder<'a> {
    picks: &'a [&'a Pick],
    names: &'a Names<'a>,
    /// The picks of each vantage point, by its number.
    by_vantage: Vec<Vec<usize>>,
}

impl<'a> Finder<'a> {
    fn new(picks: &'a [&'a Pick], names: &'a Names<'a>) -> Finder<'a> {
        let of_vantage = |vantage: u32| {
            let name = names.vantage(vantage);
            let is_meant = |pick: &&Pick| pick.vantage.as_ref().is_none_or(|it| *it == name);
            (0..picks.len()).filter(|number| picks.get(*number).is_some_and(is_meant)).collect()
        };
        let vantages = u32::try_from(names.partial.directory.vantages.len()).unwrap_or(u32::MAX);
        Finder { picks, names, by_vantage: (0..vantages).map(of_vantage).collect() }
    }

    fn find(&self) -> Found {
        let none = || vec![Few::default(); self.picks.len()];
        let of = |share: &[Partition]| {
            let mut found = none();
            let all = share.iter().flat_map(Partition::renumbered);
            all.for_each(|sighting| self.add(&mut found, sighting));
            found
        };
        let store = &self.names.partial.store;
        let mut found = store.shares().map(of).reduce(none, |mut one, other| {
            one.iter_mut().zip(other).for_each(|(mine, theirs)| mine.absorb(theirs));
            one
        });
        let by_path = self.names.partial.paths.sightings().flat_map(Candidates::firsts);
        by_path.for_each(|sighting| self.add(&mut found, *sighting));
        found
    }

    fn add(&self, found: &mut Found, sighting: Sighting) {
        let way = self.names.partial.directory.way_of(sighting.way());
        for &number in self.by_vantage.get(way.vantage as usize).map_or(&[][..], Vec::as_slice) {
            let (Some(pick), Some(few)) = (self.picks.get(number), found.get_mut(number)) else {
                continue;
            };
            let position = sighting.position();
            let Pick { remote_addr, upstream_addr, .. } = pick;
            let is_way =
                || self.names.is_by_way_of(way, remote_addr.as_deref(), upstream_addr.as_deref());
            if few.takes(&position) && pick.holds(&sighting) && is_way() {
                few.offer(position, || sighting);
            }
        }
    }
}
