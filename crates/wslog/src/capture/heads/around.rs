//! What stands around heads where people paste them: commands, headings, what curl says of itself.

/// Programs whose output shows heads.
const PROGRAMS: [&[u8]; 4] = [b"curl", b"curl.exe", b"wscat", b"websocat"];

/// What browsers' tools write above heads and beside them.
const HEADINGS: [&str; 17] = [
    "general",
    "headers",
    "provisional headers are shown",
    "raw",
    "request",
    "request header",
    "request headers",
    "request method",
    "request url",
    "response",
    "response header",
    "response headers",
    "remote address",
    "referrer policy",
    "status code",
    "view parsed",
    "view source",
];

/// Columns of a row of curl's progress that are amounts.
const AMOUNTS: usize = 8;

/// Whether a line is a command at a shell's prompt, or without one.
pub(super) fn is_command(text: &[u8]) -> bool {
    let prompt = text.iter().position(|byte| b"$%#>".contains(byte));
    let behind = prompt.and_then(|at| text.get(at + 1..)).map(<[u8]>::trim_ascii_start);
    let is_call = |text: &[u8]| {
        let program = text.split(|&byte| byte == b' ').next().unwrap_or_default();
        program.len() < text.len() && PROGRAMS.contains(&program)
    };
    is_call(text) || behind.is_some_and(is_call) && !is_quoted(text, prompt)
}

/// Whether there is a quotation before this place: no prompt has one, but a line of a log may.
fn is_quoted(text: &[u8], end: Option<usize>) -> bool {
    text.iter().take(end.unwrap_or(0)).any(|&byte| byte == b'"')
}

/// Whether a line is a heading of a browser's tools: `Request Headers (543 B):`, `General`; or what
/// they tell beside heads: `Request URL: …`.
pub(super) fn is_heading(whole: &[u8]) -> bool {
    // A triangle opens and closes what is below.
    let text = ["\u{25b6}", "\u{25bc}"].iter().find_map(|it| whole.strip_prefix(it.as_bytes()));
    let text = text.unwrap_or(whole).trim_ascii();
    let views = [&b"view source"[..], b"view parsed"];
    let text = views.iter().find_map(|view| text.strip_suffix(*view)).unwrap_or(text);
    let text = if text.is_empty() { whole } else { text.trim_ascii_end() };
    let name = text.split(|byte| b":(".contains(byte)).next().unwrap_or_default();
    let is_known = HEADINGS.iter().any(|it| name.trim_ascii().eq_ignore_ascii_case(it.as_bytes()));
    let is_bare = || text.get(name.len()..).is_none_or(|rest| rest == b":" || rest.is_empty());
    // A single word with a value is a field.
    is_known && (name.trim_ascii().contains(&b' ') || is_bare())
}

/// Whether a line is of the table that tells curl's progress.
pub(super) fn is_progress(text: &[u8]) -> bool {
    text.starts_with(b"% Total") || text.starts_with(b"Dload ") || is_row(text)
}

fn is_row(text: &[u8]) -> bool {
    let is_digit_or_dot = |byte: &u8| byte.is_ascii_digit() || *byte == b'.';
    let is_amount = |column: &[u8]| {
        let digits = column.iter().take_while(|byte| is_digit_or_dot(byte)).count();
        digits > 0 && matches!(column.get(digits..), Some([] | [b'k' | b'M' | b'G' | b'T' | b'P']))
    };
    let mut columns = text.split(u8::is_ascii_whitespace).filter(|column| !column.is_empty());
    columns.by_ref().take(AMOUNTS).filter(|column| is_amount(column)).count() == AMOUNTS
        && columns.next().is_some_and(|time| time.contains(&b':'))
}

/// What curl wrote behind a row of its progress, which has no line end; the row if that is all.
pub(super) fn without_progress(text: &[u8]) -> &[u8] {
    if !text.first().is_some_and(u8::is_ascii_digit) || !is_row(text) {
        return text;
    }
    let behind = text.iter().position(|byte| b"<>*{}".contains(byte));
    behind.and_then(|behind| text.get(behind..)).unwrap_or(text)
}

/// A line without the time that `curl --trace-time` puts in front of its marks, and the numbers of
/// `--trace-ids`.
pub(super) fn without_time(text: &[u8]) -> &[u8] {
    const SHAPE: &[u8] = b"00:00:00.000000 ";
    let is_like = |(byte, shape): (&u8, &u8)| match shape {
        b'0' => byte.is_ascii_digit(),
        _ => byte == shape,
    };
    let Some((time, rest)) = text.split_at_checked(SHAPE.len()) else { return text };
    if !time.iter().zip(SHAPE).all(is_like) {
        return text;
    }
    let numbers = rest.strip_prefix(b"[").and_then(|rest| {
        let end = rest.iter().position(|&byte| byte == b']')?;
        let is_number = |byte: &u8| byte.is_ascii_digit() || b"-x".contains(byte);
        rest.get(..end)?.iter().all(is_number).then(|| rest.get(end + 1..))?
    });
    let rest = numbers.unwrap_or(rest).trim_ascii_start();
    match rest.first() {
        Some(b'<' | b'>' | b'*' | b'{' | b'}') => rest,
        _ => text,
    }
}
