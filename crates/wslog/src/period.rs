//! The stretch of time that a report is about.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use serde::{Serialize, Serializer};
use wslog_parse::Timestamp;

/// From when until when lines count, by the time they were logged: `since` is in the period,
/// `until` is not. The default leaves nothing out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Period {
    /// What was logged earlier does not count.
    pub since: Option<Moment>,
    /// What was logged then or later does not count.
    pub until: Option<Moment>,
}

impl Period {
    /// Whether nothing is left out.
    pub fn is_all(&self) -> bool {
        *self == Period::default()
    }

    /// Whether no line can be in it, whatever the log's clock.
    pub fn is_empty(&self) -> bool {
        match (self.since, self.until) {
            (Some(Moment::Instant(since)), Some(Moment::Instant(until))) => {
                since.unix_millis() >= until.unix_millis()
            }
            (Some(Moment::Local(since)), Some(Moment::Local(until))) => since >= until,
            _ => false,
        }
    }

    /// Whether the clock of a line has to be known to tell if it is in it.
    pub(crate) fn has_instants(&self) -> bool {
        let is_instant = |moment: Option<Moment>| matches!(moment, Some(Moment::Instant(_)));
        is_instant(self.since) || is_instant(self.until)
    }

    pub(crate) fn holds(&self, logged_at: Timestamp) -> bool {
        self.away(logged_at) == Away::INSIDE
    }

    /// How far from the period a line was logged.
    pub(crate) fn away(&self, logged_at: Timestamp) -> Away {
        let past = |moment: Moment| moment.millis_until(logged_at);
        let before = self.since.map_or(0, |since| past(since).saturating_neg().max(0));
        let after = self.until.map_or(0, |until| past(until).saturating_add(1).max(0));
        Away { millis: before.max(after).unsigned_abs(), is_before: before > 0 }
    }
}

/// How far from a period something was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Away {
    /// 0 for what was in it.
    pub(crate) millis: u64,
    pub(crate) is_before: bool,
}

impl Away {
    pub(crate) const INSIDE: Away = Away { millis: 0, is_before: false };
}

/// A moment as people write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// An instant, the same everywhere.
    Instant(Timestamp),
    /// A date and a time of day by the clock of whoever wrote the line.
    Local(NaiveDateTime),
}

/// Text that is no [`Moment`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected a time like 2018-03-09T15:00:00+08:00, one by the log's own clock like \
     \"2018-03-09 15:00\" or 2018-03-09, or -3h for three hours ago (s, m, h, d)"
)]
pub struct NoMoment;

/// Times of day by the log's own clock.
const LOCAL: [&str; 4] =
    ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"];

impl Moment {
    /// Reads an RFC 3339 time; a date, with or without a time of day, by the log's own clock; or
    /// how long before `now`, as `-3h`.
    ///
    /// # Errors
    /// [`NoMoment`], which says what is understood.
    pub fn parse(text: &str, now: SystemTime) -> Result<Moment, NoMoment> {
        if let Some(ago) = text.strip_prefix('-') {
            let since_epoch = now.duration_since(UNIX_EPOCH).map_err(|_| NoMoment)?;
            let now = i64::try_from(since_epoch.as_millis()).map_err(|_| NoMoment)?;
            let then = now.checked_sub(millis(ago).ok_or(NoMoment)?).ok_or(NoMoment)?;
            return Ok(Moment::Instant(Timestamp::new(then, 0)));
        }
        if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
            let offset = instant.offset().local_minus_utc() / 60;
            let offset = i16::try_from(offset).map_err(|_| NoMoment)?;
            return Ok(Moment::Instant(Timestamp::new(instant.timestamp_millis(), offset)));
        }
        let time = LOCAL.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
        let midnight = || {
            let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
            date.and_hms_opt(0, 0, 0)
        };
        time.or_else(midnight).map(Moment::Local).ok_or(NoMoment)
    }

    /// How long after this moment a line was logged, in ms; below 0 if the moment had not come.
    fn millis_until(self, logged_at: Timestamp) -> i64 {
        let at = logged_at.unix_millis();
        match self {
            Moment::Instant(moment) => at.saturating_sub(moment.unix_millis()),
            Moment::Local(moment) => {
                let offset = i64::from(logged_at.offset_minutes()) * 60_000;
                at.saturating_add(offset).saturating_sub(moment.and_utc().timestamp_millis())
            }
        }
    }
}

/// `90s`, `30m`, `3h`, `7d` in milliseconds.
fn millis(text: &str) -> Option<i64> {
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(end);
    let unit = match unit {
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.parse::<i64>().ok()?.checked_mul(unit)
}

/// RFC 3339 with milliseconds; without an offset where it is a time by the log's own clock.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Moment::Instant(instant) => instant.fmt(f),
            Moment::Local(time) => time.format("%Y-%m-%dT%H:%M:%S%.3f").fmt(f),
        }
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// 2018-03-09T15:04:51.129+08:00
    const LOGGED_AT: Timestamp = Timestamp::new(1_520_579_091_129, 480);

    fn parse(text: &str) -> Result<Moment, NoMoment> {
        Moment::parse(text, UNIX_EPOCH + Duration::from_secs(1_520_579_092))
    }

    #[test]
    fn ok_moments_before_and_after_a_line() {
        for (text, is_after) in [
            ("2018-03-09T15:04:51.129+08:00", false),
            ("2018-03-09T15:04:51.130+08:00", true),
            ("2018-03-09T07:04:51Z", false),
            ("2018-03-09T07:04:52Z", true),
            ("2018-03-09 15:04", false),
            ("2018-03-09T15:05", true),
            ("2018-03-09 15:04:51.129", false),
            ("2018-03-09T15:04:51.13", true),
            ("2018-03-09", false),
            ("2018-03-10", true),
            ("-1s", false),
            ("-0s", true),
            ("-2d", false),
        ] {
            let moment = parse(text).unwrap();
            assert_eq!(moment.millis_until(LOGGED_AT) < 0, is_after, "{text}: {moment}");
        }
    }

    #[test]
    fn ok_a_period_holds_its_start_and_not_its_end() {
        let at = parse("2018-03-09T15:04:51.129+08:00").ok();
        assert!(Period { since: at, until: None }.holds(LOGGED_AT));
        assert!(!Period { since: None, until: at }.holds(LOGGED_AT));
        assert!(Period::default().holds(LOGGED_AT));
    }

    #[test]
    fn ok_a_line_outside_is_as_far_away_as_the_nearer_end() {
        let period = Period { since: parse("2018-03-09 15:04:50").ok(), until: parse("-1s").ok() };
        for (after, millis, is_before) in [
            (-1_130, 1, true),
            (-1_129, 0, false),
            (-130, 0, false),
            (-129, 1, false),
            (0, 130, false),
        ] {
            let at = Timestamp::new(LOGGED_AT.unix_millis() + after, 480);
            assert_eq!(period.away(at), Away { millis, is_before }, "{after}");
        }
    }

    #[test]
    fn err_what_is_no_moment() {
        for text in
            ["", "-", "3h", "-3", "-3w", "-h", "--3h", "-3.5h", "-9999999999999d", "15:00", "now"]
        {
            assert_eq!(parse(text), Err(NoMoment), "{text}");
        }
        for text in ["2018-02-30", "2018-03-09 25:00", "2018-03-09T15:00:00+0800 "] {
            assert_eq!(parse(text), Err(NoMoment), "{text}");
        }
    }
}
