//! The order of the sources. Those that are one log, rotated, come oldest first by what stands in
//! them: numbers count backwards, dates forwards, and either may be wrong after a copy.

use std::collections::HashMap;

use wslog_parse::Timestamp;
use wslog_parse::error_log::ErrorEntry;

use crate::input::set::set_of;
use crate::input::source::{Input, SourceFormats, is_error_log};
use crate::options::Options;

/// Most files that are held open from the start; a rotation meanwhile cannot change what the names
/// of these mean.
const MOST_HELD: usize = 256;

/// Orders inputs by log, and within one by the time of the first line, then by name. One without a
/// time is the newest: it was begun a moment ago.
pub(crate) fn oldest_first(mut inputs: Vec<Input>, options: &Options) -> Vec<Input> {
    inputs.iter_mut().take(MOST_HELD).for_each(Input::hold);
    let mut members: HashMap<String, usize> = HashMap::new();
    for input in &inputs {
        *members.entry(set_of(input.name())).or_default() += 1;
    }
    inputs.sort_by_cached_key(|input| {
        let set = set_of(input.name());
        let is_rotated = members.get(&set).is_some_and(|&members| members > 1);
        let first = if is_rotated { first_logged_at(input, options) } else { None };
        (set, first.is_none(), first, input.name().to_owned())
    });
    inputs
}

/// When the first line that shows it was logged.
fn first_logged_at(input: &Input, options: &Options) -> Option<Timestamp> {
    let head = input.head()?;
    if is_error_log(input.formats().as_ref(), options, &head) {
        return first_error_at(&head);
    }
    first_request_at(input, options, &head)
}

/// How many minutes east of UTC the clock was that the first line of an access log was written by. Error
/// logs do not tell; it is asked only where a period needs it, and taken for UTC where no file tells.
pub(crate) fn offset_of_first(inputs: &[Input], options: &Options) -> i16 {
    if !options.period.has_instants() {
        return 0;
    }
    let first = |input: &Input| {
        let head = input.head()?;
        let is_requests = !is_error_log(input.formats().as_ref(), options, &head);
        is_requests.then(|| first_request_at(input, options, &head)).flatten()
    };
    inputs.iter().find_map(first).map_or(0, Timestamp::offset_minutes)
}

/// The same of an error log, as if its clock showed UTC.
pub(crate) fn first_error_at(head: &[u8]) -> Option<Timestamp> {
    let lines = wslog_parse::head(head.split(|&byte| byte == b'\n'));
    lines.iter().find_map(|line| Some(ErrorEntry::parse(line).ok()?.logged_at.at_offset(0)))
}

fn first_request_at(input: &Input, options: &Options, head: &[u8]) -> Option<Timestamp> {
    first_logged_in(&SourceFormats::choose(input.formats(), options, head)?, head)
}

/// When the first of the lines was logged that shows it, of so many as a format is detected from: how much more
/// was read hangs on how it came.
pub(crate) fn first_logged_in(formats: &SourceFormats, head: &[u8]) -> Option<Timestamp> {
    let mut parser = formats.parser();
    let lines = wslog_parse::head(head.split(|&byte| byte == b'\n'));
    lines.into_iter().find_map(|line| {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        parser.parse(line).ok().and_then(|entry| entry.logged_at())
    })
}
