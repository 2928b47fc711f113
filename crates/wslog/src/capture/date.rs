//! Points in time as captures write them.

use std::time::Duration;

use chrono::{DateTime, FixedOffset};
use wslog_parse::{Millis, Timestamp};

/// A `Date` header ([RFC 9110 §5.6.7](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7)).
pub(super) fn http_date(value: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(value).ok()?;
    DateTime::parse_from_rfc2822(text.trim()).ok().map(timestamp)
}

/// RFC 3339, as `startedDateTime` has it. Fractions of a millisecond are cut off.
pub(super) fn rfc_3339(text: &str) -> Option<Timestamp> {
    DateTime::parse_from_rfc3339(text.trim()).ok().map(timestamp)
}

fn timestamp(instant: DateTime<FixedOffset>) -> Timestamp {
    let minutes = i16::try_from(instant.offset().local_minus_utc() / 60).unwrap_or_default();
    Timestamp::new(instant.timestamp_millis(), minutes)
}

/// So many seconds after 1970, shown at an offset in minutes.
pub(super) fn unix_seconds(seconds: f64, offset_minutes: i16) -> Option<Timestamp> {
    let since = Duration::try_from_secs_f64(seconds).ok()?;
    let millis = i64::try_from(since.saturating_add(HALF_A_MILLISECOND).as_millis()).ok()?;
    Some(Timestamp::new(millis, offset_minutes))
}

/// Added before what is less than a millisecond is cut off: 4.0 must not become 3.
const HALF_A_MILLISECOND: Duration = Duration::from_micros(500);

/// So many milliseconds after a point in time, if that is a duration one can believe.
pub(super) fn after(start: Timestamp, millis: f64) -> Option<Timestamp> {
    let duration = Duration::try_from_secs_f64(millis / 1000.0).ok()?;
    let millis = duration.saturating_add(HALF_A_MILLISECOND).as_millis();
    let millis = u64::try_from(millis).ok().filter(|&millis| millis <= Millis::MAX.0)?;
    let at = start.unix_millis().checked_add_unsigned(millis)?;
    Some(Timestamp::new(at, start.offset_minutes()))
}
