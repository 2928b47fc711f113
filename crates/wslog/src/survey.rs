//! Which of the named formats fit a log, and where the others stop fitting.

use std::io;

use wslog_parse::{Formats, LineError, NamedFormat, Variable, VariableSet, detect, head};

use crate::capability::Capability;
use crate::error::FirstMismatch;
use crate::input::compression::decompressed;
use crate::input::source::{Input, begins_like_error_log, read_head};

/// What the first lines of a log say about its format.
#[derive(Clone, Debug)]
pub struct Survey {
    /// How many lines were looked at, blank ones left out.
    pub lines: usize,
    /// What the log would be read as: the names of the formats, and how many of the lines fit them.
    pub chosen: Option<(Vec<String>, usize)>,
    /// Each named format, in the order of [`NamedFormat::ALL`].
    pub fits: Vec<FormatFit>,
}

/// How one format fits the first lines of a log.
#[derive(Clone, Debug)]
pub struct FormatFit {
    /// The format.
    pub format: NamedFormat,
    /// How many of the lines fit.
    pub fitting: usize,
    /// The first line that does not, and where it stops fitting; line numbers leave out blank
    /// lines.
    pub first: Option<FirstMismatch>,
    /// What lines of the format can show.
    pub capabilities: Vec<Capability>,
}

/// Tries every named format on the first lines of a log.
///
/// # Errors
/// When the input cannot be read.
pub fn survey(input: Input) -> io::Result<Survey> {
    let (mut reader, _) = decompressed(input.open()?.reader)?;
    let (bytes, end) = read_head(&mut reader);
    end.unwrap_or(Ok(()))?;
    refuse_capture(&bytes)?;
    refuse_error_log(&bytes)?;
    let lines = head(bytes.split(|&byte| byte == b'\n'));
    let fits = NamedFormat::ALL.iter().filter_map(|&format| fit(format, &lines));
    let chosen = detect(lines.iter().copied()).filter(|detection| detection.fitting > 0);
    let chosen = chosen.map(|detection| {
        (detection.formats.names().map(str::to_owned).collect(), detection.fitting)
    });
    Ok(Survey { lines: lines.len(), fits: fits.collect(), chosen })
}

/// A capture has no lines to be in a format.
pub(crate) fn refuse_capture(first: &[u8]) -> io::Result<()> {
    #[cfg(feature = "capture")]
    if let Some(kind) = crate::capture::Kind::of(first) {
        let text = format!("is a capture ({}), which is analyzed, and has no lines", kind.name());
        return Err(io::Error::new(io::ErrorKind::Unsupported, text));
    }
    // Without captures there is nothing to look for.
    let _ = first;
    Ok(())
}

/// An error log has lines, but no requests and one format.
pub(crate) fn refuse_error_log(first: &[u8]) -> io::Result<()> {
    match begins_like_error_log(first) {
        true => {
            let text = "is an error log, which has one format; it is analyzed beside access logs";
            Err(io::Error::new(io::ErrorKind::Unsupported, text))
        }
        false => Ok(()),
    }
}

impl FormatFit {
    /// A named format, tried on nothing.
    pub fn untried(format: NamedFormat) -> Option<FormatFit> {
        fit(format, &[])
    }
}

fn fit(format: NamedFormat, lines: &[&[u8]]) -> Option<FormatFit> {
    let compiled = format.compile()?;
    let known = Variable::ALL.iter().copied().filter(|&variable| compiled.logs(variable));
    let possible: VariableSet = known.collect();
    let mut shown = VariableSet::default();
    let mut parser = Formats::from(compiled).parser();
    let mut first = None;
    let mut fitting = 0;
    for (number, line) in (1..).zip(lines) {
        match parser.parse(line) {
            Ok(entry) => {
                fitting += 1;
                shown = shown.union(entry.variables());
            }
            Err(error) if first.is_none() => first = Some(mismatch(number, line, &error)),
            Err(_) => {}
        }
    }
    let shown = if fitting > 0 { shown } else { possible };
    let gives = |capability: &Capability| capability.is_given_by(shown);
    let capabilities = Capability::ALL.iter().copied().filter(gives).collect();
    Some(FormatFit { format, fitting, first, capabilities })
}

fn mismatch(line: u64, text: &[u8], error: &LineError<'_>) -> FirstMismatch {
    let (column, expected, found) = error.place();
    FirstMismatch { line, column, expected, found, text: text.to_vec() }
}
