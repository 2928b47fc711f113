//! The order of the sources of all partials: that in which one process reads them.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::codec::CodecError;
use crate::error::{Error, Problem, ProblemKind};
use crate::input::feed::SourceInfo;
use crate::input::range::ByteRange;
use crate::partials::merger::PartialError;
use crate::partials::source::{Holding, Source, clock};

/// The sources of all partials, by their names.
#[derive(Debug, Default)]
pub(super) struct Order {
    sources: BTreeMap<String, Source>,
    /// What of each was read, as often as it was.
    readings: BTreeMap<String, Vec<Reading>>,
}

/// A range that was read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Reading {
    range: ByteRange,
    /// The first byte of its first line, and the one behind its last; nothing where no line begins in it.
    read: Option<(u64, u64)>,
    partial: String,
}

/// The number of a source, and that of its log.
pub(super) type Numbers = BTreeMap<String, (u16, u16)>;

impl Order {
    /// Adds the sources of a frame; `is_counted`, if it has what was counted of them.
    pub(super) fn add(
        &mut self,
        sources: Vec<Source>,
        is_counted: bool,
        partial: &str,
    ) -> Result<(), PartialError> {
        let refused =
            |error: CodecError| PartialError::Refused(partial.to_owned(), error.to_string());
        for source in sources {
            let range = source.range().map_err(refused)?;
            source.first_logged_at().map_err(refused)?;
            if is_counted {
                let reading = Reading { range, read: source.read, partial: partial.to_owned() };
                self.readings.entry(source.name.clone()).or_default().push(reading);
            }
            match self.sources.entry(source.name.clone()) {
                Entry::Vacant(place) => {
                    place.insert(source);
                }
                Entry::Occupied(mut place) => {
                    let (found, expected) = (source.to_string(), place.get().to_string());
                    let both = place.get().clone().and(source);
                    *place.get_mut() = both.ok_or_else(|| PartialError::OtherSource {
                        name: place.key().clone(),
                        partial: partial.to_owned(),
                        found,
                        expected,
                    })?;
                }
            }
        }
        Ok(())
    }

    /// The first bytes that are in several partials.
    pub(super) fn overlap(&self) -> Option<PartialError> {
        self.readings.iter().find_map(|(source, readings)| {
            let mut readings = readings.clone();
            readings.sort_unstable();
            let is_twice = |both: &&[Reading]| both[1].range.from() < both[0].range.to();
            let twice = readings.windows(2).find(is_twice)?;
            let to = twice[1].range.to().min(twice[0].range.to());
            Some(PartialError::Overlap {
                name: source.clone(),
                range: ByteRange::new(twice[1].range.from(), to)?,
                one: twice[0].partial.clone(),
                other: twice[1].partial.clone(),
            })
        })
    }

    /// The bytes that are in none of them, in front of others that are.
    pub(super) fn holes(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (source, readings) in &self.readings {
            let mut readings: Vec<_> = readings.iter().filter_map(|it| it.read).collect();
            readings.sort_unstable();
            let mut read = 0;
            for (start, end) in readings {
                if read < start {
                    let kind = ProblemKind::Unread { from: read, to: start };
                    problems.push(Problem { source: source.clone(), kind });
                }
                read = read.max(end);
            }
        }
        problems
    }

    /// The sources in the order of their names with their numbers in that, which will do where nothing
    /// hangs on it.
    pub(super) fn by_name(&self) -> (Numbers, Vec<Source>) {
        let mut sets: Vec<_> = self.sources.values().map(Source::set).collect();
        sets.sort_unstable();
        sets.dedup();
        let set = |source: &Source| sets.binary_search(&source.set()).unwrap_or(0);
        let numbers = self.sources.iter().zip(0..).map(|((name, source), number)| {
            (name.clone(), (number, u16::try_from(set(source)).unwrap_or(0)))
        });
        (numbers.collect(), self.sources.values().cloned().collect())
    }

    /// The numbers of the sources, and these in their order. Where a `period_has_instants`, the clock of error
    /// logs counts.
    pub(super) fn into_sources(
        self,
        period_has_instants: bool,
    ) -> Result<(Numbers, Vec<SourceInfo>), PartialError> {
        if self.sources.len() > usize::from(u16::MAX) {
            return Err(Error::TooManyInputs(self.sources.len()).into());
        }
        let mut logs: BTreeMap<String, Vec<Source>> = BTreeMap::new();
        for source in self.sources.into_values() {
            logs.entry(source.set()).or_default().push(source);
        }
        let mut ordered = Vec::new();
        for (set, sources) in (0..).zip(logs.into_values()) {
            ordered.extend(oldest_first(sources)?.into_iter().map(|source| (source, set)));
        }
        let has_error_log = ordered.iter().any(|(source, _)| source.is_error_log());
        if period_has_instants && has_error_log {
            check_clocks(ordered.iter().map(|(source, _)| source))?;
        }
        let numbers = (0..).zip(&ordered);
        let numbers =
            numbers.map(|(number, (source, set))| (source.name.clone(), (number, *set))).collect();
        Ok((numbers, ordered.into_iter().map(|(source, set)| source.into_info(set)).collect()))
    }
}

/// That error logs were read with the clock that [`offset_of_first`](crate::input::order::offset_of_first)
/// finds where all are read at once.
fn check_clocks<'s>(sources: impl Iterator<Item = &'s Source> + Clone) -> Result<(), PartialError> {
    let mut expected = 0;
    for source in sources.clone().filter(|source| source.has_requests) {
        match source.first_logged_at() {
            Ok(Some(Some(first))) => {
                expected = first.offset_minutes();
                break;
            }
            Ok(Some(None)) | Err(_) => {}
            Ok(None) => return Err(PartialError::UnknownClock(source.name.clone())),
        }
    }
    for source in sources {
        match source.holding {
            Holding::ErrorLog { offset_minutes } if offset_minutes != expected => {
                return Err(PartialError::OtherClock {
                    error_log: source.name.clone(),
                    found: clock(offset_minutes),
                    expected: clock(expected),
                });
            }
            _ => {}
        }
    }
    Ok(())
}

/// The files of one log by their first lines, as [`oldest_first`](crate::input::order::oldest_first) has
/// them.
fn oldest_first(mut sources: Vec<Source>) -> Result<Vec<Source>, PartialError> {
    if sources.len() == 1 {
        return Ok(sources);
    }
    let unordered = sources.iter().find(|source| matches!(source.first_logged_at(), Ok(None)));
    if let Some(source) = unordered {
        return Err(PartialError::Unordered(source.name.clone()));
    }
    sources.sort_by_cached_key(|source| {
        let first = source.first_logged_at().ok().flatten().flatten();
        (first.is_none(), first, source.name.clone())
    });
    Ok(sources)
}
