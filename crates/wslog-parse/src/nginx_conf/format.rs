//! The arguments of a `log_format` behind its name
//! ([ngx_http_log_module](https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format)).

use super::word::{Fault, Token, Tokens, Word};
use crate::error::{FormatError, FormatErrorKind};
use crate::escape::Escape;
use crate::log_format::LogFormat;

/// The escape and the text of a format. nginx compiles each argument for itself: a variable cannot
/// reach from one into the next.
pub(crate) struct Definition<'a> {
    pub(crate) escape: Escape,
    pub(crate) pieces: Vec<Vec<u8>>,
    /// What the pieces are written as.
    words: &'a [Word<'a>],
    /// How many words stand in front of them.
    first: usize,
}

/// What is wrong with a definition: in which word, and at which byte of it as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) word: usize,
    pub(crate) offset: usize,
    pub(crate) kind: FormatErrorKind,
}

impl<'a> Definition<'a> {
    /// Takes the arguments behind the name apart.
    pub(crate) fn new(words: &'a [Word<'a>]) -> Result<Definition<'a>, Wrong> {
        let value = words.first().map(|word| word.value()).unwrap_or_default();
        let (escape, first) = match value.strip_prefix(b"escape=") {
            Some(value) => {
                let value = String::from_utf8_lossy(value);
                let kind = || FormatErrorKind::NoEscape(value.as_ref().into());
                let wrong = || Wrong { word: 0, offset: 0, kind: kind() };
                (Escape::parse(&value).ok_or_else(wrong)?, 1)
            }
            None => (Escape::Default, 0),
        };
        let pieces = words.iter().skip(first).map(|word| word.value().into_owned()).collect();
        Ok(Definition { escape, pieces, words, first })
    }

    pub(crate) fn compile(&self) -> Result<LogFormat, Wrong> {
        LogFormat::compile_pieces(&self.pieces, self.escape).map_err(|error| self.wrong(error))
    }

    /// From a column of the pieces joined to a place in what is written.
    fn wrong(&self, error: FormatError) -> Wrong {
        let mut index = error.column.saturating_sub(1);
        for (word, piece) in self.pieces.iter().enumerate() {
            if index < piece.len() {
                let word = word + self.first;
                let offset = self.words.get(word).map_or(0, |word| word.offset_of(index));
                return Wrong { word, offset, kind: error.kind };
            }
            index -= piece.len();
        }
        Wrong { word: self.first, offset: 0, kind: error.kind }
    }
}

/// Compiles a whole directive, or its arguments behind the name; the `;` may be missing. A
/// directive's name becomes the format's.
pub(crate) fn from_config(text: &str, is_directive: bool) -> Result<LogFormat, FormatError> {
    let (offsets, words): (Vec<_>, Vec<_>) = words(text)?.into_iter().unzip();
    let first = if is_directive { 2 } else { 0 };
    let name = words.get(1).filter(|_| is_directive).map(|word| word.value());
    let name = name.as_deref().map_or(LogFormat::CUSTOM.into(), String::from_utf8_lossy);
    let definition = Definition::new(words.get(first..).unwrap_or_default());
    let format = definition.and_then(|definition| definition.compile()).map_err(|wrong| {
        let start = offsets.get(first + wrong.word).copied().unwrap_or_default();
        FormatError { column: start + wrong.offset + 1, kind: wrong.kind }
    })?;
    Ok(format.with_name(&name))
}

/// The words of one directive, each with its offset.
fn words(text: &str) -> Result<Vec<(usize, Word<'_>)>, FormatError> {
    let mut tokens = Tokens::new(text.as_bytes());
    let mut words = Vec::new();
    let mut is_over = false;
    loop {
        let at = match tokens.next() {
            Ok((_, Token::End)) => return Ok(words),
            Ok((at, Token::Word(word))) if !is_over => {
                words.push((at, word));
                continue;
            }
            Ok((_, Token::Semicolon)) if !is_over => {
                is_over = true;
                continue;
            }
            Ok((at, _)) | Err(Fault::BehindQuote(at)) => at,
            Err(Fault::OpenQuote(at)) => {
                let quote = text.get(at..).and_then(|rest| rest.chars().next()).unwrap_or('"');
                return Err(FormatError {
                    column: at + 1,
                    kind: FormatErrorKind::OpenQuote(quote),
                });
            }
        };
        let found = text.get(at..).and_then(|rest| rest.chars().next()).unwrap_or_default();
        return Err(FormatError { column: at + 1, kind: FormatErrorKind::Unexpected(found) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn err_what_nginx_refuses() {
        for (text, column) in [
            ("log_format m 'a", 14),
            ("log_format m 'a'b", 17),
            ("log_format m 'a'; x", 19),
            ("log_format m {", 14),
            ("log_format m escape=jso '$a'", 14),
            ("log_format m '\\'a' 'b $ c'", 23),
            ("log_format m '$status'\n\"\\t${a b\"", 27),
            ("log_format m '$' 'status'", 15),
            ("log_format m", 1),
        ] {
            assert_eq!(from_config(text, true).unwrap_err().column(), column, "{text}");
        }
    }

    #[test]
    fn ok_a_variable_ends_with_its_argument() {
        let format = from_config("'$remote' '_addr'", false).unwrap();
        assert!(format.variables().eq(["remote"]));
    }
}
