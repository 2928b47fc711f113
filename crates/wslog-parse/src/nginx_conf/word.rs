//! nginx's tokenizer: `ngx_conf_read_token` in
//! [ngx_conf_file.c](https://github.com/nginx/nginx/blob/release-1.22.1/src/core/ngx_conf_file.c).
//!
//! It knows bytes, not characters. nginx also refuses an argument longer than its buffer of 4096
//! bytes ("too long parameter"); here an argument may be of any length.

use std::borrow::Cow;

use nom::branch::alt;
use nom::bytes::complete::{is_a, is_not, tag, take, take_while};
use nom::combinator::{map, not, opt, recognize, value};
use nom::multi::{many0_count, many1_count};
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

/// What a configuration is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    Word(Word<'a>),
    Semicolon,
    Open,
    Close,
    End,
}

/// A directive's name or argument as it is written, without the quotes around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word<'a> {
    pub(crate) raw: &'a [u8],
    pub(crate) is_quoted: bool,
}

impl<'a> Word<'a> {
    /// What nginx takes it for: a backslash goes before a quote or another one; `\t`, `\r`, `\n`
    /// are what they say; any other stays.
    pub(crate) fn value(self) -> Cow<'a, [u8]> {
        match memchr::memchr(b'\\', self.raw) {
            Some(_) => Cow::Owned(self.bytes().map(|(_, byte)| byte).collect()),
            None => Cow::Borrowed(self.raw),
        }
    }

    /// Where in the file's text a byte of the value stands, counted from the word's first byte.
    pub(crate) fn offset_of(self, index: usize) -> usize {
        let offset = self.bytes().nth(index).map_or(self.raw.len(), |(offset, _)| offset);
        offset + usize::from(self.is_quoted)
    }

    /// The value's bytes, and where each comes from.
    fn bytes(self) -> impl Iterator<Item = (usize, u8)> {
        let mut offset = 0;
        std::iter::from_fn(move || {
            let rest = self.raw.get(offset..)?;
            let (byte, len) = match *rest {
                [b'\\', byte @ (b'"' | b'\'' | b'\\'), ..] => (byte, 2),
                [b'\\', b't', ..] => (b'\t', 2),
                [b'\\', b'r', ..] => (b'\r', 2),
                [b'\\', b'n', ..] => (b'\n', 2),
                [byte, ..] => (byte, 1),
                [] => return None,
            };
            offset += len;
            Some((offset - len, byte))
        })
    }
}

/// What cannot stand at this offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A quote that is never closed.
    OpenQuote(usize),
    /// Something right behind a closing quote.
    BehindQuote(usize),
}

/// The tokens of a text, each with its offset.
#[derive(Clone, Debug)]
pub(crate) struct Tokens<'a> {
    text: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Tokens<'a> {
    pub(crate) fn new(text: &'a [u8]) -> Tokens<'a> {
        Tokens { text, rest: text }
    }

    /// What no token was made of yet.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Goes over so many bytes that are no tokens of nginx's.
    pub(crate) fn skip(&mut self, len: usize) {
        self.rest = self.rest.get(len..).unwrap_or_default();
    }

    /// The next token; [`Token::End`] for ever once there is none.
    pub(crate) fn next(&mut self) -> Result<(usize, Token<'a>), Fault> {
        let start = blank(self.rest).map_or(self.rest, |(rest, _)| rest);
        let at = self.text.len() - start.len();
        if start.is_empty() {
            self.rest = start;
            return Ok((at, Token::End));
        }
        // Anything is the start of a word but a quote without its fellow.
        let (rest, token) = token(start).map_err(|_| Fault::OpenQuote(at))?;
        self.rest = rest;
        match (token, rest.first()) {
            (Token::Word(Word { is_quoted: true, .. }), Some(&byte))
                if !is_space(byte) && !matches!(byte, b';' | b'{' | b')') =>
            {
                Err(Fault::BehindQuote(self.text.len() - rest.len()))
            }
            _ => Ok((at, token)),
        }
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// Spaces and comments; a `#` inside a word starts none.
fn blank(input: &[u8]) -> IResult<&[u8], usize, ()> {
    let comment = recognize((tag("#"), opt(is_not("\n"))));
    many0_count(alt((is_a(" \t\r\n"), comment))).parse(input)
}

fn token(input: &[u8]) -> IResult<&[u8], Token<'_>, ()> {
    alt((
        value(Token::Semicolon, tag(";")),
        value(Token::Open, tag("{")),
        value(Token::Close, tag("}")),
        map(quoted("\"", "\"\\"), |raw| Token::Word(Word { raw, is_quoted: true })),
        map(quoted("'", "'\\"), |raw| Token::Word(Word { raw, is_quoted: true })),
        map(bare, |raw| Token::Word(Word { raw, is_quoted: false })),
    ))
    .parse(input)
}

/// Text between two of these quotes.
fn quoted<'a>(
    quote: &'static str,
    stops: &'static str,
) -> impl Parser<&'a [u8], Output = &'a [u8], Error = ()> {
    let inner = recognize(many0_count(alt((is_not(stops), escape))));
    delimited(tag(quote), inner, tag(quote))
}

/// Text without quotes around it. Braces that follow a `$` belong to it, and so does any `}`.
fn bare(input: &[u8]) -> IResult<&[u8], &[u8], ()> {
    let dollar = recognize((tag("$"), take_while(|byte| byte == b'{')));
    let text = is_not(" \t\r\n;{\\$");
    let word = recognize(many1_count(alt((text, dollar, escape))));
    preceded(not(is_a("\"'")), word).parse(input)
}

/// A backslash and what it takes the meaning from.
fn escape(input: &[u8]) -> IResult<&[u8], &[u8], ()> {
    recognize((tag("\\"), opt(take(1_usize)))).parse(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values of the words, and the other tokens as they are written.
    #[track_caller]
    fn tokens(text: &str) -> Vec<String> {
        let mut tokens = Tokens::new(text.as_bytes());
        let mut found = Vec::new();
        loop {
            let token = match tokens.next().expect(text).1 {
                Token::Word(word) => format!("[{}]", word.value().escape_ascii()),
                Token::Semicolon => ";".into(),
                Token::Open => "{".into(),
                Token::Close => "}".into(),
                Token::End => return found,
            };
            found.push(token);
        }
    }

    #[test]
    fn ok_words_quotes_and_escapes_as_nginx_reads_them() {
        for (text, expected) in [
            ("", ""),
            (" \t\r\n# only { a \" comment", ""),
            ("a b;c{d}", "[a] [b] ; [c] { [d}]"),
            ("a;}", "[a] ; }"),
            ("a{b;}}", "[a] { [b] ; } }"),
            ("a # b\n c;", "[a] [c] ;"),
            ("a#b c\"d\" e'f';", "[a#b] [c\\\"d\\\"] [e\\'f\\'] ;"),
            ("'a \"b\"' \"c 'd'\" '';", "[a \\\"b\\\"] [c \\'d\\'] [] ;"),
            (r#"'\'' "\"" "\\" '\x' '\$' "\t\r\n";"#, r#"[\'] [\"] [\\] [\\x] [\\$] [\t\r\n] ;"#),
            (r"a\;b\ c\{d \;;", r"[a\\;b\\ c\\{d] [\\;] ;"),
            ("${a}b $c{;", "[${a}b] [$c] { ;"),
            ("${{a} $}{", "[${{a}] [$}] {"),
            ("($a = \"b\"){", "[($a] [=] [b] [)] {"),
            ("'a';", "[a] ;"),
            ("'a'{", "[a] {"),
            ("'a'\r\n'b'", "[a] [b]"),
        ] {
            assert_eq!(tokens(text).join(" "), expected, "{text}");
        }
    }

    #[test]
    fn ok_a_byte_of_the_value_is_found_in_the_text() {
        let word = Word { raw: br#"a\"b\xc"#, is_quoted: true };
        let offsets: Vec<_> = (0..=6).map(|index| word.offset_of(index)).collect();
        assert_eq!(offsets, [1, 2, 4, 5, 6, 7, 8]);
        assert_eq!(&*word.value(), br#"a"b\xc"#);
    }

    #[test]
    fn err_an_open_quote_and_text_behind_a_closing_one() {
        for (text, fault) in [
            ("a 'b;", Fault::OpenQuote(2)),
            ("a \"b\\\"", Fault::OpenQuote(2)),
            ("'a'b", Fault::BehindQuote(3)),
            ("'a''b'", Fault::BehindQuote(3)),
            ("\"a\"}", Fault::BehindQuote(3)),
            ("\"a\"#", Fault::BehindQuote(3)),
        ] {
            let mut tokens = Tokens::new(text.as_bytes());
            let found = std::iter::repeat_with(|| tokens.next()).find_map(Result::err);
            assert_eq!(found, Some(fault), "{text}");
        }
    }
}
