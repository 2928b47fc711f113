//! The arguments of one directive, as nginx's tokenizer reads them (`ngx_conf_read_token`).

use nom::branch::alt;
use nom::bytes::complete::{is_not, tag};
use nom::character::complete::{anychar, char, multispace0, none_of};
use nom::combinator::{map, opt, recognize};
use nom::multi::many0;
use nom::sequence::{delimited, terminated};
use nom::{IResult, Parser};

use crate::error::{FormatError, FormatErrorKind};

/// Reads `name argument … ;` with its quotes and escapes; the `;` may be missing.
///
/// # Errors
/// [`FormatError`] at the first character that cannot stand there: an open quote, text right
/// behind a closing one, anything behind the `;`.
pub(crate) fn arguments(text: &str) -> Result<Vec<String>, FormatError> {
    let space = || (multispace0, many0((comment, multispace0)));
    let arguments = many0(terminated(argument, space()));
    let mut directive = delimited(space(), arguments, (opt(char(';')), multispace0));
    match directive.parse(text) {
        Ok(("", arguments)) => Ok(arguments.into_iter().map(unescape).collect()),
        Ok((rest, _)) => Err(unexpected(text, rest)),
        Err(_) => Err(unexpected(text, text)),
    }
}

fn unexpected(text: &str, rest: &str) -> FormatError {
    let column = text.len() - rest.len() + 1;
    let kind = match rest.chars().next() {
        Some(quote @ ('"' | '\'')) => FormatErrorKind::OpenQuote(quote),
        Some(c) => FormatErrorKind::Unexpected(c),
        None => FormatErrorKind::NoVariable,
    };
    FormatError { column, kind }
}

fn comment(input: &str) -> IResult<&str, (), ()> {
    map((char('#'), opt(is_not("\n"))), |_| ()).parse(input)
}

fn argument(input: &str) -> IResult<&str, &str, ()> {
    alt((quoted('"', "\"\\"), quoted('\'', "'\\"), bare)).parse(input)
}

/// Text between two of these quotes. Behind it must come a space, a `;`, or the end.
fn quoted(quote: char, stops: &'static str) -> impl Fn(&str) -> IResult<&str, &str, ()> {
    move |input| {
        let inner = recognize(many0(alt((recognize(none_of(stops)), escape))));
        let (rest, text) = delimited(char(quote), inner, char(quote)).parse(input)?;
        match rest.chars().next() {
            None | Some(' ' | '\t' | '\r' | '\n' | ';') => Ok((rest, text)),
            Some(_) => Err(nom::Err::Error(())),
        }
    }
}

/// Text without quotes around it; `${name}` may stand in it, other braces may not.
fn bare(input: &str) -> IResult<&str, &str, ()> {
    let variable = || recognize((tag("${"), opt(is_not("}; \t\r\n")), char('}')));
    let first = alt((variable(), escape, recognize(none_of("\"'#; \t\r\n{}\\"))));
    let more = many0(alt((variable(), escape, recognize(none_of("; \t\r\n{}\\")))));
    recognize((first, more)).parse(input)
}

fn escape(input: &str) -> IResult<&str, &str, ()> {
    recognize((char('\\'), anychar)).parse(input)
}

/// A backslash goes before a quote or another one; `\t`, `\r`, `\n` are what they say; any other
/// stays.
fn unescape(text: &str) -> String {
    let mut unescaped = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let replaced = match (c, chars.peek()) {
            ('\\', Some(&next @ ('"' | '\'' | '\\'))) => Some(next),
            ('\\', Some('t')) => Some('\t'),
            ('\\', Some('r')) => Some('\r'),
            ('\\', Some('n')) => Some('\n'),
            _ => None,
        };
        if replaced.is_some() {
            chars.next();
        }
        unescaped.push(replaced.unwrap_or(c));
    }
    unescaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_quotes_and_escapes_as_nginx_reads_them() {
        let text = "log_format m escape=json 'a \"$b\"' # why\n  \"\\t$c\\\"\" 'x'\n  ${d}\\;e;";
        let expected = ["log_format", "m", "escape=json", "a \"$b\"", "\t$c\"", "x", "${d}\\;e"];
        assert_eq!(arguments(text).unwrap(), expected);
        assert_eq!(arguments("").unwrap(), [""; 0]);
    }

    #[test]
    fn err_what_nginx_refuses() {
        for (text, column) in [("m 'a", 3), ("m 'a'b", 3), ("m 'a'; x", 8), ("m {", 3)] {
            assert_eq!(arguments(text).unwrap_err().column(), column, "{text}");
        }
    }
}
