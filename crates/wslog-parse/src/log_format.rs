//! nginx's `log_format` directive, compiled into a plan for reading its lines
//! ([ngx_http_log_module](https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format)).
//!
//! A format is literal text and variables in turn. Compiling decides once, for each variable, how
//! the end of its value is found in a line; [`LineParser`](crate::LineParser) follows that plan.
//! A log of JSON objects can also be read without its `log_format`, by its keys: see `json`.

use memchr::memchr_iter;
use memchr::memmem::Finder;
use nom::branch::alt;
use nom::bytes::complete::{is_not, tag, take_while, take_while1};
use nom::combinator::{map, map_res};
use nom::multi::many0;
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

use crate::error::{FormatError, FormatErrorKind};
use crate::escape::Escape;
use crate::literal::Literal;
use crate::nginx_conf;
use crate::outline::Mark;
use crate::straight::Straight;
use crate::syntax::{Stop, Syntax};
use crate::variable::{Variable, VariableSet};
use crate::window::find;

/// A compiled `log_format`.
#[derive(Clone, Debug)]
pub struct LogFormat {
    name: String,
    pub(crate) escape: Escape,
    pub(crate) layout: Layout,
    pub(crate) fields: Box<[Field]>,
    /// The known variables among the fields.
    pub(crate) present: VariableSet,
    slots: [Option<u8>; Variable::COUNT],
    /// How many values end at a place that has to be searched for.
    pub(crate) searches: usize,
    /// How lines without any oddity are read.
    pub(crate) straight: Option<Straight>,
    /// What the straight reader of its lines wants to know of them beforehand.
    pub(crate) mark: Mark,
}

/// How the values of a line are found.
#[derive(Clone, Debug)]
pub(crate) enum Layout {
    /// One after another; this text stands before the first.
    Sequence(Literal),
    /// By the keys of a JSON object; there is a field for each known variable.
    JsonObject,
}

/// One variable of a format, with the literal text behind it.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: Box<str>,
    pub(crate) syntax: Syntax,
    pub(crate) after: Literal,
    pub(crate) end: End,
    /// What ends a plain value.
    pub(crate) stop: Option<Stop>,
    pub(crate) can_be_empty: bool,
    /// How often the first byte of `after` stands in it and in the literals behind it.
    needed: usize,
}

impl Field {
    /// Whether the rest of a line, from the literal behind the value on, can hold that literal and
    /// those of all fields behind it.
    pub(crate) fn leaves_enough(&self, rest: &[u8]) -> bool {
        let first = self.after.bytes().first();
        first.is_none_or(|&byte| memchr_iter(byte, rest).count() >= self.needed)
    }

    /// The length of the plain value at the front of `rest`; `None` says nothing.
    #[inline]
    pub(crate) fn plain_len(&self, rest: &[u8]) -> Option<usize> {
        self.stop.and_then(|stop| self.syntax.plain(stop, rest))
    }

    /// The length of the value at the front of `rest`, if it ends by its own syntax.
    pub(crate) fn value_len(&self, rest: &[u8]) -> Option<usize> {
        match self.syntax.value(rest) {
            Ok((_, value)) => Some(value.len()),
            Err(_) => self.can_be_empty.then_some(0),
        }
    }

    /// Whether this text as a whole can be the field's value.
    #[inline]
    pub(crate) fn accepts(&self, text: &[u8]) -> bool {
        matches!(self.syntax, Syntax::Text | Syntax::Key)
            || self.syntax.excludes().is_some_and(|byte| find(byte, text).is_none())
            || self.syntax.accepts(text)
            || (self.can_be_empty && text.is_empty())
    }
}

/// How the end of a value is found.
#[derive(Clone, Debug)]
pub(crate) enum End {
    /// The value's own syntax says.
    Itself,
    /// At the first of this byte, which the value cannot hold.
    Before(u8),
    /// At the first quote that no backslash escapes.
    Quote,
    /// Where the values behind it leave off, counted from the end of the line: none of them can
    /// hold the byte in front of it.
    Backwards,
    /// At one of the places where the literal stands: each has to be tried.
    Search(Box<Finder<'static>>),
    /// At the end of the line.
    Line,
}

/// Most variables a format can have; nginx sets no limit, and nobody comes near this one.
const MAX_FIELDS: usize = 250;

impl LogFormat {
    /// The name of a format that was given as text.
    pub const CUSTOM: &'static str = "custom";

    /// Compiles the text of a `log_format` with the default escape, its quoted parts joined.
    ///
    /// ```
    /// let format = wslog_parse::LogFormat::compile("$remote_addr \"$request\" $status")?;
    /// assert!(format.logs(wslog_parse::Variable::Status));
    /// # Ok::<(), wslog_parse::FormatError>(())
    /// ```
    ///
    /// # Errors
    /// [`FormatError`], with the column, for a `$` without a name, a `${` without `}`, a format
    /// without variables, and two variables side by side of which neither has a syntax that tells
    /// where the first ends.
    pub fn compile(text: &str) -> Result<LogFormat, FormatError> {
        LogFormat::compile_escaped(text, Escape::Default)
    }

    /// Compiles the text of a `log_format` with this escape, its quoted parts joined.
    ///
    /// # Errors
    /// As [`LogFormat::compile`].
    pub fn compile_escaped(text: &str, escape: Escape) -> Result<LogFormat, FormatError> {
        LogFormat::compile_pieces(&[text], escape)
    }

    /// Compiles the arguments of a `log_format`: a variable ends with its argument. Columns count
    /// in the arguments joined.
    pub(crate) fn compile_pieces(
        pieces: &[impl AsRef<[u8]>],
        escape: Escape,
    ) -> Result<LogFormat, FormatError> {
        let mut prefix = Vec::new();
        let mut variables: Vec<Piece<'_>> = Vec::new();
        for (column, part) in parts(pieces) {
            let error = |kind| FormatError { column, kind };
            match part {
                Part::NoName => return Err(error(FormatErrorKind::NoName)),
                Part::NoBrace(name) => return Err(error(FormatErrorKind::NoBrace(name.into()))),
                Part::Variable(name) => variables.push(Piece { column, name, after: Vec::new() }),
                Part::Literal(literal) => variables
                    .last_mut()
                    .map_or(&mut prefix, |piece| &mut piece.after)
                    .extend_from_slice(literal),
            }
        }
        let error = |kind| Err(FormatError { column: 1, kind });
        match variables.len() {
            0 => error(FormatErrorKind::NoVariable),
            1..=MAX_FIELDS => {
                let layout = Layout::Sequence(Literal::new(&prefix));
                Ok(LogFormat::new(escape, layout, plan(&variables, escape)?))
            }
            _ => error(FormatErrorKind::TooMany(MAX_FIELDS)),
        }
    }

    /// Compiles a format as people have it at hand: a whole `log_format` directive, its arguments
    /// behind the name (in single quotes, or starting with `escape=`), or bare text as
    /// [`LogFormat::compile`] takes it. A directive's name becomes the format's.
    ///
    /// ```
    /// let format = wslog_parse::LogFormat::from_config(
    ///     "log_format api escape=json '{\"status\":$status,' '\"uri\":\"$uri\"}';",
    /// )?;
    /// assert_eq!(format.name(), "api");
    /// # Ok::<(), wslog_parse::FormatError>(())
    /// ```
    ///
    /// # Errors
    /// As [`LogFormat::compile`], and for what nginx's tokenizer refuses. Columns count in the text
    /// as it is given.
    pub fn from_config(text: &str) -> Result<LogFormat, FormatError> {
        let trimmed = text.trim();
        let is_directive = trimmed
            .strip_prefix("log_format")
            .is_some_and(|rest| rest.starts_with(char::is_whitespace));
        if !is_directive && !trimmed.starts_with('\'') && !trimmed.starts_with("escape=") {
            return LogFormat::compile(text);
        }
        nginx_conf::from_config(text, is_directive)
    }

    /// Lines that are JSON objects, read by their keys: nginx's variable names, with or without
    /// `http_`, or common names for them (`status_code`, `user_agent`, …).
    pub fn json_objects() -> LogFormat {
        let field = |variable: &Variable| Field {
            name: variable.name().into(),
            syntax: variable.syntax(),
            after: Literal::new(b""),
            end: End::Line,
            stop: None,
            can_be_empty: true,
            needed: 0,
        };
        let fields = Variable::ALL.iter().map(field).collect();
        LogFormat::new(Escape::Json, Layout::JsonObject, fields)
    }

    fn new(escape: Escape, layout: Layout, fields: Box<[Field]>) -> LogFormat {
        let slots = Variable::ALL.iter().map(|variable| {
            let slot = fields.iter().position(|field| &*field.name == variable.name());
            slot.and_then(|slot| u8::try_from(slot).ok())
        });
        let mut table = [None; Variable::COUNT];
        table.iter_mut().zip(slots).for_each(|(entry, slot)| *entry = slot);
        let present = fields.iter().filter_map(|field| Variable::from_name(&field.name)).collect();
        let name = LogFormat::CUSTOM.to_owned();
        let searches = fields.iter().filter(|field| matches!(field.end, End::Search(_))).count();
        let straight = match &layout {
            Layout::Sequence(prefix) => Straight::compile(prefix, &fields, escape),
            Layout::JsonObject => None,
        };
        let mark = straight.as_ref().map_or(Mark::NONE, Straight::mark);
        LogFormat { name, escape, layout, fields, present, slots: table, searches, straight, mark }
    }

    /// The same format under this name.
    #[must_use]
    pub fn with_name(self, name: &str) -> LogFormat {
        LogFormat { name: name.to_owned(), ..self }
    }

    /// The name reports use for it; [`LogFormat::CUSTOM`] unless given.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How values are escaped.
    pub fn escape(&self) -> Escape {
        self.escape
    }

    /// Whether lines of this format can show the variable.
    pub fn logs(&self, variable: Variable) -> bool {
        self.slot(variable).is_some()
    }

    /// All variables that lines of this format can show.
    pub fn variable_set(&self) -> VariableSet {
        self.present
    }

    /// The variables of the format in its order, unknown ones included, without `$`.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|field| &*field.name)
    }

    /// Where among the fields the variable stands; its first place when it has several.
    #[inline]
    pub(crate) fn slot(&self, variable: Variable) -> Option<usize> {
        self.slots[variable as usize].map(usize::from)
    }
}

/// A variable of a format, with the literal text behind it.
struct Piece<'a> {
    column: usize,
    name: &'a str,
    after: Vec<u8>,
}

/// Decides for each variable how its end is found.
fn plan(pieces: &[Piece<'_>], escape: Escape) -> Result<Box<[Field]>, FormatError> {
    let fields = pieces.iter().enumerate().map(|(index, piece)| {
        let syntax = syntax_of(piece.name);
        let end = match pieces.get(index + 1) {
            None if piece.after.is_empty() => End::Line,
            Some(next) if piece.after.is_empty() => end_beside(piece, next)?,
            next => {
                // Where nothing is logged for no value, what comes next may be anything as well.
                let is_free = next.map(|next| syntax_of(next.name)).is_some_and(|next| {
                    next.is_free()
                        || matches!(next, Syntax::Key | Syntax::Port)
                        || (escape != Escape::Default && next.can_be_missing())
                });
                end_before(syntax, &piece.after, escape, is_free)
            }
        };
        let end = match end {
            End::Search(_) if stand_at_line_end(&pieces[index..], escape) => End::Backwards,
            end => end,
        };
        // Between quotes even a word may hold a space: a client can send one in its key.
        let is_quoted = matches!(end, End::Quote | End::Before(b'"'));
        let syntax = if is_quoted && syntax.is_free() { Syntax::Text } else { syntax };
        Ok(Field {
            name: piece.name.into(),
            syntax,
            after: Literal::new(&piece.after),
            stop: match end {
                End::Itself => syntax.stop(&piece.after),
                End::Before(byte) => Some(Stop::before(byte)),
                _ => None,
            },
            end,
            can_be_empty: escape != Escape::Default && syntax.can_be_missing(),
            needed: piece.after.first().map_or(0, |&byte| {
                let literals = pieces[index..].iter();
                literals.map(|piece| memchr_iter(byte, &piece.after).count()).sum()
            }),
        })
    });
    fields.collect()
}

/// Of other variables some are nginx's own words; the rest is free text.
fn syntax_of(name: &str) -> Syntax {
    const WORDS: &[&str] =
        &["gzip_ratio", "https", "pipe", "ssl_cipher", "ssl_protocol", "upstream_cache_status"];
    match Variable::from_name(name) {
        Some(variable) => variable.syntax(),
        None if WORDS.contains(&name) || name.starts_with("tcpinfo_") => Syntax::Word,
        None => Syntax::Text,
    }
}

/// Whether all values behind the first of these can be found from the end of the line. A key at
/// the end, behind a value that may hold spaces, is the last word.
fn stand_at_line_end(pieces: &[Piece<'_>], escape: Escape) -> bool {
    let is_last_word = pieces.len() == 2 && syntax_of(pieces[0].name) == Syntax::Text;
    pieces.len() > 1
        && pieces.windows(2).all(|pair| {
            let syntax = syntax_of(pair[1].name);
            let is_last_key = is_last_word && syntax == Syntax::Key && pair[1].after.is_empty();
            pair[0].after.last().is_some_and(|&byte| {
                syntax.never_holds(byte)
                    || (escape == Escape::Default && !escape.holds(byte))
                    || (is_last_key && byte == b' ')
            })
        })
}

/// How a value ends where another one follows at once.
fn end_beside(piece: &Piece<'_>, next: &Piece<'_>) -> Result<End, FormatError> {
    let (syntax, next_syntax) = (syntax_of(piece.name), syntax_of(next.name));
    let can_be_anything = |syntax: Syntax| syntax.is_free() || syntax == Syntax::Key;
    match (syntax.has_fixed_end(), can_be_anything(syntax) && can_be_anything(next_syntax)) {
        (true, _) => Ok(End::Itself),

        (_, false) => Ok(End::Search(Box::new(Finder::new(b"").into_owned()))),
        _ => {
            let kind = FormatErrorKind::Unsplittable(piece.name.into(), next.name.into());
            Err(FormatError { column: piece.column, kind })
        }
    }
}

/// How a value of this syntax ends before this literal.
fn end_before(syntax: Syntax, literal: &[u8], escape: Escape, next_is_free: bool) -> End {
    match literal.first() {
        _ if syntax.has_fixed_end() => End::Itself,
        Some(b'"') if escape == Escape::Json => End::Quote,
        Some(&byte) if !escape.holds(byte) => End::Before(byte),
        _ if syntax.ends_before(literal)
            && !(next_is_free && syntax.could_go_on_behind(literal)) =>
        {
            End::Itself
        }
        Some(&byte) if syntax.excludes() == Some(byte) => End::Before(byte),
        _ => End::Search(Box::new(Finder::new(literal).into_owned())),
    }
}

/// A piece of a format; the last two are what a valid one does not have.
#[derive(Clone, Copy)]
enum Part<'a> {
    Literal(&'a [u8]),
    Variable(&'a str),
    NoName,
    NoBrace(&'a str),
}

/// All parts of a format, each with its column from 1. Total: any bytes have parts.
fn parts(pieces: &[impl AsRef<[u8]>]) -> Vec<(usize, Part<'_>)> {
    let mut before = 0;
    let mut all = Vec::new();
    for piece in pieces {
        let piece = piece.as_ref();
        let start = |rest: &[u8]| before + piece.len() - rest.len() + 1;
        let place = |input| {
            let (rest, part) = part(input)?;
            Ok((rest, (start(input), part)))
        };
        all.extend(many0(place).parse(piece).map_or_else(|_| Vec::new(), |(_, parts)| parts));
        before += piece.len();
    }
    all
}

fn part(input: &[u8]) -> IResult<&[u8], Part<'_>, ()> {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let name = || map_res(take_while1(is_name), str::from_utf8);
    let partial_name = map_res(take_while(is_name), str::from_utf8);
    alt((
        map(is_not("$"), Part::Literal),
        map(delimited(tag("${"), name(), tag("}")), Part::Variable),
        map(preceded(tag("${"), partial_name), Part::NoBrace),
        map(preceded(tag("$"), name()), Part::Variable),
        map(tag("$"), |_| Part::NoName),
    ))
    .parse(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn error(text: &str) -> String {
        LogFormat::compile(text).expect_err(text).to_string()
    }

    #[test]
    fn ok_braces_and_plain_names_are_the_same_variable() {
        for text in ["${status}b", "$status b", "${status}"] {
            let format = LogFormat::compile(text).unwrap();
            assert_eq!(format.variables().collect::<Vec<_>>(), ["status"]);
        }
    }

    #[test]
    fn ok_a_format_as_it_stands_in_nginx_conf() {
        for text in [
            "log_format m '$a' ' $status';",
            "'$a' ' $status'",
            "escape=default '$a' ' $status'",
            "$a $status",
        ] {
            let format = LogFormat::from_config(text).expect(text);
            assert_eq!(format.variables().collect::<Vec<_>>(), ["a", "status"], "{text}");
        }
        assert!(LogFormat::from_config("escape=jso '$a'").is_err());
    }

    #[test]
    fn err_a_format_that_cannot_be_read_says_where() {
        assert!(error("a $ b").starts_with("log_format, column 3: expected a variable's name"));
        assert!(error("a ${status b").starts_with("log_format, column 3: expected \"}\""));
        assert!(error("nothing").contains("no variable"));
        assert!(error("").contains("no variable"));
        let many = "$status ".repeat(MAX_FIELDS + 1);
        assert!(error(&many).contains("too many"));
        let side_by_side = error("$status $request$http_user_agent");
        assert!(side_by_side.starts_with("log_format, column 9: $request and $http_user_agent"));
    }
}
