//! What every line starts with: `2018/03/09 17:06:07 [error] 12#34: *56 `.

use chrono::NaiveDate;
use nom::bytes::complete::tag;
use nom::character::complete::{char, u32, u64};
use nom::combinator::{map_opt, opt};
use nom::sequence::{delimited, preceded, terminated};
use nom::{IResult, Parser};

use crate::Timestamp;

/// A second on the clock of the machine that wrote the log: seconds since 1970-01-01 00:00:00 of
/// that clock. An error log does not say its offset from UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalSecond(pub i64);

impl LocalSecond {
    /// The instant, if the clock was this many minutes east of UTC.
    pub fn at_offset(self, offset_minutes: i16) -> Timestamp {
        let utc = self.0.saturating_sub(i64::from(offset_minutes) * 60);
        Timestamp::new(utc.saturating_mul(1000), offset_minutes)
    }
}

/// How grave nginx finds what it writes (`err_levels` in `src/core/ngx_log.c`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "nginx's own words")]
pub enum Level {
    Emerg,
    Alert,
    Crit,
    Error,
    Warn,
    Notice,
    Info,
    Debug,
}

impl Level {
    const ALL: [(&'static str, Level); 8] = [
        ("emerg", Level::Emerg),
        ("alert", Level::Alert),
        ("crit", Level::Crit),
        ("error", Level::Error),
        ("warn", Level::Warn),
        ("notice", Level::Notice),
        ("info", Level::Info),
        ("debug", Level::Debug),
    ];
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) logged_at: LocalSecond,
    pub(super) level: Level,
    pub(super) pid: u64,
    pub(super) tid: u64,
    pub(super) connection: Option<u64>,
}

type Parsed<'a, T> = IResult<&'a [u8], T, ()>;

pub(super) fn head(line: &[u8]) -> Parsed<'_, Head> {
    let connection = opt(delimited(char('*'), u64, char(' ')));
    let ids = (terminated(u64, char('#')), terminated(u64, tag(&b": "[..])), connection);
    let (rest, (logged_at, level, (pid, tid, connection))) =
        (second, delimited(tag(&b" ["[..]), level, tag(&b"] "[..])), ids).parse(line)?;
    Ok((rest, Head { logged_at, level, pid, tid, connection }))
}

fn level(text: &[u8]) -> Parsed<'_, Level> {
    let read = Level::ALL
        .iter()
        .find_map(|(word, level)| text.strip_prefix(word.as_bytes()).map(|rest| (rest, *level)));
    read.ok_or(nom::Err::Error(()))
}

/// `2018/03/09 17:06:07`.
fn second(text: &[u8]) -> Parsed<'_, LocalSecond> {
    let digits = |count: usize| {
        map_opt(nom::bytes::complete::take(count), |text: &[u8]| {
            let number = |sum: u32, byte: &u8| {
                byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0'))
            };
            text.iter().try_fold(0, number)
        })
    };
    let date = (digits(4), preceded(char('/'), digits(2)), preceded(char('/'), digits(2)));
    let time = (digits(2), preceded(char(':'), digits(2)), preceded(char(':'), digits(2)));
    map_opt((date, char(' '), time), |((year, month, day), _, (hour, minute, second))| {
        let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
        let instant = date.and_hms_opt(hour, minute, second)?;
        Some(LocalSecond(instant.and_utc().timestamp()))
    })
    .parse(text)
}

/// A message without the `(110: text)` it ends in, and that number. The text is the system's, in
/// the system's language.
pub(super) fn without_errno(message: &[u8]) -> (&[u8], Option<u32>) {
    let starts = memchr::memmem::rfind_iter(message, b" (");
    let closed = message.strip_suffix(b")");
    let split = starts.into_iter().find_map(|start| {
        let inside = closed?.get(start + 2..)?;
        let (_, errno) = terminated(u32::<_, ()>, tag(&b": "[..])).parse(inside).ok()?;
        Some((message.get(..start)?, Some(errno)))
    });
    split.unwrap_or((message, None))
}
