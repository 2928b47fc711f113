//! Instants as milliseconds since the epoch, and how a log and a report spell them.
//!
//! The site's clock runs eight hours ahead of UTC, all year: no zone's rules are needed.

use super::text::{push_number, push_padded};

/// 2018-03-09 08:00:00 +0800.
pub(super) const OPENING: u64 = 1_520_553_600_000;

const OFFSET_SECONDS: u64 = 8 * 3600;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `$time_local`: `09/Mar/2018:15:04:51 +0800`.
pub(super) fn push_time_local(out: &mut String, epoch_seconds: u64) {
    let wall = Wall::at(epoch_seconds);
    push_padded(out, wall.day, 2);
    out.push('/');
    out.push_str(wall.month_name());
    out.push('/');
    push_number(out, wall.year);
    out.push(':');
    wall.push_clock(out);
    out.push_str(" +0800");
}

/// The time at the head of an error log's line: `2018/03/09 15:04:51`.
pub(super) fn push_error_log_time(out: &mut String, epoch_seconds: u64) {
    let wall = Wall::at(epoch_seconds);
    wall.push_date(out, '/');
    out.push(' ');
    wall.push_clock(out);
}

/// `2018-03-09T15:04:51.139+08:00`.
pub(super) fn rfc3339(milliseconds: u64) -> String {
    let wall = Wall::at(milliseconds / 1000);
    let mut out = String::with_capacity(29);
    wall.push_date(&mut out, '-');
    out.push('T');
    wall.push_clock(&mut out);
    out.push('.');
    push_padded(&mut out, milliseconds % 1000, 3);
    out.push_str("+08:00");
    out
}

/// What a clock on the site's wall and the calendar beside it show.
struct Wall {
    year: u64,
    month: u64,
    day: u64,
    second_of_day: u64,
}

impl Wall {
    fn at(epoch_seconds: u64) -> Self {
        let seconds = epoch_seconds + OFFSET_SECONDS;
        let (year, month, day) = date(seconds / 86_400);
        Self { year, month, day, second_of_day: seconds % 86_400 }
    }

    fn month_name(&self) -> &'static str {
        MONTHS[usize::try_from(self.month - 1).unwrap_or(0)]
    }

    fn push_date(&self, out: &mut String, separator: char) {
        push_number(out, self.year);
        out.push(separator);
        push_padded(out, self.month, 2);
        out.push(separator);
        push_padded(out, self.day, 2);
    }

    fn push_clock(&self, out: &mut String) {
        push_padded(out, self.second_of_day / 3600, 2);
        out.push(':');
        push_padded(out, self.second_of_day / 60 % 60, 2);
        out.push(':');
        push_padded(out, self.second_of_day % 60, 2);
    }
}

/// Year, month and day, from days since 1970-01-01.
///
/// Years are taken to begin in March, so that a leap day is a year's last:
/// <https://howardhinnant.github.io/date_algorithms.html#civil_from_days>
fn date(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_rfc3339_at_the_opening() {
        assert_eq!(rfc3339(OPENING), "2018-03-09T08:00:00.000+08:00");
    }

    #[test]
    fn ok_rfc3339_on_a_leap_day_and_at_a_new_year() {
        assert_eq!(rfc3339(1_582_992_000_001), "2020-03-01T00:00:00.001+08:00");
        assert_eq!(rfc3339(1_582_991_999_999), "2020-02-29T23:59:59.999+08:00");
        assert_eq!(rfc3339(1_546_271_999_000), "2018-12-31T23:59:59.000+08:00");
    }

    #[test]
    fn ok_time_local_in_the_afternoon() {
        let mut out = String::new();
        push_time_local(&mut out, 1_520_579_091);
        assert_eq!(out, "09/Mar/2018:15:04:51 +0800");
    }
}
