//! The lines of one source.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use wslog_parse::VariableSet;

use crate::codec::CodecError;
use crate::codec::wire::number::{each, ensure, total};
use crate::few::Few;
use crate::partial::{self, MAX_TEXT_LEN, SourcePart};
use crate::sighting::Position;

/// A source; which one is told by its place in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Source {
    bytes: u64,
    malformed: u64,
    ambiguous: u64,
    blank: u64,
    outside: u64,
    /// By format, as in `parsed`.
    outside_by_format: Vec<u64>,
    untimed: u64,
    parsed: Vec<Parsed>,
    error_lines: u64,
    stretches: Vec<Stretch>,
    /// By what the line was expected to go on with, which stands in the first one.
    reasons: Vec<Reason>,
    malformed_examples: Vec<Rejected>,
    ambiguous_examples: Vec<Rejected>,
}

/// The lines in one format, and a bit for each variable that any of them showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Parsed {
    variables: u64,
    lines: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Stretch {
    start: u64,
    lines: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Reason {
    count: u64,
    first: Rejected,
}

/// A line that gave no entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Rejected {
    byte: u64,
    lines_before: u32,
    column: u64,
    expected: String,
    found: String,
    text: Vec<u8>,
}

impl From<&SourcePart> for Source {
    fn from(part: &SourcePart) -> Source {
        let parsed = |&(shown, lines): &(VariableSet, _)| Parsed { variables: shown.bits(), lines };
        let stretch = |&(start, lines): &_| Stretch { start, lines };
        let reason = |reason: &partial::Reason| Reason {
            count: reason.count,
            first: Rejected::from(&reason.first),
        };
        let SourcePart {
            bytes,
            malformed,
            ambiguous,
            blank,
            outside,
            outside_by_format,
            untimed,
            parsed: by_format,
            error_lines,
            stretches,
            reasons,
            malformed_examples,
            ambiguous_examples,
        } = part;
        Source {
            bytes: *bytes,
            malformed: *malformed,
            ambiguous: *ambiguous,
            blank: *blank,
            outside: *outside,
            outside_by_format: outside_by_format.clone(),
            untimed: *untimed,
            parsed: by_format.iter().map(parsed).collect(),
            error_lines: *error_lines,
            stretches: stretches.iter().map(stretch).collect(),
            reasons: reasons.values().map(reason).collect(),
            malformed_examples: malformed_examples.iter().map(Rejected::from).collect(),
            ambiguous_examples: ambiguous_examples.iter().map(Rejected::from).collect(),
        }
    }
}

impl Source {
    /// The lines of the source that has this number.
    pub(super) fn into_part(self, source: u16) -> Result<SourcePart, CodecError> {
        let part = SourcePart {
            bytes: total([self.bytes])?,
            malformed: self.malformed,
            ambiguous: self.ambiguous,
            blank: self.blank,
            outside: self.outside,
            outside_by_format: self.outside_by_format,
            untimed: self.untimed,
            parsed: each(self.parsed, Parsed::into_pair)?,
            error_lines: self.error_lines,
            stretches: self
                .stretches
                .iter()
                .map(|stretch| (stretch.start, stretch.lines))
                .collect(),
            reasons: reasons_of(self.reasons, source)?,
            malformed_examples: examples_of(self.malformed_examples, source)?,
            ambiguous_examples: examples_of(self.ambiguous_examples, source)?,
        };
        let parsed = part.parsed.iter().map(|(_, lines)| *lines);
        total(parsed.chain([part.error_lines, part.malformed, part.ambiguous, part.blank]))?;
        let outside = total(part.outside_by_format.iter().copied())?;
        let is_left_out = part.untimed <= part.outside
            && outside <= part.outside
            && part.outside_by_format.len() <= part.parsed.len()
            && part.outside <= part.parsed_lines();
        ensure(is_left_out, "more lines left out than there are")?;
        Ok(part)
    }
}

impl Parsed {
    fn into_pair(self) -> Result<(VariableSet, u64), CodecError> {
        let Parsed { variables, lines } = self;
        let unknown = CodecError::Impossible("a variable that is not known");
        Ok((VariableSet::from_bits(variables).ok_or(unknown)?, lines))
    }
}

fn reasons_of(
    reasons: Vec<Reason>,
    source: u16,
) -> Result<BTreeMap<String, partial::Reason>, CodecError> {
    let expected = |reason: &Reason| reason.first.expected.clone();
    let is_table = reasons.is_sorted_by(|one, next| one.first.expected < next.first.expected);
    ensure(is_table, "reasons that are out of order")?;
    total(reasons.iter().map(|reason| reason.count))?;
    let reason = |reason: Reason| {
        let (expected, Reason { count, first }) = (expected(&reason), reason);
        Ok((expected, partial::Reason { count, first: first.into_rejected(source)? }))
    };
    reasons.into_iter().map(reason).collect()
}

fn examples_of(
    examples: Vec<Rejected>,
    source: u16,
) -> Result<Few<Position, partial::Rejected>, CodecError> {
    let examples = each(examples, |example| {
        let example = example.into_rejected(source)?;
        Ok((example.position, example))
    })?;
    Few::from_sorted(examples)
        .ok_or(CodecError::Impossible("examples that are too many or out of order"))
}

impl From<&partial::Rejected> for Rejected {
    fn from(rejected: &partial::Rejected) -> Rejected {
        Rejected {
            byte: rejected.position.byte,
            lines_before: rejected.lines_before,
            column: rejected.column as u64,
            expected: rejected.expected.clone(),
            found: rejected.found.clone(),
            text: rejected.text.clone(),
        }
    }
}

impl Rejected {
    fn into_rejected(self, source: u16) -> Result<partial::Rejected, CodecError> {
        let Rejected { byte, lines_before, column, expected, found, text } = self;
        ensure(text.len() <= MAX_TEXT_LEN, "an example of more than is kept of a line")?;
        let too_great = CodecError::Impossible("a column that no line has");
        let column = usize::try_from(column).map_err(|_| too_great)?;
        let position = Position { source, byte };
        Ok(partial::Rejected { position, lines_before, column, expected, found, text })
    }
}

#[cfg(test)]
mod tests {
    use wslog_parse::Variable;

    use super::*;
    use crate::fingerprint::fingerprint;

    fn rejected(byte: u64, expected: &str) -> Rejected {
        let (expected, found, text) = (expected.to_owned(), "x".to_owned(), b"\xff".to_vec());
        Rejected { byte, lines_before: 2, column: 3, expected, found, text }
    }

    fn source() -> Source {
        Source {
            bytes: 300,
            malformed: 2,
            ambiguous: 1,
            blank: 4,
            outside: 3,
            outside_by_format: vec![2],
            untimed: 2,
            parsed: vec![Parsed { variables: 5, lines: 3 }],
            error_lines: 1,
            stretches: vec![Stretch { start: 100, lines: 5 }, Stretch { start: 0, lines: 5 }],
            reasons: vec![
                Reason { count: 1, first: rejected(9, "a") },
                Reason { count: 1, first: rejected(8, "b") },
            ],
            malformed_examples: vec![rejected(8, "b"), rejected(9, "a")],
            ambiguous_examples: vec![rejected(7, "")],
        }
    }

    #[test]
    fn ok_a_source_is_what_it_was() {
        let part = source().into_part(7).unwrap();
        assert!(part.malformed_examples.iter().all(|example| example.position.source == 7));
        assert_eq!(Source::from(&part), source());
    }

    /// Whoever changes these bytes makes another version of the format.
    #[test]
    fn ok_a_source_is_the_bytes_it_was() {
        let bytes = postcard::to_stdvec(&source()).unwrap();
        assert_eq!((bytes.len(), fingerprint(&[&bytes])), (67, 9_010_377_034_834_614_675));
    }

    #[test]
    fn err_what_no_lines_can_have_left() {
        let forgeries: [fn(&mut Source); 14] = [
            |all| all.bytes = 1 << 48,
            |all| all.blank = u64::MAX,
            |all| all.outside = 5,
            |all| all.outside_by_format[0] = 4,
            |all| all.outside_by_format[0] = u64::MAX,
            |all| all.outside_by_format.push(0),
            |all| all.untimed = 4,
            |all| all.error_lines = u64::MAX,
            |all| all.parsed[0].lines = u64::MAX,
            |all| all.parsed[0].variables = 1 << 63,
            |all| all.reasons.swap(0, 1),
            |all| all.reasons[0].count = u64::MAX,
            |all| all.malformed_examples.swap(0, 1),
            |all| all.malformed_examples = vec![rejected(8, "b"); 11],
        ];
        for (number, forge) in forgeries.iter().enumerate() {
            let mut forged = source();
            forge(&mut forged);
            assert!(forged.into_part(0).is_err(), "forgery {number}");
        }
    }

    /// Whoever changes the bit that a variable has makes another version of the format.
    #[test]
    fn ok_variables_keep_their_bits() {
        let names: Vec<_> = Variable::ALL[..44].iter().map(|variable| variable.name()).collect();
        assert_eq!(fingerprint(&[names.join(" ").as_bytes()]), 7_767_396_140_970_359_505);
    }
}
