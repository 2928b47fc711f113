//! Instants and durations, decoded from nginx's three ways to write them
//! ([`$time_local`, `$time_iso8601`, `$msec`](https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format)).
//!
//! nginx takes all three from one clock reading, the moment it writes the line: the end of the
//! request. `$time_local` and `$time_iso8601` are truncated to the second.

use std::fmt;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};
use nom::bytes::complete::{tag, take, take_while_m_n};
use nom::character::complete::one_of;
use nom::combinator::map_opt;
use nom::{IResult, Parser};

/// What a production gives: the rest of its input, and a value.
pub(crate) type Parsed<'a, T> = IResult<&'a [u8], T, ()>;

/// An instant with millisecond resolution, and the offset from UTC it was written with.
///
/// Instants compare by time; the offset only decides between equal ones, so that the order is
/// total.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    unix_millis: i64,
    offset_minutes: i16,
}

impl Timestamp {
    /// An instant in milliseconds since 1970-01-01T00:00:00Z, shown at this offset in minutes
    /// east of UTC.
    pub const fn new(unix_millis: i64, offset_minutes: i16) -> Timestamp {
        Timestamp { unix_millis, offset_minutes }
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub const fn unix_millis(self) -> i64 {
        self.unix_millis
    }

    /// Minutes east of UTC; 0 where the log does not say (`$msec` alone).
    pub const fn offset_minutes(self) -> i16 {
        self.offset_minutes
    }

    /// The instant this long before, at the same offset.
    #[must_use]
    pub fn before(self, duration: Millis) -> Timestamp {
        let millis = i64::try_from(duration.0).unwrap_or(i64::MAX);
        Timestamp { unix_millis: self.unix_millis.saturating_sub(millis), ..self }
    }
}

/// RFC 3339 with milliseconds and offset: `2018-03-09T15:03:40.129+08:00`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let offset = FixedOffset::east_opt(i32::from(self.offset_minutes) * 60);
        let instant = DateTime::from_timestamp_millis(self.unix_millis);
        match (instant, offset) {
            (Some(instant), Some(offset)) => {
                let local = instant.with_timezone(&offset);
                f.pad(&local.to_rfc3339_opts(chrono::SecondsFormat::Millis, false))
            }
            // Out of the calendar's range; no value that nginx writes comes here.
            _ => write!(f, "@{}ms", self.unix_millis),
        }
    }
}

/// A duration as nginx logs it: seconds with three decimals, kept as whole milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(pub u64);

impl Millis {
    /// The longest duration that is believed, 34 years.
    pub const MAX: Millis = Millis((1 << 40) - 2);

    /// The duration in seconds.
    pub fn as_secs_f64(self) -> f64 {
        std::time::Duration::from_millis(self.0).as_secs_f64()
    }
}

/// Seconds with three decimals, `59.999`.
impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{:03}", self.0 / 1000, self.0 % 1000))
    }
}

/// Eleven digits of seconds reach the year 5138 and, as a duration, 3,000 years.
pub(crate) const MAX_SECOND_DIGITS: usize = 11;

/// `D+.DDD`, as `$msec`, `$request_time` and the upstream times are written.
#[inline]
pub(crate) fn seconds(input: &[u8]) -> Parsed<'_, Millis> {
    let (mut number, mut len) = (0, 0);
    while let Some(digit) = digit(input, len) {
        number = number * 10 + digit;
        len += 1;
    }
    let has_point = input.get(len) == Some(&b'.');
    let thousandths = [len + 1, len + 2, len + 3].map(|place| digit(input, place));
    match thousandths {
        [Some(a), Some(b), Some(c)] if has_point && (1..=MAX_SECOND_DIGITS).contains(&len) => {
            Ok((&input[len + 4..], Millis(number * 1000 + a * 100 + b * 10 + c)))
        }
        _ => Err(nom::Err::Error(())),
    }
}

/// Digits and a point: the second of a `$msec`, in milliseconds.
fn second_of_msec(text: &[u8]) -> Parsed<'_, Millis> {
    let (rest, second) = digits(text, 1, MAX_SECOND_DIGITS)?;
    let (rest, _) = tag(&b"."[..]).parse(rest)?;
    Ok((rest, Millis(second * 1000)))
}

/// A text that is seconds with three decimals and nothing else.
pub(crate) fn whole_seconds(text: &[u8]) -> Option<Millis> {
    seconds(text).ok().filter(|(rest, _)| rest.is_empty()).map(|(_, millis)| millis)
}

/// A text that is seconds with any decimals, or none, and nothing else: nginx writes three, but what writes its
/// JSON anew leaves out zeros. Decimals behind the third do not count.
pub(crate) fn duration(text: &[u8]) -> Option<Millis> {
    if let Some(usual) = whole_seconds(text) {
        return Some(usual);
    }
    let (whole, decimals) = match text.iter().position(|byte| *byte == b'.') {
        Some(point) => (text.get(..point)?, text.get(point + 1..)?),
        None => (text, &b""[..]),
    };
    let is_number = (1..=MAX_SECOND_DIGITS).contains(&whole.len())
        && whole.iter().chain(decimals).all(u8::is_ascii_digit);
    let thousandths = decimals.iter().chain(b"000").take(3);
    let digits = whole.iter().chain(thousandths);
    let add = |number: u64, digit: &u8| number * 10 + u64::from(digit - b'0');
    is_number.then(|| Millis(digits.fold(0, add)))
}

/// The digit at a place, if there is one. A number of this many digits would be none anyway.
#[inline]
fn digit(input: &[u8], place: usize) -> Option<u64> {
    let digit = input.get(place)?.wrapping_sub(b'0');
    (digit <= 9 && place <= MAX_SECOND_DIGITS + 4).then_some(u64::from(digit))
}

/// The 26 bytes of `$time_local`: `09/Mar/2018:15:04:51 +0800`.
pub(crate) fn time_local(input: &[u8]) -> Parsed<'_, Timestamp> {
    let (rest, (day, _, month, _, year, _, time, _, offset)) = (
        two_digits,
        tag(&b"/"[..]),
        month_name,
        tag(&b"/"[..]),
        four_digits,
        tag(&b":"[..]),
        time_of_day,
        tag(&b" "[..]),
        offset(false),
    )
        .parse(input)?;
    Ok((rest, instant(year, month, day, time, offset)?))
}

/// The 25 bytes of `$time_iso8601`: `2018-03-09T15:04:51+08:00`.
pub(crate) fn time_iso8601(input: &[u8]) -> Parsed<'_, Timestamp> {
    let (rest, (year, _, month, _, day, _, time, offset)) = (
        four_digits,
        tag(&b"-"[..]),
        two_digits,
        tag(&b"-"[..]),
        two_digits,
        tag(&b"T"[..]),
        time_of_day,
        offset(true),
    )
        .parse(input)?;
    Ok((rest, instant(year, month, day, time, offset)?))
}

/// The length of `$time_local`.
pub(crate) const TIME_LOCAL_LEN: usize = 26;
/// The length of `$time_iso8601`.
pub(crate) const TIME_ISO8601_LEN: usize = 25;

/// The length of a `$msec` from 2001 to 2286: ten digits, a point, and three digits.
pub(crate) const MSEC_LEN: usize = 14;
const MSEC_SECOND_LEN: usize = 11;

/// The length of `[$time_local]`.
pub(crate) const BRACKETED_LEN: usize = TIME_LOCAL_LEN + 2;

/// Decodes the instants of line after line. A busy log repeats each second hundreds of times, so
/// the last of each kind is kept with the bytes it was decoded from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Instants {
    local: Last<TIME_LOCAL_LEN, Timestamp>,
    iso8601: Last<TIME_ISO8601_LEN, Timestamp>,
    msec: Last<MSEC_SECOND_LEN, Millis>,
    bracketed: Last<BRACKETED_LEN, Second>,
}

#[derive(Clone, Debug)]
struct Last<const N: usize, T> {
    text: [u8; N],
    value: Option<T>,
}

impl Instants {
    /// The second of a `$time_local`.
    #[inline]
    pub(crate) fn local(&mut self, text: &[u8; TIME_LOCAL_LEN]) -> Option<Timestamp> {
        self.local.decode(text, time_local).copied()
    }

    /// The second of a `[$time_local]`, brackets and all.
    #[inline(always)]
    pub(crate) fn bracketed(&mut self, text: &[u8; BRACKETED_LEN]) -> Option<&Second> {
        if *text != self.bracketed.text {
            self.bracketed.go_on(text);
        }
        self.bracketed.value.as_ref()
    }

    /// The second of a `$time_iso8601`.
    #[inline]
    pub(crate) fn iso8601(&mut self, text: &[u8; TIME_ISO8601_LEN]) -> Option<Timestamp> {
        self.iso8601.decode(text, time_iso8601).copied()
    }

    /// A `$msec`.
    #[inline(always)]
    pub(crate) fn msec(&mut self, text: &[u8; MSEC_LEN]) -> Option<Millis> {
        let second = text.first_chunk()?;
        let thousandths = text.last_chunk()?;
        let second = self.msec.decode(second, second_of_msec)?;
        three_digits(*thousandths).map(|thousandths| Millis(second.0 + u64::from(thousandths)))
    }
}

/// The number that three digits are.
#[inline(always)]
pub(crate) fn three_digits(text: [u8; 3]) -> Option<u16> {
    let [a, b, c] = text;
    // What is left of a digit is at most 9, and stays below 16 with 6 more.
    let digits = u32::from_le_bytes([a, b, c, b'0']) ^ 0x3030_3030;
    let are_digits = (digits | digits.wrapping_add(0x0606_0606)) & 0xf0f0_f0f0 == 0;
    let [a, b, c, _] = digits.to_le_bytes().map(u16::from);
    are_digits.then(|| a * 100 + b * 10 + c)
}

/// The second in which a line was written, with what else shows it there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Second {
    pub(crate) at: Timestamp,
    /// How `$msec` begins in it, where it has the usual length.
    msec: Option<[u8; MSEC_SECOND_LEN]>,
}

impl Second {
    /// Decodes a `$time_local` in brackets.
    fn bracketed(text: &[u8]) -> Parsed<'_, Second> {
        let (rest, (_, at, _)) = (tag(&b"["[..]), time_local, tag(&b"]"[..])).parse(text)?;
        Ok((rest, Second::new(at)))
    }

    fn new(at: Timestamp) -> Second {
        let mut msec = [b'.'; MSEC_SECOND_LEN];
        let mut left = at.unix_millis.div_euclid(1000).unsigned_abs();
        for digit in msec.iter_mut().rev().skip(1) {
            *digit = b"0123456789"[usize::try_from(left % 10).unwrap_or(0)];
            left /= 10;
        }
        let is_usual = msec[0] != b'0' && left == 0 && at.unix_millis > 0;
        Second { at, msec: is_usual.then_some(msec) }
    }

    /// The second that `text` shows, if it differs from the one that shows this in nothing but the
    /// digits of the second.
    fn in_same_minute(
        &self,
        shown: &[u8; BRACKETED_LEN],
        text: &[u8; BRACKETED_LEN],
    ) -> Option<Second> {
        let (minute, behind) = text.split_first_chunk::<SECOND_DIGITS>()?;
        let (shown_minute, shown_behind) = shown.split_first_chunk::<SECOND_DIGITS>()?;
        let (digits, behind) = behind.split_first_chunk()?;
        let (shown_digits, shown_behind) = shown_behind.split_first_chunk()?;
        // A leap second is no second of its own.
        let second = |[tens, ones]: [u8; 2]| {
            let is_one = (b'0'..=b'5').contains(&tens) && ones.is_ascii_digit();
            is_one.then(|| i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
        };
        let later = second(*digits)? - second(*shown_digits)?;
        let at = Timestamp { unix_millis: self.at.unix_millis + later * 1000, ..self.at };
        (minute == shown_minute && behind == shown_behind).then(|| Second::new(at))
    }

    /// The instant of a `$msec` of this second: nginx reads its clock once for a line.
    #[inline(always)]
    pub(crate) fn and_msec(&self, text: &[u8; MSEC_LEN]) -> Option<Timestamp> {
        let thousandths = three_digits(*text.last_chunk()?)?;
        let is_same = self.msec.as_ref() == text.first_chunk();
        let millis = self.at.unix_millis + i64::from(thousandths);
        is_same.then(|| Timestamp::new(millis, self.at.offset_minutes))
    }
}

/// Where the digits of the second stand in `[$time_local]`.
const SECOND_DIGITS: usize = "[09/Mar/2018:15:04:".len();

impl Last<BRACKETED_LEN, Second> {
    /// Decodes a text that nearly always shows another second of the same minute.
    #[cold]
    fn go_on(&mut self, text: &[u8; BRACKETED_LEN]) {
        match self.value.as_ref().and_then(|last| last.in_same_minute(&self.text, text)) {
            None => self.decode_anew(text, Second::bracketed),
            value => (self.text, self.value) = (*text, value),
        }
    }
}

impl<const N: usize, T> Default for Last<N, T> {
    fn default() -> Last<N, T> {
        Last { text: [0; N], value: None }
    }
}

impl<const N: usize, T> Last<N, T> {
    /// Decodes `text` with `parser`, or answers from memory.
    #[inline]
    fn decode(&mut self, text: &[u8; N], parser: fn(&[u8]) -> Parsed<'_, T>) -> Option<&T> {
        if *text != self.text {
            self.decode_anew(text, parser);
        }
        self.value.as_ref()
    }

    #[cold]
    fn decode_anew(&mut self, text: &[u8; N], parser: fn(&[u8]) -> Parsed<'_, T>) {
        self.text = *text;
        self.value = parser(text).ok().filter(|(rest, _)| rest.is_empty()).map(|(_, value)| value);
    }
}

fn instant(
    year: u64,
    month: u64,
    day: u64,
    time: NaiveTime,
    offset_minutes: i16,
) -> Result<Timestamp, nom::Err<()>> {
    let small = |number: u64| u32::try_from(number).ok();
    let utc = i32::try_from(year)
        .ok()
        .zip(small(month).zip(small(day)))
        .and_then(|(year, (month, day))| NaiveDate::from_ymd_opt(year, month, day))
        .map(|date| NaiveDateTime::new(date, time).and_utc().timestamp_millis())
        .ok_or(nom::Err::Error(()))?;
    Ok(Timestamp::new(utc - i64::from(offset_minutes) * 60_000, offset_minutes))
}

fn time_of_day(input: &[u8]) -> Parsed<'_, NaiveTime> {
    let colon = || tag(&b":"[..]);
    map_opt(
        (two_digits, colon(), two_digits, colon(), two_digits),
        |(hour, _, minute, _, second)| {
            let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
            // A leap second is written as :60; it is the instant after :59.
            NaiveTime::from_hms_opt(small(hour), small(minute), small(second.min(59)))
                .filter(|_| second <= 60)
        },
    )
    .parse(input)
}

/// `+hhmm`, or `+hh:mm` with a colon; minutes east of UTC.
fn offset(colon: bool) -> impl Fn(&[u8]) -> Parsed<'_, i16> {
    move |input| {
        let (rest, sign) = one_of(&b"+-"[..]).parse(input)?;
        let (rest, hours) = two_digits(rest)?;
        let (rest, _) = tag(if colon { &b":"[..] } else { &b""[..] }).parse(rest)?;
        let (rest, minutes) = two_digits(rest)?;
        if hours > 23 || minutes > 59 {
            return Err(nom::Err::Error(()));
        }
        let total = i16::try_from(hours * 60 + minutes).map_err(|_| nom::Err::Error(()))?;
        Ok((rest, if sign == '-' { -total } else { total }))
    }
}

fn month_name(input: &[u8]) -> Parsed<'_, u64> {
    const NAMES: &[u8; 36] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
    map_opt(take(3_usize), |name: &[u8]| {
        (1..).zip(NAMES.chunks(3)).find(|(_, known)| *known == name).map(|(number, _)| number)
    })
    .parse(input)
}

fn two_digits(input: &[u8]) -> Parsed<'_, u64> {
    digits(input, 2, 2)
}

fn four_digits(input: &[u8]) -> Parsed<'_, u64> {
    digits(input, 4, 4)
}

/// Between `min` and `max` decimal digits, as many as there are; `max` at most 19.
fn digits(input: &[u8], min: usize, max: usize) -> Parsed<'_, u64> {
    let (rest, text) = take_while_m_n(min, max, |byte: u8| byte.is_ascii_digit()).parse(input)?;
    let number = text.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0'));
    Ok((rest, number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn whole<T>(parsed: Parsed<'_, T>) -> Option<T> {
        parsed.ok().filter(|(rest, _)| rest.is_empty()).map(|(_, value)| value)
    }

    #[test]
    fn ok_the_same_second_in_three_spellings() {
        let local = whole(time_local(b"09/Mar/2018:15:04:51 +0800")).unwrap();
        let iso = whole(time_iso8601(b"2018-03-09T15:04:51+08:00")).unwrap();
        let msec = whole(seconds(b"1520579091.139")).unwrap();
        assert_eq!(local, iso);
        assert_eq!(local.unix_millis() / 1000, i64::try_from(msec.0 / 1000).unwrap());
        assert_eq!(local.to_string(), "2018-03-09T15:04:51.000+08:00");
    }

    #[test]
    fn ok_offsets_west_of_greenwich_and_half_hours() {
        let west = whole(time_local(b"01/Jan/2026:00:00:00 -0330")).unwrap();
        assert_eq!(west.offset_minutes(), -210);
        assert_eq!(west.to_string(), "2026-01-01T00:00:00.000-03:30");
    }

    proptest! {
        #[test]
        fn ok_a_second_is_the_same_whatever_was_decoded_before(
            texts in prop::collection::vec(
                "\\[09/(Mar|Apr)/(2018|2001|1969|2290):15:0[45]:[0-6:][0-9/] [+-]0[08]00\\]", 1..6,
            ),
        ) {
            let mut instants = Instants::default();
            for text in texts {
                let text: &[u8; BRACKETED_LEN] = text.as_bytes().try_into().unwrap();
                let anew = whole(Second::bracketed(text));
                let found = instants.bracketed(text);
                prop_assert_eq!(found.map(|found| (found.at, found.msec)), anew.map(|a| (a.at, a.msec)));
                let local = whole(time_local(&text[1..27]));
                prop_assert_eq!(anew.map(|anew| anew.at), local);
                if let Some(at) = local {
                    let msec = format!("{}.", at.unix_millis() / 1000);
                    let is_usual = msec.len() == MSEC_SECOND_LEN && at.unix_millis() > 0;
                    let found = anew.unwrap().msec.map(|msec| msec.to_vec());
                    prop_assert_eq!(found, is_usual.then(|| msec.into_bytes()));
                }
            }
        }
    }

    #[test]
    fn err_dates_that_do_not_exist() {
        for text in [
            "30/Feb/2018:15:04:51 +0800",
            "09/mar/2018:15:04:51 +0800",
            "09/Mar/2018:24:04:51 +0800",
            "09/Mar/2018:15:60:51 +0800",
            "09/Mar/2018:15:04:61 +0800",
            "09/Mar/2018:15:04:51 +2400",
            "9/Mar/2018:15:04:51 +0800",
        ] {
            assert_eq!(whole(time_local(text.as_bytes())), None, "{text}");
        }
    }

    #[test]
    fn err_durations_without_three_decimals() {
        for text in ["", "-", "1", "1.", "1.00", "1.0000", ".000", "-1.000", "123456789012.000"] {
            assert_eq!(whole(seconds(text.as_bytes())), None, "{text}");
        }
        assert_eq!(whole(seconds(b"24388.248")), Some(Millis(24_388_248)));
        assert_eq!(Millis(9).to_string(), "0.009");
    }
}
