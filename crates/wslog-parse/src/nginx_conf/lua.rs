//! The length of a block of Lua, as `content_by_lua_block` and its kin have one
//! ([lua-nginx-module](https://github.com/openresty/lua-nginx-module#directives);
//! [Lua 5.1 §2.1](https://www.lua.org/manual/5.1/manual.html#2.1)).

use memchr::memmem;
use nom::branch::alt;
use nom::bytes::complete::{is_not, tag, take, take_while};
use nom::combinator::{opt, recognize, value};
use nom::multi::many0_count;
use nom::sequence::delimited;
use nom::{IResult, Parser};

/// Whether the block of such a directive is Lua.
pub(crate) fn is_lua_block(name: &[u8]) -> bool {
    name.ends_with(b"_by_lua_block")
}

/// How many bytes stand before the `}` that closes the block; the `{` that opens it is not among
/// them. `None` when nothing closes it.
pub(crate) fn len(text: &[u8]) -> Option<usize> {
    let (mut rest, mut depth) = (text, 0_usize);
    loop {
        let (behind, kind) = piece(rest).ok()?;
        depth = match kind {
            Piece::Close if depth == 0 => return Some(text.len() - rest.len()),
            Piece::Close => depth - 1,
            Piece::Open => depth + 1,
            Piece::Other => depth,
        };
        rest = behind;
    }
}

#[derive(Clone, Copy)]
enum Piece {
    Open,
    Close,
    Other,
}

fn piece(input: &[u8]) -> IResult<&[u8], Piece, ()> {
    alt((
        value(Piece::Open, tag("{")),
        value(Piece::Close, tag("}")),
        value(Piece::Other, alt((comment, string("\"", "\"\\"), string("'", "'\\"), long_bracket))),
        value(Piece::Other, alt((is_not("{}-\"'["), tag("-"), recognize((tag("["), equals))))),
    ))
    .parse(input)
}

fn comment(input: &[u8]) -> IResult<&[u8], &[u8], ()> {
    let line = recognize(opt(is_not("\n")));
    recognize((tag("--"), alt((long_bracket, line)))).parse(input)
}

/// Text between two of these quotes; what a backslash stands before does not end it.
fn string<'a>(
    quote: &'static str,
    stops: &'static str,
) -> impl Parser<&'a [u8], Output = &'a [u8], Error = ()> {
    let escape = recognize((tag("\\"), take(1_usize)));
    let inner = recognize(many0_count(alt((is_not(stops), escape))));
    delimited(tag(quote), inner, tag(quote))
}

/// `[[ … ]]`, with any number of `=` between the brackets, the same at both ends.
fn long_bracket(input: &[u8]) -> IResult<&[u8], &[u8], ()> {
    let (rest, level) = delimited(tag("["), equals, tag("[")).parse(input)?;
    let end = [b"]", level, b"]"].concat();
    // A failure, not an error: who tried again behind each bracket would read to the end each time.
    let len = memmem::find(rest, &end).ok_or(nom::Err::Failure(()))?;
    take(len + end.len()).parse(rest)
}

fn equals(input: &[u8]) -> IResult<&[u8], &[u8], ()> {
    take_while(|byte| byte == b'=').parse(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_only_braces_of_the_program_count() {
        for (text, program) in [
            ("}", ""),
            (" local t = {a = {}} } rest", " local t = {a = {}} "),
            ("'}' \"}\" '\\'}' }", "'}' \"}\" '\\'}' "),
            ("-- }\n}", "-- }\n"),
            ("--[[ } ]] }", "--[[ } ]] "),
            ("--[==[ ]] } ]==] }", "--[==[ ]] } ]==] "),
            ("[=[ } ]] ]=] }", "[=[ } ]] ]=] "),
            ("t[i[1]] = a-b - -c }", "t[i[1]] = a-b - -c "),
            ("[=== }", "[=== "),
        ] {
            assert_eq!(len(text.as_bytes()), Some(program.len()), "{text}");
        }
    }

    #[test]
    fn err_a_block_that_nothing_closes() {
        for text in ["", "{}", "'}", "[[ }", "-- }", "\"\\\"}"] {
            assert_eq!(len(text.as_bytes()), None, "{text}");
        }
    }
}
