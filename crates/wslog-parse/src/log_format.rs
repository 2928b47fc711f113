//! nginx's `log_format` directive, compiled into a plan for reading its lines
//! ([ngx_http_log_module](https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format)).
//!
//! A format is literal text and variables in turn. Compiling decides once, for each variable, how
//! the end of its value is found in a line; [`LineParser`](crate::LineParser) follows that plan.
//! Read so far: one string (quotes already joined), `escape=default`.

use memchr::memmem::Finder;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while, take_while1};
use nom::character::complete::char;
use nom::combinator::map;
use nom::multi::many0;
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

use crate::error::{FormatError, FormatErrorKind};
use crate::syntax::Syntax;
use crate::variable::Variable;

/// A compiled `log_format`.
#[derive(Clone, Debug)]
pub struct LogFormat {
    name: String,
    pub(crate) prefix: Box<[u8]>,
    pub(crate) fields: Box<[Field]>,
    slots: [Option<u8>; Variable::COUNT],
}

/// One variable of a format, with the literal text behind it.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: Box<str>,
    pub(crate) syntax: Syntax,
    pub(crate) after: Box<[u8]>,
    pub(crate) end: End,
}

/// How the end of a value is found.
#[derive(Clone, Debug)]
pub(crate) enum End {
    /// The value's own syntax says.
    Itself,
    /// At the first of this byte, which the value cannot hold.
    Before(u8),
    /// At the last of the literal: the value behind it, the line's last, cannot hold a space.
    LastToken,
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

    /// Compiles the text of a `log_format`, its quoted parts joined, its escape the default one.
    ///
    /// ```
    /// let format = wslog_parse::LogFormat::compile("$remote_addr \"$request\" $status")?;
    /// assert!(format.logs(wslog_parse::Variable::Status));
    /// # Ok::<(), wslog_parse::FormatError>(())
    /// ```
    ///
    /// # Errors
    /// [`FormatError`], with the column, for a `$` without a name, a `${` without `}`, a format
    /// without variables, and two variables side by side of which the first has no end of its own.
    pub fn compile(text: &str) -> Result<LogFormat, FormatError> {
        let mut prefix = Vec::new();
        let mut fields: Vec<(usize, &str, Vec<u8>)> = Vec::new();
        for (column, part) in parts(text) {
            let error = |kind| FormatError { column, kind };
            match part {
                Part::NoName => return Err(error(FormatErrorKind::NoName)),
                Part::NoBrace(name) => return Err(error(FormatErrorKind::NoBrace(name.into()))),
                Part::Variable(name) => fields.push((column, name, Vec::new())),
                Part::Literal(literal) => fields
                    .last_mut()
                    .map_or(&mut prefix, |(_, _, after)| after)
                    .extend_from_slice(literal.as_bytes()),
            }
        }
        if fields.is_empty() || fields.len() > MAX_FIELDS {
            return Err(FormatError { column: 1, kind: FormatErrorKind::NoVariable });
        }
        let fields = plan(&fields)?;
        let slots = Variable::ALL.iter().map(|variable| {
            let slot = fields.iter().position(|field| &*field.name == variable.name());
            slot.and_then(|slot| u8::try_from(slot).ok())
        });
        let mut table = [None; Variable::COUNT];
        table.iter_mut().zip(slots).for_each(|(entry, slot)| *entry = slot);
        let name = LogFormat::CUSTOM.to_owned();
        Ok(LogFormat { name, prefix: prefix.into(), fields, slots: table })
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

    /// Whether lines of this format show the variable.
    pub fn logs(&self, variable: Variable) -> bool {
        self.slot(variable).is_some()
    }

    /// The variables of the format in its order, unknown ones included, without `$`.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|field| &*field.name)
    }

    /// Where among the fields the variable stands; its first place when it has several.
    pub(crate) fn slot(&self, variable: Variable) -> Option<usize> {
        self.slots[variable as usize].map(usize::from)
    }
}

/// Decides for each variable how its end is found.
fn plan(parts: &[(usize, &str, Vec<u8>)]) -> Result<Box<[Field]>, FormatError> {
    let syntax_of = |name| Variable::from_name(name).map_or(Syntax::Text, Variable::syntax);
    let mut fields = Vec::with_capacity(parts.len());
    for (index, (column, name, after)) in parts.iter().enumerate() {
        let syntax = syntax_of(name);
        let next = parts.get(index + 1).map(|(_, name, _)| *name);
        let is_before_last = index + 2 == parts.len() && parts[index + 1].2.is_empty();
        let end = match next {
            None if after.is_empty() => End::Line,
            Some(next) if after.is_empty() && !syntax.has_fixed_end() => {
                let kind = FormatErrorKind::Unsplittable((*name).into(), next.into());
                return Err(FormatError { column: *column, kind });
            }
            Some(next)
                if is_before_last
                    && after.ends_with(b" ")
                    && syntax_of(next).excludes() == Some(b' ')
                    && !syntax.ends_before(after) =>
            {
                End::LastToken
            }
            _ => end_before(syntax, after),
        };
        let (name, after) = ((*name).into(), after.as_slice().into());
        fields.push(Field { name, syntax, after, end });
    }
    Ok(fields.into())
}

/// How a value of this syntax ends before this literal.
fn end_before(syntax: Syntax, literal: &[u8]) -> End {
    match literal.first() {
        // nginx escapes these bytes in every value (escape=default).
        Some(&byte @ (b'"' | b'\\' | 0..=0x1f | 0x7f..)) => End::Before(byte),
        _ if syntax.has_fixed_end() || syntax.ends_before(literal) => End::Itself,
        Some(&byte) if syntax.excludes() == Some(byte) => End::Before(byte),
        _ => End::Search(Box::new(Finder::new(literal).into_owned())),
    }
}

/// A piece of a format; the last two are what a valid one does not have.
#[derive(Clone, Copy)]
enum Part<'a> {
    Literal(&'a str),
    Variable(&'a str),
    NoName,
    NoBrace(&'a str),
}

/// All pieces of a format, each with its column from 1. Total: any text has pieces.
fn parts(text: &str) -> Vec<(usize, Part<'_>)> {
    let start = |rest: &str| text.len() - rest.len() + 1;
    let place = |input| {
        let (rest, part) = part(input)?;
        Ok((rest, (start(input), part)))
    };
    many0(place).parse(text).map_or_else(|_| Vec::new(), |(_, parts)| parts)
}

fn part(input: &str) -> IResult<&str, Part<'_>, ()> {
    let name = || take_while1(|c: char| c.is_ascii_alphanumeric() || c == '_');
    let partial_name = take_while(|c: char| c.is_ascii_alphanumeric() || c == '_');
    alt((
        map(take_while1(|c| c != '$'), Part::Literal),
        map(delimited(tag("${"), name(), char('}')), Part::Variable),
        map(preceded(tag("${"), partial_name), Part::NoBrace),
        map(preceded(char('$'), name()), Part::Variable),
        map(char('$'), |_| Part::NoName),
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
    fn err_a_format_that_cannot_be_read_says_where() {
        assert!(error("a $ b").starts_with("log_format, column 3: expected a variable's name"));
        assert!(error("a ${status b").starts_with("log_format, column 3: expected \"}\""));
        assert!(error("nothing").contains("no variable"));
        assert!(error("").contains("no variable"));
        let side_by_side = error("$status $request$http_user_agent");
        assert!(side_by_side.starts_with("log_format, column 9: $request and $http_user_agent"));
    }
}
