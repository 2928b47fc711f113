//! Lines that can be read in one way only, which is nearly all of them, from left to right.
//!
//! A format is compiled into a program of steps. Each takes one value and the literal behind it,
//! and looks at sixteen bytes at once to find where the value ends and whether it is a plain one:
//! one address, one number, a time that was decoded before. Where free text stands unquoted, it
//! proves that the literal behind it stands in the line once.
//!
//! A line with any oddity is left to the search in `line`, which knows everything. So a step may
//! refuse what is right, and must never accept what the search would read differently.

use crate::line::Span;
use crate::log_format::{End, Field};
use crate::syntax::Syntax;
use crate::time::{
    Instants, Millis, TIME_ISO8601_LEN, TIME_LOCAL_LEN, Timestamp, seconds,
};
use crate::variable::Variable;
use crate::window::{LEN, Literal, Window, find, rfind};

/// A format's program.
#[derive(Clone, Debug)]
pub(crate) struct Straight {
    prefix: Literal,
    steps: Box<[Step]>,
}

/// One value, and the literal behind it.
#[derive(Clone, Debug)]
struct Step {
    action: Action,
    after: Literal,
}

/// How a value is taken.
#[derive(Clone, Copy, Debug)]
enum Action {
    TimeLocal,
    TimeIso8601,
    /// The seconds of `$msec` before this byte.
    Msec(u8),
    /// The seconds of `$request_time` before this byte.
    RequestTime(u8),
    /// A plain value before this byte, or none at all where that can be missing.
    Plain { plain: Plain, stop: u8, or_empty: bool },
    /// An address, and a colon between it and the space that ends it.
    AddressBeforeColon,
    /// Anything before this byte.
    Before(u8),
    /// Anything before the only place of the literal.
    Only,
    /// Anything without this byte, before the only place of the literal.
    OnlyWithout(u8),
    /// All but the last word of the line.
    ButLastWord,
    /// The rest of the line.
    Line,
}

/// What is plain.
#[derive(Clone, Copy, Debug)]
enum Plain {
    /// Printable characters, no comma, and no colon at the end where it is a list's.
    Address { in_list: bool },
    /// Three digits, or `-`.
    Status { or_dash: bool },
    /// Digits, or `-`.
    Number,
    /// Seconds with three decimals, or `-`.
    Seconds { or_dash: bool },
}

/// What was found on the way.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Found {
    /// When the line was written.
    pub(crate) written: Option<Timestamp>,
    pub(crate) request_time: Option<Millis>,
}

impl Straight {
    /// The program for these fields, if each of them can be taken so.
    pub(crate) fn compile(prefix: &Literal, fields: &[Field]) -> Option<Straight> {
        let step = |index: usize| {
            let (before, rest) = fields.split_at(index);
            let field = rest.first()?;
            // Of several values of a variable the first counts, which a program does not know.
            let is_first = before.iter().all(|other| other.name != field.name);
            let action = action(rest).filter(|_| is_first)?;
            Some(Step { action, after: field.after.clone() })
        };
        let steps = (0..fields.len()).map(step).collect::<Option<_>>()?;
        Some(Straight { prefix: prefix.clone(), steps })
    }

    /// Reads a line and fills the span of each field; `None` says nothing.
    #[inline]
    pub(crate) fn read(
        &self,
        line: &[u8],
        instants: &mut Instants,
        spans: &mut [Span],
    ) -> Option<Found> {
        if !self.prefix.starts(line) {
            return None;
        }
        let mut at = self.prefix.len();
        let (mut second, mut msec, mut request_time) = (None, None, None);
        for (step, span) in self.steps.iter().zip(spans) {
            let rest = line.get(at..)?;
            let len = match step.action {
                Action::TimeLocal => {
                    let instant = instants.local(rest.get(..TIME_LOCAL_LEN)?)?;
                    second = second.or(Some(instant));
                    TIME_LOCAL_LEN
                }
                Action::TimeIso8601 => {
                    second = Some(instants.iso8601(rest.get(..TIME_ISO8601_LEN)?)?);
                    TIME_ISO8601_LEN
                }
                Action::Msec(stop) => {
                    let (window, len) = plain_seconds(rest, stop)?;
                    msec = Some(instants.msec(window, &rest[..len])?);
                    len
                }
                Action::RequestTime(stop) => {
                    let (_, len) = plain_seconds(rest, stop)?;
                    request_time = Some(seconds(&rest[..len]).ok()?.1);
                    len
                }
                Action::Plain { plain, stop, or_empty } => match find(stop, rest)? {
                    0 if or_empty => 0,
                    len => plain.accepts(rest, len, stop).then_some(len)?,
                },
                Action::AddressBeforeColon => {
                    let len = find(b' ', rest)?.checked_sub(1)?;
                    is_address(rest, len).then_some(len)?
                }
                Action::Before(byte) => find(byte, rest)?,
                Action::Only => step.after.only_place(rest, rest.len())?,
                Action::OnlyWithout(byte) => {
                    let excluded = find(byte, rest)?;
                    step.after.only_place(rest, excluded + step.after.len())?
                }
                Action::ButLastWord => rfind(b' ', rest)?,
                Action::Line => rest.len(),
            };
            if !step.after.starts(&rest[len..]) {
                return None;
            }
            *span = Span::new(at, at + len);
            at += len + step.after.len();
        }
        (at == line.len()).then_some(())?;
        let written = match msec {
            Some(msec) => Some(together(second, msec)?),
            None => second,
        };
        Some(Found { written, request_time })
    }
}

impl Plain {
    /// Whether the first `len` bytes are plain, with `stop` behind them.
    #[inline]
    fn accepts(self, rest: &[u8], len: usize, stop: u8) -> bool {
        if let Plain::Address { in_list } = self {
            let ends = !in_list || !goes_on(rest, len, stop) && rest[..len].last() != Some(&b':');
            return ends && is_address(rest, len);
        }
        let Some(window) = Window::of(rest).filter(|_| len < LEN) else { return false };
        let digits = window.between(b'0', b'9');
        let is_dash = len == 1 && rest[0] == b'-';
        match self {
            Plain::Status { or_dash: false } => len == 3 && digits & 7 == 7,
            Plain::Seconds { or_dash: false } => is_seconds(digits, rest, len),
            Plain::Number if len > 0 && digits & ones(len) == ones(len) => {
                !goes_on(rest, len, stop)
            }
            Plain::Status { .. } if len == 3 && digits & 7 == 7 => !goes_on(rest, len, stop),
            Plain::Seconds { .. } if is_seconds(digits, rest, len) => !goes_on(rest, len, stop),
            _ => is_dash && !goes_on(rest, len, stop),
        }
    }
}

/// Whether a list might go on behind a value, with a separator that starts with its stop.
fn goes_on(rest: &[u8], len: usize, stop: u8) -> bool {
    stop == b' ' && rest.get(len + 1) == Some(&b':')
}

/// So many ones.
fn ones(len: usize) -> u32 {
    (1 << len) - 1
}

/// Whether the first `len` bytes, fewer than a window shows, are digits, a point, and three digits.
#[inline]
fn is_seconds(digits: u32, rest: &[u8], len: usize) -> bool {
    len > 4 && digits & ones(len) == ones(len) ^ 1 << (len - 4) && rest[len - 4] == b'.'
}

/// Seconds with three decimals before this byte: a window on them, and their length.
#[inline]
fn plain_seconds(rest: &[u8], stop: u8) -> Option<(Window, usize)> {
    let window = Window::of(rest)?;
    let len = window.equal(stop).trailing_zeros() as usize;
    let fits = len < LEN && is_seconds(window.between(b'0', b'9'), rest, len);
    fits.then_some((window, len))
}

/// Whether the first `len` bytes are printable and hold no comma.
#[inline]
fn is_address(rest: &[u8], len: usize) -> bool {
    match Window::of(rest) {
        Some(window) if (1..LEN).contains(&len) => {
            let plain = window.between(b'!', b'~') & !window.equal(b',');
            plain & ones(len) == ones(len)
        }
        _ => is_long_address(&rest[..len]),
    }
}

fn is_long_address(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|&byte| byte.is_ascii_graphic() && byte != b',')
}

/// When a line was written that shows both times: in one second.
fn together(second: Option<Timestamp>, millis: Millis) -> Option<Timestamp> {
    let millis = i64::try_from(millis.0).ok()?;
    match second {
        Some(second) if !(0..1000).contains(&(millis - second.unix_millis())) => None,
        second => Some(Timestamp::new(millis, second.map_or(0, Timestamp::offset_minutes))),
    }
}

/// How the first of these fields is taken.
fn action(fields: &[Field]) -> Option<Action> {
    let field = fields.first()?;
    let literal = field.after.bytes();
    Some(match (&field.end, field.syntax) {
        (End::Itself, Syntax::TimeLocal) => Action::TimeLocal,
        (End::Itself, Syntax::TimeIso8601) => Action::TimeIso8601,
        (End::Itself, Syntax::AddrList) if literal.starts_with(b": ") => Action::AddressBeforeColon,
        (End::Itself, _) => return before(field, *literal.first()?),
        (End::Before(byte), _) => return before(field, *byte),
        (End::Search(_), _) if literal.is_empty() => return None,
        (End::Search(_), Syntax::Text | Syntax::Key) => Action::Only,
        (End::Search(_), syntax) => Action::OnlyWithout(syntax.excludes()?),
        (End::Backwards, Syntax::Text) if is_but_last_word(fields) => Action::ButLastWord,
        (End::Line, Syntax::Text | Syntax::Key) => Action::Line,
        _ => return None,
    })
}

fn is_but_last_word(fields: &[Field]) -> bool {
    matches!(fields, [all_but, last] if all_but.after.bytes() == b" " && last.after.bytes().is_empty())
}

/// How a value is taken before this byte.
fn before(field: &Field, stop: u8) -> Option<Action> {
    let plain = match field.syntax {
        Syntax::Text | Syntax::Key => return Some(Action::Before(stop)),
        syntax if syntax.excludes() == Some(stop) => return Some(Action::Before(stop)),
        Syntax::Hosts => Plain::Address { in_list: false },
        Syntax::AddrList => Plain::Address { in_list: true },
        Syntax::Status => Plain::Status { or_dash: false },
        Syntax::StatusList => Plain::Status { or_dash: true },
        Syntax::Number | Syntax::NumberList => Plain::Number,
        Syntax::Seconds | Syntax::Duration => Plain::Seconds { or_dash: false },
        Syntax::SecondsList => Plain::Seconds { or_dash: true },
        _ => return None,
    };
    // A byte that a plain value can hold does not end it.
    let can_hold = match plain {
        Plain::Address { .. } => !matches!(stop, b' ' | b'"'),
        _ => matches!(stop, b'0'..=b'9' | b'.' | b'-' | b','),
    };
    let action = match Variable::from_name(&field.name) {
        Some(Variable::Msec) => Action::Msec(stop),
        Some(Variable::RequestTime) => Action::RequestTime(stop),
        _ => Action::Plain { plain, stop, or_empty: field.can_be_empty },
    };
    (!can_hold).then_some(action)
}
