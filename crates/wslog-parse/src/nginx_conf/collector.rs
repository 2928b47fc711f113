//! Goes through a configuration for whatever is about access logs.

use std::collections::HashSet;

use super::Configuration;
use super::directive::{Argument, Body, Directive};
use super::error::{ConfError, Kind, Shown};
use super::format::Definition;
use super::logging::{AccessLog, DefinedFormat, Logging, Target};
use super::word::Word;
use crate::detect::BYTE_ORDER_MARK;
use crate::escape::Escape;
use crate::named::NamedFormat;

/// What a configuration says about access logs.
pub(crate) fn logging(configuration: &Configuration) -> Logging {
    let problems = configuration.unread.clone();
    let mut collector = Collector {
        logging: Logging { formats: Vec::new(), access_logs: Vec::new(), problems },
        names: HashSet::new(),
        named: Vec::new(),
    };
    combined().into_iter().for_each(|format| collector.define(format));
    collector.walk(&configuration.directives, Context::Top);
    collector.finish()
}

/// Where a directive stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Context {
    /// Outside all blocks.
    Top,
    Http,
    /// A `server`, or what stands in one.
    Server,
}

impl Context {
    /// What the block of this directive is, if access logs of `http` can be in it.
    fn within(self, name: &[u8]) -> Option<Context> {
        match name {
            b"http" if self == Context::Top => Some(Context::Http),
            b"server" | b"location" | b"if" | b"limit_except" => Some(Context::Server),
            _ => None,
        }
    }
}

/// What was found so far.
struct Collector {
    logging: Logging,
    /// The formats there are.
    names: HashSet<String>,
    /// The formats that are named, each with what to say if there is none.
    named: Vec<(String, ConfError)>,
}

impl Collector {
    /// Calls itself for a block; the reader bounds how many stand in one another.
    fn walk(&mut self, directives: &[Directive], context: Context) {
        for directive in directives {
            if let Body::Included(directives) = directive.body() {
                self.walk(directives, context);
                continue;
            }
            let name = directive.name();
            let result = match &*name {
                b"log_format" => self.log_format(directive, context),
                b"access_log" => self.access_log(directive),
                name => plausible(directive, name, context),
            };
            self.logging.problems.extend(result.err());
            // nginx refuses a byte order mark; what stands behind it is plain all the same.
            let name = name.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&name);
            if let (Some(context), Some(block)) = (context.within(name), directive.block()) {
                self.walk(block, context);
            }
        }
    }

    fn log_format(&mut self, directive: &Directive, context: Context) -> Result<(), ConfError> {
        let (name, arguments) = arguments(directive, 2)?;
        if context == Context::Server {
            return Err(problem(directive, &directive.name, Kind::Misplaced));
        }
        if self.names.contains(&name.text()) {
            return Err(problem(directive, name, Kind::Duplicate));
        }
        let defined = defined(directive, name, arguments);
        let result = defined.format.as_ref().map_or_else(|error| Err(error.clone()), |_| Ok(()));
        self.define(defined);
        result
    }

    fn define(&mut self, format: DefinedFormat) {
        self.names.insert(format.name.clone());
        self.logging.formats.push(format);
    }

    fn access_log(&mut self, directive: &Directive) -> Result<(), ConfError> {
        let (path, rest) = arguments(directive, 1)?;
        let (format, parameters) = rest.split_first().map_or((None, rest), |(f, p)| (Some(f), p));
        let mut log = AccessLog {
            target: Target::of(&path.value()),
            format: format.map_or_else(|| COMBINED.into(), Argument::text),
            buffer: None,
            flush: None,
            gzip: None,
            condition: None,
            place: directive.place(),
        };
        let wrong = match log.target {
            Target::Off => format,
            _ => parameters.iter().find(|parameter| !log.take(&parameter.text())),
        };
        if let (Some(format), true) = (format, log.target != Target::Off) {
            self.named.push((format.text(), problem(directive, format, Kind::UnknownFormat)));
        }
        self.logging.access_logs.push(log);
        wrong.map_or(Ok(()), |argument| Err(problem(directive, argument, Kind::Argument)))
    }

    fn finish(self) -> Logging {
        let Collector { mut logging, names, named } = self;
        let unknown = named.into_iter().filter(|(name, _)| !names.contains(name));
        logging.problems.extend(unknown.map(|(_, problem)| problem));
        logging
    }
}

const COMBINED: &str = "combined";

/// The format that nginx itself defines.
fn combined() -> Option<DefinedFormat> {
    let named = NamedFormat::find(COMBINED)?;
    Some(DefinedFormat {
        name: COMBINED.into(),
        escape: Escape::Default,
        text: named.log_format.into(),
        format: Ok(named.compile()?),
        place: None,
    })
}

fn defined(directive: &Directive, name: &Argument, arguments: &[Argument]) -> DefinedFormat {
    let words: Vec<Word<'_>> = arguments.iter().map(Argument::word).collect();
    let definition = Definition::new(&words);
    let (escape, text) = match &definition {
        Ok(definition) => (definition.escape, definition.pieces.concat()),
        Err(_) => {
            (Escape::Default, words.iter().skip(1).flat_map(|w| w.value().into_owned()).collect())
        }
    };
    let format = definition.and_then(|definition| definition.compile()).map_err(|wrong| {
        let argument = arguments.get(wrong.word).unwrap_or(&directive.name);
        let position = argument.position(wrong.offset);
        ConfError::new(&directive.file, position, Kind::Format(wrong.kind))
    });
    let format = format.map(|format| format.with_name(&name.text()));
    DefinedFormat { name: name.text(), escape, text, format, place: Some(directive.place()) }
}

/// The first argument of a directive that ends in `;` and has so many at least, and the others.
fn arguments(directive: &Directive, least: usize) -> Result<(&Argument, &[Argument]), ConfError> {
    let error = |kind| problem(directive, &directive.name, kind);
    match directive.arguments().split_first() {
        _ if directive.block().is_some() => Err(error(Kind::Block)),
        Some((first, rest)) if rest.len() + 1 >= least => Ok((first, rest)),
        _ => Err(error(Kind::TooFew)),
    }
}

/// What no directive of nginx is, where an access log may have been meant.
fn plausible(directive: &Directive, name: &[u8], context: Context) -> Result<(), ConfError> {
    let position = directive.name.start;
    if name.starts_with(BYTE_ORDER_MARK) {
        return Err(ConfError::new(&directive.file, position, Kind::ByteOrderMark));
    }
    if name.starts_with(b"//") {
        return Err(problem(directive, &directive.name, Kind::Slashes));
    }
    // At the top it may be a line of an `upstream`.
    let is_open = context != Context::Top && directive.block().is_none();
    match context.within(name) {
        Some(_) if is_open => Err(problem(directive, &directive.name, Kind::NoBlock)),
        _ => Ok(()),
    }
}

fn problem(directive: &Directive, about: &Argument, kind: fn(Shown) -> Kind) -> ConfError {
    ConfError::new(&directive.file, about.start, kind(Shown::new(&about.value())))
}
