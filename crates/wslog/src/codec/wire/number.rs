//! Numbers, and what they may be.

use std::hash::Hash;

use serde::{Deserialize, Serialize};

use crate::codec::CodecError;
use crate::map::Map;

/// An instant, and the offset from UTC that it is shown at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Timestamp {
    unix_millis: i64,
    offset_minutes: i16,
}

/// Farther from 1970 than any instant a line can tell, and than a sighting has bits for.
const NEVER_MILLIS: u64 = 1 << 52;

const DAY_MINUTES: u16 = 24 * 60;

impl From<wslog_parse::Timestamp> for Timestamp {
    fn from(at: wslog_parse::Timestamp) -> Timestamp {
        Timestamp { unix_millis: at.unix_millis(), offset_minutes: at.offset_minutes() }
    }
}

impl Timestamp {
    pub(super) const fn new(unix_millis: i64, offset_minutes: i16) -> Timestamp {
        Timestamp { unix_millis, offset_minutes }
    }

    pub(super) fn unix_millis(self) -> i64 {
        self.unix_millis
    }

    pub(super) fn offset_minutes(self) -> i16 {
        self.offset_minutes
    }

    pub(crate) fn into_timestamp(self) -> Result<wslog_parse::Timestamp, CodecError> {
        let Timestamp { unix_millis, offset_minutes } = self;
        ensure(unix_millis.unsigned_abs() < NEVER_MILLIS, "an instant out of time")?;
        ensure(offset_minutes.unsigned_abs() < DAY_MINUTES, "an offset of a day or more")?;
        Ok(wslog_parse::Timestamp::new(unix_millis, offset_minutes))
    }
}

/// Most of anything that is counted, lines or bytes: as many as a position has bits for. The sum of
/// 65,536 such totals is still a `u64`.
const MAX_TOTAL: u64 = (1 << 48) - 1;

/// The sum of counts, if they can be counts.
pub(super) fn total(counts: impl IntoIterator<Item = u64>) -> Result<u64, CodecError> {
    let mut sum: u64 = 0;
    for count in counts {
        sum = sum.saturating_add(count);
        ensure(sum <= MAX_TOTAL, "more than can be counted")?;
    }
    Ok(sum)
}

/// An error that says what is impossible, unless the condition holds.
pub(super) fn ensure(holds: bool, otherwise: &'static str) -> Result<(), CodecError> {
    holds.then_some(()).ok_or(CodecError::Impossible(otherwise))
}

/// Whether a table of this length has this number.
pub(super) fn is_below(number: u32, len: usize) -> bool {
    usize::try_from(number).is_ok_and(|number| number < len)
}

/// Every one of a list back into what it was.
pub(super) fn each<W, T>(
    list: Vec<W>,
    back: impl FnMut(W) -> Result<T, CodecError>,
) -> Result<Vec<T>, CodecError> {
    list.into_iter().map(back).collect()
}

/// The same, given each one's number; sources are numbered in 16 bits.
pub(super) fn each_numbered<W, T>(
    list: Vec<W>,
    back: impl Fn(W, u16) -> Result<T, CodecError>,
) -> Result<Vec<T>, CodecError> {
    ensure(list.len() <= usize::from(u16::MAX), "more sources than have numbers")?;
    list.into_iter().zip(0..).map(|(one, number)| back(one, number)).collect()
}

/// A table of these; `None` if one of them comes twice.
pub(super) fn distinct<K: Eq + Hash, V>(list: Vec<(K, V)>) -> Option<Map<K, V>> {
    let len = list.len();
    let table: Map<K, V> = list.into_iter().collect();
    (table.len() == len).then_some(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn err_more_than_can_be_counted() {
        assert_eq!(total([MAX_TOTAL - 1, 1]), Ok(MAX_TOTAL));
        for counts in [[MAX_TOTAL, 1], [u64::MAX, 1], [u64::MAX, u64::MAX]] {
            assert!(total(counts).is_err(), "{counts:?}");
        }
    }

    #[test]
    fn err_more_sources_than_have_numbers() {
        let number = |(), number| Ok(usize::from(number));
        let most = usize::from(u16::MAX);
        assert_eq!(each_numbered(vec![(); most], number).unwrap().last(), Some(&(most - 1)));
        assert!(each_numbered(vec![(); most + 1], number).is_err());
    }
}
