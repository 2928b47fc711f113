//! The syntax of a variable's value: what nginx can write there, and nothing else.
//!
//! Each production is a nom parser that reads one value from the front of its input. What follows
//! the value is not its business.

use memchr::memchr2;
use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while, take_while1};
use nom::combinator::{opt, recognize};
use nom::multi::{many0, separated_list0, separated_list1};

use crate::time::{Parsed, seconds, time_iso8601, time_local};
use crate::window::{self, Window, find};

/// The kinds of value a variable can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Syntax {
    /// `09/Mar/2018:15:04:51 +0800`
    TimeLocal,
    /// `2018-03-09T15:04:51+08:00`
    TimeIso8601,
    /// Digits, a point, three digits.
    Seconds,
    /// The same, or another number: servers that only look like nginx write other units.
    Duration,
    /// Three digits.
    Status,
    /// Digits, or `-`.
    Number,
    /// Anything without a space.
    Word,
    /// The user of Basic authentication, which ends at its first colon: anything without one.
    User,
    /// Anything at all.
    Text,
    /// A header that is base64 where the client is honest. It may hold anything, but behind free
    /// text at the end of a line it is the last word.
    Key,
    /// Digits, or nothing for a Unix socket.
    Port,
    /// Addresses joined by `, ` (attempts) and ` : ` (after an internal redirect).
    AddrList,
    /// Statuses or `-`, joined so.
    StatusList,
    /// Seconds or `-`, joined so.
    SecondsList,
    /// Numbers or `-`, joined so.
    NumberList,
    /// An address, or several joined by `, ` where a forwarded list stands in its place.
    Hosts,
}

impl Syntax {
    /// A byte no value of this syntax holds, where there is one that a format would use to
    /// separate values.
    pub(crate) fn excludes(self) -> Option<u8> {
        match self {
            Syntax::Word => Some(b' '),
            Syntax::User => Some(b':'),
            _ => None,
        }
    }

    /// Whether no value holds this byte.
    pub(crate) fn never_holds(self, byte: u8) -> bool {
        match self {
            Syntax::Word => byte == b' ',
            Syntax::Port | Syntax::Number | Syntax::Seconds | Syntax::Duration | Syntax::Status => {
                !matches!(byte, b'0'..=b'9' | b'.' | b'-')
            }
            _ => false,
        }
    }

    /// Whether a value may be almost anything, so that two of them side by side cannot be told
    /// apart.
    pub(crate) fn is_free(self) -> bool {
        matches!(
            self,
            Syntax::Word | Syntax::User | Syntax::Text | Syntax::Hosts | Syntax::AddrList
        )
    }

    /// Whether a value tells where it ends, whatever follows it.
    pub(crate) fn has_fixed_end(self) -> bool {
        matches!(self, Syntax::TimeLocal | Syntax::TimeIso8601 | Syntax::Seconds | Syntax::Status)
    }

    /// Whether a value tells where it ends when `literal` follows it.
    pub(crate) fn ends_before(self, literal: &[u8]) -> bool {
        let list_goes_on = || SEPARATORS.iter().any(|separator| literal.starts_with(separator));
        if self.has_dash() && literal.starts_with(b"-") {
            return false;
        }
        match self {
            Syntax::Word | Syntax::User | Syntax::Text | Syntax::Key => false,
            Syntax::Port | Syntax::Number => !literal.first().is_none_or(u8::is_ascii_digit),
            Syntax::Duration => {
                !literal.first().is_none_or(|byte| byte.is_ascii_digit() || *byte == b'.')
            }
            // A list may also end in a separator with nothing behind it.
            Syntax::NumberList | Syntax::StatusList | Syntax::SecondsList => {
                !literal.first().is_none_or(u8::is_ascii_digit) && !list_goes_on()
            }
            Syntax::Hosts => literal.starts_with(b" "),
            Syntax::AddrList => {
                !list_goes_on() && (literal.starts_with(b" ") || literal.starts_with(b": "))
            }
            _ => self.has_fixed_end(),
        }
    }

    /// Whether a list of this syntax could go on with what a client writes behind the literal.
    pub(crate) fn could_go_on_behind(self, literal: &[u8]) -> bool {
        self.has_dash()
            && self != Syntax::Number
            && SEPARATORS.iter().any(|separator| separator.starts_with(literal))
    }

    /// Whether nginx writes `-` for no value of it, or for one in a list.
    fn has_dash(self) -> bool {
        matches!(
            self,
            Syntax::Number
                | Syntax::AddrList
                | Syntax::StatusList
                | Syntax::SecondsList
                | Syntax::NumberList
        )
    }

    /// Whether nginx can have no value of it, so that nothing is logged where missing values are
    /// empty.
    pub(crate) fn can_be_missing(self) -> bool {
        self.has_dash()
    }

    /// What a person would call it.
    pub(crate) fn description(self) -> &'static str {
        match self {
            Syntax::TimeLocal => "a time like 09/Mar/2018:15:04:51 +0800",
            Syntax::TimeIso8601 => "a time like 2018-03-09T15:04:51+08:00",
            Syntax::Seconds => "seconds with three decimals",
            Syntax::Status => "three digits",
            Syntax::Number => "a number",
            Syntax::Word => "text without a space",
            Syntax::User => "text without a colon",
            Syntax::Text | Syntax::Key => "text",
            Syntax::Port => "a port",
            Syntax::AddrList => "addresses",
            Syntax::StatusList => "three digits or -",
            Syntax::SecondsList => "seconds with three decimals or -",
            Syntax::Duration => "seconds with three decimals",
            Syntax::NumberList => "numbers or -",
            Syntax::Hosts => "an address",
        }
    }

    /// Splits a value of this syntax off the front of `input`; the longest one where the syntax
    /// leaves a choice.
    pub(crate) fn value(self, input: &[u8]) -> Parsed<'_, &[u8]> {
        match self {
            Syntax::TimeLocal => recognize(time_local).parse(input),
            Syntax::TimeIso8601 => recognize(time_iso8601).parse(input),
            Syntax::Seconds => recognize(seconds).parse(input),
            Syntax::Status => status(input),
            Syntax::Number => alt((digits, dash)).parse(input),
            Syntax::Word => Ok(until(b' ', input)),
            Syntax::User => Ok(until(b':', input)),
            Syntax::Text | Syntax::Key => Ok((&input[input.len()..], input)),
            Syntax::Port => take_while(|byte: u8| byte.is_ascii_digit()).parse(input),
            Syntax::AddrList => addresses(input),
            Syntax::StatusList => list(alt((status, dash)), input),
            Syntax::SecondsList => list(alt((recognize(seconds), dash)), input),
            Syntax::Duration => recognize((digits, opt((tag(&b"."[..]), digits)))).parse(input),
            Syntax::NumberList => list(alt((digits, dash)), input),
            Syntax::Hosts => recognize(separated_list0(tag(&b", "[..]), host)).parse(input),
        }
    }

    /// Where the plain value at the front of `input` ends: a single element without any oddity,
    /// which is what nearly all lines have. `None` says nothing; else it is where
    /// [`Syntax::value`] ends.
    #[inline]
    pub(crate) fn plain(self, stop: Stop, input: &[u8]) -> Option<usize> {
        let window = Window::padded(input);
        let stands = window.equal(stop.byte).trailing_zeros() as usize;
        if stands >= window::LEN {
            return self.plain_long(stop, input);
        }
        let len = stands.checked_sub(stop.place)?;
        let all = (1_u32 << len) - 1;
        let digits = window.between(b'0', b'9') & all;
        let is_dash = len == 1 && input.starts_with(b"-");
        // Digits, a point, and three digits behind it.
        let has_thousandths = len > 4 && digits == all ^ 1 << (len - 4) && input[len - 4] == b'.';
        let fits = match self {
            Syntax::Number => len > 0 && digits == all || is_dash,
            Syntax::Port => digits == all,
            Syntax::Status => len == 3 && digits == all,
            Syntax::Seconds | Syntax::Duration => has_thousandths,
            Syntax::NumberList => {
                (len > 0 && digits == all || is_dash) && !goes_on(&input[stands..])
            }
            Syntax::StatusList => {
                (len == 3 && digits == all || is_dash) && !goes_on(&input[stands..])
            }
            Syntax::SecondsList => (has_thousandths || is_dash) && !goes_on(&input[stands..]),
            Syntax::Hosts => {
                let plain = window.between(b'!', b'~') & !window.equal(b',') & all;
                len > 0 && plain == all
            }
            Syntax::AddrList => {
                let plain = window.between(b'!', b'~') & !window.equal(b',') & all;
                len > 0 && plain == all && ends_address(input, len, stands)
            }
            _ => false,
        };
        fits.then_some(len)
    }

    /// The same for an address that is longer than a window.
    fn plain_long(self, stop: Stop, input: &[u8]) -> Option<usize> {
        let stands = find(stop.byte, input)?;
        let len = stands.checked_sub(stop.place)?;
        let fits = match self {
            Syntax::Hosts => true,
            Syntax::AddrList => ends_address(input, len, stands),
            _ => return None,
        };
        let is_plain = |&byte: &u8| byte.is_ascii_graphic() && byte != b',';
        (fits && input[..len].iter().all(is_plain)).then_some(len)
    }

    /// What ends a plain value of this syntax before this literal.
    pub(crate) fn stop(self, literal: &[u8]) -> Option<Stop> {
        let (byte, place) = match (self, literal) {
            (Syntax::Hosts | Syntax::AddrList, [b' ', ..]) => (b' ', 0),
            (Syntax::AddrList, [b':', b' ', ..]) => (b' ', 1),
            (Syntax::Hosts | Syntax::AddrList, _) | (_, []) => return None,
            (_, [b'0'..=b'9' | b'.' | b'-' | b',', ..]) => return None,
            (_, [first, ..]) => (*first, 0),
        };
        Some(Stop { byte, place })
    }

    /// Whether `text` is a plain value of this syntax; `false` says nothing.
    pub(crate) fn accepts_plain(self, text: &[u8]) -> bool {
        let is_number = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
        match self {
            Syntax::Status | Syntax::StatusList => text.len() == 3 && is_number(text),
            Syntax::Number | Syntax::NumberList | Syntax::Port => is_number(text),
            Syntax::Seconds | Syntax::Duration | Syntax::SecondsList => {
                seconds(text).is_ok_and(|(rest, _)| rest.is_empty())
            }
            Syntax::Key => true,
            _ => false,
        }
    }

    /// Whether `text` as a whole is a value of this syntax.
    pub(crate) fn accepts(self, text: &[u8]) -> bool {
        self.value(text).is_ok_and(|(rest, _)| rest.is_empty())
    }
}

/// A byte of the literal behind a value that no plain value holds, and its place in the literal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stop {
    byte: u8,
    place: usize,
}

impl Stop {
    /// A byte that no value can hold.
    pub(crate) fn before(byte: u8) -> Stop {
        Stop { byte, place: 0 }
    }
}

/// Whether a list might go on with a separator here.
fn goes_on(rest: &[u8]) -> bool {
    rest.starts_with(b" :")
}

/// Whether an address of a list ends at `len`, and the list with it; a space stands at `space`.
fn ends_address(input: &[u8], len: usize, space: usize) -> bool {
    input[len - 1] != b':' && (len == space || input[len] == b':') && !goes_on(&input[space..])
}

/// Between the attempts at one upstream group, and between groups.
pub(crate) const SEPARATORS: [&[u8]; 2] = [b", ", b" : "];

fn until(stop: u8, input: &[u8]) -> (&[u8], &[u8]) {
    let end = memchr::memchr(stop, input).unwrap_or(input.len());
    (&input[end..], &input[..end])
}

fn digits(input: &[u8]) -> Parsed<'_, &[u8]> {
    take_while1(|byte: u8| byte.is_ascii_digit()).parse(input)
}

fn dash(input: &[u8]) -> Parsed<'_, &[u8]> {
    tag(&b"-"[..]).parse(input)
}

fn status(input: &[u8]) -> Parsed<'_, &[u8]> {
    match input.split_at_checked(3) {
        Some((digits, rest)) if digits.iter().all(u8::is_ascii_digit) => Ok((rest, digits)),
        _ => Err(nom::Err::Error(())),
    }
}

/// `ip:port`, `[ip]:port`, `unix:/path`, the name of an upstream none of whose servers is live,
/// or `-`: up to a space or comma, and never ending in a colon, which belongs to what follows.
fn address(input: &[u8]) -> Parsed<'_, &[u8]> {
    let end = memchr2(b' ', b',', input).unwrap_or(input.len());
    match input[..end].strip_suffix(b":").unwrap_or(&input[..end]) {
        [] => Err(nom::Err::Error(())),
        address => Ok((&input[address.len()..], address)),
    }
}

/// A list of addresses, any of which may be missing where an internal redirect led to a server
/// without one.
fn addresses(input: &[u8]) -> Parsed<'_, &[u8]> {
    let separator = alt((tag(SEPARATORS[0]), tag(SEPARATORS[1])));
    recognize((opt(address), many0((separator, opt(address))))).parse(input)
}

/// Up to a space or comma: an address, or a name where somebody put one in its place.
fn host(input: &[u8]) -> Parsed<'_, &[u8]> {
    let end = memchr2(b' ', b',', input).unwrap_or(input.len());
    let (host, rest) = input.split_at(end);
    match !host.is_empty() && host.iter().all(u8::is_ascii_graphic) {
        true => Ok((rest, host)),
        false => Err(nom::Err::Error(())),
    }
}

fn list<'a>(
    element: impl Parser<&'a [u8], Output = &'a [u8], Error = ()>,
    input: &'a [u8],
) -> Parsed<'a, &'a [u8]> {
    let separator = alt((tag(SEPARATORS[0]), tag(SEPARATORS[1])));
    // A redirect to a server that was never reached leaves a separator with nothing behind it.
    let unreached = opt(tag(SEPARATORS[1]));
    recognize((separated_list1(separator, element), unreached)).parse(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn splits(syntax: Syntax, value: &str, rest: &str) {
        let input = format!("{value}{rest}");
        let expected = Ok((rest.as_bytes(), value.as_bytes()));
        assert_eq!(syntax.value(input.as_bytes()), expected, "{syntax:?}");
    }

    #[test]
    fn ok_upstream_lists_end_where_the_format_goes_on() {
        splits(Syntax::AddrList, "127.0.0.1:8019, 127.0.0.1:8015", ": GET");
        splits(Syntax::AddrList, "[::1]:8019, unix:/run/be.sock", ": GET");
        splits(Syntax::AddrList, "127.0.0.1:8015 : 127.0.0.1:8019", ": GET / : x: y");
        splits(Syntax::AddrList, "127.0.0.1:8015 : ", ": GET /");
        splits(Syntax::AddrList, "alldown", ": GET");
        splits(Syntax::AddrList, "-", ":  upstream_response_time");
        splits(Syntax::SecondsList, "0.001 : -, 2.001", " msec 1.000");
        splits(Syntax::StatusList, "502, -", " client");
    }

    proptest::proptest! {
        #[test]
        fn ok_a_plain_value_ends_where_the_syntax_says(
            value in "[0-9]{1,3}[.][0-9]{3}|[0-9]{1,4}|-|[0-9a-f.:]{1,20}|[-0-9.:, a\u{1}]{0,8}",
            literal in " msec |: |\\] |\"|\t| |, | : |a",
            rest in "[-0-9.:, ]{0,3}................",
        ) {
            let input = format!("{value}{literal}{rest}");
            for syntax in ALL {
                let stop = syntax.stop(literal.as_bytes());
                let plain = stop.filter(|_| syntax.ends_before(literal.as_bytes()));
                let plain = plain.and_then(|stop| syntax.plain(stop, input.as_bytes()));
                if let Some(len) = plain {
                    let (_, value) = syntax.value(input.as_bytes()).unwrap();
                    proptest::prop_assert_eq!(len, value.len(), "{:?} {:?}", syntax, input);
                }
            }
        }
    }

    const ALL: [Syntax; 10] = [
        Syntax::Seconds,
        Syntax::Duration,
        Syntax::Status,
        Syntax::Number,
        Syntax::Port,
        Syntax::AddrList,
        Syntax::StatusList,
        Syntax::SecondsList,
        Syntax::NumberList,
        Syntax::Hosts,
    ];

    #[test]
    fn ok_what_most_lines_have_is_plain() {
        for (syntax, literal, value) in [
            (Syntax::Hosts, " - ", "100.97.88.252"),
            (Syntax::Hosts, " - ", "unix:"),
            (Syntax::Hosts, " - ", "2001:db8:1234:5678:9abc:def0:1234:5678"),
            (Syntax::AddrList, ": ", "[::1]:8019"),
            (Syntax::AddrList, ": ", "-"),
            (Syntax::AddrList, " ", "unix:/run/a-backend-with-a-name.sock"),
            (Syntax::SecondsList, " msec ", "0.001"),
            (Syntax::SecondsList, " msec ", "-"),
            (Syntax::Seconds, " ", "1520579091.139"),
            (Syntax::Duration, " ", "24388.248"),
            (Syntax::Status, " ", "101"),
            (Syntax::Number, " \"", "1234567"),
        ] {
            let input = format!("{value}{literal}client - something behind it");
            let stop = syntax.stop(literal.as_bytes()).unwrap();
            assert_eq!(syntax.plain(stop, input.as_bytes()), Some(value.len()), "{value}");
        }
    }

    #[test]
    fn err_values_of_another_syntax() {
        for (syntax, text) in [
            (Syntax::Status, "49"),
            (Syntax::Status, "4999"),
            (Syntax::Status, "4 9"),
            (Syntax::Number, ""),
            (Syntax::Number, "1-"),
            (Syntax::SecondsList, "0.001,0.002"),
            (Syntax::SecondsList, ""),
        ] {
            assert!(!syntax.accepts(text.as_bytes()), "{syntax:?} {text:?}");
        }
    }
}
