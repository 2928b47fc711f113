//! What error logs say.

mod event;
mod rivals;

use serde::{Deserialize, Serialize};
use wslog_parse::error_log::LocalSecond;

use crate::codec::CodecError;
use crate::codec::wire::Tables;
use crate::codec::wire::error_log::event::{Event, What, second};
use crate::codec::wire::error_log::rivals::Rivals;
use crate::codec::wire::number::{each, ensure, total};
use crate::error_log::{self, Doubts, Kept, Lost, MOST_EVENTS};

/// What was read of error logs, and of access logs for their sake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ErrorLog {
    /// Lines by what they say, in an order of their own.
    counts: Vec<(What, u64)>,
    /// In an order of their own.
    events: Vec<Event>,
    /// How many events are not kept, and the seconds of the last before and the first after those that are.
    lost: u64,
    lost_before: Option<i64>,
    lost_after: Option<i64>,
    rivals: Rivals,
    /// Stretches of messages that are in doubt by source and number, in that order.
    doubts: Vec<(u16, u64)>,
    is_all_in_doubt: bool,
}

impl From<&error_log::ErrorLog> for ErrorLog {
    fn from(log: &error_log::ErrorLog) -> ErrorLog {
        let error_log::ErrorLog { counts, kept, rivals, doubts } = log;
        let Kept { events, lost: Lost { count, before, after } } = kept.settled();
        let Doubts { stretches, is_everywhere } = doubts;
        ErrorLog {
            counts: counts.iter().map(|(what, count)| ((*what).into(), *count)).collect(),
            events: events.iter().map(Event::from).collect(),
            lost: count,
            lost_before: before.map(|LocalSecond(second)| second),
            lost_after: after.map(|LocalSecond(second)| second),
            rivals: rivals.into(),
            doubts: stretches.iter().copied().collect(),
            is_all_in_doubt: *is_everywhere,
        }
    }
}

impl ErrorLog {
    /// What was read, of a partial with these tables.
    pub(super) fn into_log(self, tables: Tables<'_>) -> Result<error_log::ErrorLog, CodecError> {
        let ErrorLog {
            counts,
            events,
            lost,
            lost_before,
            lost_after,
            rivals,
            doubts,
            is_all_in_doubt,
        } = self;
        total(counts.iter().map(|(_, count)| *count))?;
        let counts = each(counts, |(what, count)| {
            ensure(count > 0, "an event that nothing is counted of")?;
            Ok((what.into_what()?, count))
        })?;
        ensure(counts.is_sorted_by(|(a, _), (b, _)| a < b), "events that are out of order")?;
        let mut events = each(events, |event| event.into_event(tables.without_numbering()))?;
        let is_settled = events.len() <= MOST_EVENTS && events.is_sorted();
        ensure(is_settled, "events that are too many or out of order")?;
        for event in &mut events {
            event.position.source = tables.check_source(event.position.source)?;
        }
        events.sort_unstable();
        let lost = Lost {
            count: total([lost])?,
            before: lost_before.map(second).transpose()?,
            after: lost_after.map(second).transpose()?,
        };
        Ok(error_log::ErrorLog {
            counts: counts.into_iter().collect(),
            kept: Kept { events, lost },
            rivals: rivals.into_rivals()?,
            doubts: doubts_of(doubts, is_all_in_doubt, tables)?,
        })
    }
}

fn doubts_of(
    stretches: Vec<(u16, u64)>,
    is_everywhere: bool,
    tables: Tables<'_>,
) -> Result<Doubts, CodecError> {
    ensure(stretches.is_sorted_by(|one, next| one < next), "doubts that are out of order")?;
    let stretches =
        each(stretches, |(source, stretch)| Ok((tables.check_source(source)?, total([stretch])?)))?;
    Ok(Doubts { stretches: stretches.into_iter().collect(), is_everywhere })
}

#[cfg(test)]
mod tests;
