//! Lines that show a finding, found once it is known what is to be shown.

use rayon::iter::ParallelIterator;
use wslog_parse::Timestamp;

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

/// What shows a pick.
#[derive(Clone, Default)]
struct Found {
    first: Few<Position, Sighting>,
    /// When the first of all began, and the last.
    span: Option<(Timestamp, Timestamp)>,
    /// Whether some are kept of which the others are not known.
    is_partial: bool,
}

/// Gives each finding that cites nothing yet the first lines of what shows it, and says since when.
pub(super) fn cite(findings: &mut [Finding], facts: &Facts<'_>, names: &Names<'_>) {
    let uncited = findings.iter_mut().filter(|finding| finding.examples.is_empty());
    let all: Vec<(&mut Finding, Vec<Pick>)> = uncited
        .filter_map(|finding| {
            let rule = Rule::all().iter().find(|rule| rule.id == finding.id)?;
            let picks = (rule.shown_by)(facts);
            Some((finding, picks))
        })
        .collect();
    let picks: Vec<&Pick> =
        all.iter().flat_map(|(_, picks)| picks.iter().take(MOST_PICKS)).collect();
    if picks.is_empty() {
        return;
    }
    let mut found = Finder::new(&picks, names).find().into_iter();
    for (finding, picks) in all {
        let of_it: Vec<Found> = found.by_ref().take(picks.len().min(MOST_PICKS)).collect();
        finding.span = span(&of_it).filter(|_| picks.len() <= MOST_PICKS);
        let cited = cited(&of_it);
        finding.examples =
            cited.iter().map(|sighting| Example::Sighting(names.example(sighting))).collect();
    }
}

/// A few of them: one of each in turn, so that each shows if there is room.
fn cited(found: &[Found]) -> Vec<Sighting> {
    let rows: Vec<Vec<Sighting>> =
        found.iter().map(|it| it.first.iter().take(MOST).copied().collect()).collect();
    let in_turn = (0..MOST).flat_map(|turn| rows.iter().filter_map(move |row| row.get(turn)));
    let mut cited: Vec<Sighting> = Vec::new();
    for sighting in in_turn {
        if cited.len() < MOST && cited.iter().all(|it| it.position() != sighting.position()) {
            cited.push(*sighting);
        }
    }
    cited.sort_unstable_by_key(Sighting::position);
    cited
}

/// From the first to the last; none where they are not known of all.
fn span(found: &[Found]) -> Option<(Timestamp, Timestamp)> {
    let is_whole = found.iter().all(|it| !it.is_partial);
    found.iter().filter_map(|it| it.span).reduce(both).filter(|_| is_whole)
}

/// From the first of both to the last of both; of what is as early, that which reads first.
fn both(one: (Timestamp, Timestamp), other: (Timestamp, Timestamp)) -> (Timestamp, Timestamp) {
    let order = |it: &Timestamp| (it.unix_millis(), it.offset_minutes());
    let first = if order(&other.0) < order(&one.0) { other.0 } else { one.0 };
    let last = if order(&other.1) > order(&one.1) { other.1 } else { one.1 };
    (first, last)
}

impl Found {
    fn absorb(&mut self, other: Found) {
        self.first.absorb(other.first);
        self.span = self.span.into_iter().chain(other.span).reduce(both);
        self.is_partial |= other.is_partial;
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

    fn find(&self) -> Vec<Found> {
        let none = || vec![Found::default(); self.picks.len()];
        let of = |share: &[Partition]| {
            let mut found = none();
            let all = share.iter().flat_map(Partition::renumbered);
            all.for_each(|sighting| self.add(&mut found, sighting, false));
            found
        };
        let store = &self.names.partial.store;
        let mut found = store.shares().map(of).reduce(none, |mut one, other| {
            one.iter_mut().zip(other).for_each(|(mine, theirs)| mine.absorb(theirs));
            one
        });
        let by_path = self.names.partial.paths.sightings().flat_map(Candidates::firsts);
        by_path.for_each(|sighting| self.add(&mut found, *sighting, true));
        found
    }

    fn add(&self, found: &mut [Found], sighting: Sighting, is_partial: bool) {
        let way = self.names.partial.directory.way_of(sighting.way());
        for &number in self.by_vantage.get(way.vantage as usize).map_or(&[][..], Vec::as_slice) {
            let (Some(pick), Some(it)) = (self.picks.get(number), found.get_mut(number)) else {
                continue;
            };
            let position = sighting.position();
            let Pick { remote_addr, upstream_addr, .. } = pick;
            let is_way =
                || self.names.is_by_way_of(way, remote_addr.as_deref(), upstream_addr.as_deref());
            if !pick.holds(&sighting) || !is_way() {
                continue;
            }
            if let Some(at) = pick.when(&sighting) {
                it.span = it.span.into_iter().chain([(at, at)]).reduce(both);
            }
            it.is_partial |= is_partial;
            if it.first.takes(&position) {
                it.first.offer(position, || sighting);
            }
        }
    }
}
