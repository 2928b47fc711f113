//! What was read, line by line accounted for.

use std::collections::BTreeMap;

use wslog_parse::VariableSet;

use crate::analysis::{FormatLines, InputSummary, MalformedReason, RejectedLine, Source};
use crate::capability::Capability;
use crate::error::{FirstMismatch, Problem, ProblemKind};
use crate::few::Few;
use crate::input::compression::Compression;
use crate::input::feed::SourceInfo;
use crate::input::source::FormatNames;
use crate::options::Options;
use crate::partial::{Partial, Rejected, SourcePart};
use crate::sighting::Position;
use crate::summary::names::Names;

/// The name of the one format that error logs have.
const ERROR_LOG: &str = "error_log";

/// What was read.
pub(crate) fn input(
    partial: &Partial,
    sources: &[SourceInfo],
    names: &Names<'_>,
    options: &Options,
) -> InputSummary {
    let mut summary = InputSummary {
        period: options.period,
        capabilities: capabilities(&formats(partial)),
        first_started_at: partial.extent.first_started_at(),
        last_logged_at: partial.extent.last_logged_at(),
        contested: partial.contested,
        ..InputSummary::default()
    };
    for (part, info) in partial.sources.iter().zip(sources) {
        let source = source(part, info, names);
        summary.lines += source.lines;
        summary.parsed += source.parsed;
        summary.malformed += source.malformed;
        summary.ambiguous += source.ambiguous;
        summary.blank += source.blank;
        summary.outside_period += part.outside;
        summary.sources.push(source);
    }
    summary.malformed_reasons = reasons(&partial.sources, names);
    let examples = |of: fn(&SourcePart) -> &Few<Position, Rejected>| {
        let all = partial.sources.iter().flat_map(|part| of(part).iter());
        all.take(10).map(|rejected| rejected_line(rejected, names)).collect()
    };
    summary.malformed_examples = examples(|part| &part.malformed_examples);
    summary.ambiguous_examples = examples(|part| &part.ambiguous_examples);
    summary
}

/// The reasons of all sources together, those of most lines first.
fn reasons(parts: &[SourcePart], names: &Names<'_>) -> Vec<MalformedReason> {
    let mut reasons: BTreeMap<&str, MalformedReason> = BTreeMap::new();
    for (expected, reason) in parts.iter().flat_map(|part| &part.reasons) {
        let first = || MalformedReason {
            expected: expected.clone(),
            count: 0,
            first: rejected_line(&reason.first, names),
        };
        reasons.entry(expected).or_insert_with(first).count += reason.count;
    }
    let mut reasons: Vec<_> = reasons.into_values().collect();
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.count));
    reasons
}

fn source(part: &SourcePart, info: &SourceInfo, names: &Names<'_>) -> Source {
    let named = info.formats().into_iter().flat_map(FormatNames::numbered);
    let counted = named.zip(part.parsed.iter()).filter(|(_, (_, lines))| *lines > 0);
    let mut formats: Vec<_> =
        counted.map(|(name, &(_, lines))| FormatLines { name: name.to_owned(), lines }).collect();
    formats.sort_by(|one, other| one.name.cmp(&other.name));
    if part.error_lines > 0 {
        formats.push(FormatLines { name: ERROR_LOG.to_owned(), lines: part.error_lines });
    }
    Source {
        path: names.input(&info.name),
        formats,
        compression: info.compression.map(Compression::name),
        capture: info.captured(),
        is_error_log: info.is_error_log(),
        bytes: part.bytes,
        lines: part.lines(),
        parsed: part.parsed_lines(),
        malformed: part.malformed,
        ambiguous: part.ambiguous,
        blank: part.blank,
    }
}

/// The variables that lines of the period show, with how many lines show them.
pub(crate) fn formats(partial: &Partial) -> Vec<(VariableSet, u64)> {
    let formats = partial.sources.iter().flat_map(SourcePart::formats);
    formats.filter(|(_, lines)| *lines > 0).collect()
}

/// What at least one parsed line gives.
pub(crate) fn capabilities(formats: &[(VariableSet, u64)]) -> Vec<&'static str> {
    let shown = formats.iter().fold(VariableSet::default(), |all, (set, _)| all.union(*set));
    let given = Capability::ALL.iter().filter(|capability| capability.is_given_by(shown));
    given.map(|capability| capability.name()).collect()
}

fn rejected_line(rejected: &Rejected, names: &Names<'_>) -> RejectedLine {
    let places = &names.places;
    RejectedLine {
        source: names.source(rejected.position),
        line: places.line(rejected.position, rejected.lines_before),
        byte: rejected.position.byte,
        column: rejected.column,
        expected: rejected.expected.clone(),
        found: rejected.found.clone(),
    }
}

/// What the caller must know about each source, in the order of their names.
pub(crate) fn problems(
    partial: &Partial,
    sources: &[SourceInfo],
    names: &Names<'_>,
) -> Vec<Problem> {
    let places = &names.places;
    let mut problems = Vec::new();
    for (part, info) in partial.sources.iter().zip(sources) {
        let mut tell = |kind| problems.push(Problem { source: info.name.clone(), kind });
        if let Some(error) = &info.error {
            tell(ProblemKind::Unreadable(error.to_string()));
        }
        if let Some(capture) = info.captured() {
            if !capture.undecoded.is_empty() {
                tell(ProblemKind::Undecoded(capture.undecoded));
            }
            continue;
        }
        if info.error.is_some() {
            // That says it all.
        } else if part.bytes == 0 {
            tell(ProblemKind::Empty);
        } else if part.blank == part.lines() {
            tell(ProblemKind::Blank);
        }
        if part.untimed > 0 {
            tell(ProblemKind::Untimed(part.untimed));
        }
        if !info.is_error_log() && part.ambiguous * 2 > part.lines() - part.blank {
            tell(ProblemKind::Undecided { ambiguous: part.ambiguous, lines: part.lines() });
        }
        // An error log is known by its lines; others, such as the traces of a module, are no mistake.
        let is_wrong = !info.is_error_log() && part.malformed * 2 > part.lines() - part.blank;
        if is_wrong {
            let first = part.malformed_examples.iter().next();
            let formats = info.formats().into_iter().flat_map(FormatNames::names);
            tell(ProblemKind::WrongFormat {
                parsed: part.parsed_lines(),
                malformed: part.malformed,
                lines: part.lines(),
                detected: info.formats().is_none_or(FormatNames::is_detected),
                formats: formats.map(str::to_owned).collect(),
                first: first.map(|rejected| FirstMismatch {
                    line: places.line(rejected.position, rejected.lines_before),
                    column: rejected.column,
                    expected: rejected.expected.clone(),
                    found: rejected.found.clone(),
                    text: rejected.text.clone(),
                }),
            });
        }
    }
    problems
}
