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

    /// Whether `text` as a whole is a value of this syntax.
    pub(crate) fn accepts(self, text: &[u8]) -> bool {
        self.value(text).is_ok_and(|(rest, _)| rest.is_empty())
    }
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
