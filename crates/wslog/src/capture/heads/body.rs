//! The body behind a pasted head, if it was pasted too.
//!
//! A body may hold what looks like a head: an echo, a page about HTTP. Whether the lines behind a head
//! are its body is known once so many bytes end where a line ends, and what follows is no line of
//! a head. Until then the lines are kept.

use super::super::body::Body;
use super::line::Line;

/// Most bytes of lines that are kept. What is longer is not looked into.
const MAX_KEPT: usize = 64 << 10;

/// Lines that may be a body.
pub(super) struct Kept {
    left: Left,
    held: usize,
    pub(super) lines: Vec<(u64, Vec<u8>)>,
    /// Whether the last line ended where the body would end.
    is_at_end: bool,
}

/// What is left of it.
enum Left {
    /// A length in bytes; and how many there were, in so many lines.
    Length { length: u64, text: u64, lines: u64 },
    /// A line that says how long the next chunk is.
    ChunkSize,
    /// The same for one chunk.
    Chunk { length: u64, text: u64, lines: u64 },
    /// Up to a blank line.
    Trailer,
}

/// What the lines are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Not known yet.
    Open,
    /// The kept ones are a body; the one that was shown last is behind it.
    Body,
    /// No body of that length.
    No,
}

impl Kept {
    /// Of a head with this body; `None` where its length is not told, or is too much.
    pub(super) fn of(body: Body) -> Option<Kept> {
        let left = match body {
            Body::Length(length) if (1..=MAX_KEPT as u64).contains(&length) => {
                Left::Length { length, text: 0, lines: 0 }
            }
            Body::ChunkSize => Left::ChunkSize,
            _ => return None,
        };
        Some(Kept { left, held: 0, lines: Vec::new(), is_at_end: false })
    }

    /// Looks at the next line; it is kept unless what was there is a body.
    pub(super) fn line(&mut self, byte: u64, line: &[u8]) -> Verdict {
        if self.is_at_end && may_follow(line) {
            return Verdict::Body;
        }
        self.held += line.len() + size_of::<(u64, Vec<u8>)>();
        self.lines.push((byte, line.to_vec()));
        let is_possible = self.step(line);
        if is_possible && self.held <= 2 * MAX_KEPT { Verdict::Open } else { Verdict::No }
    }

    /// What the lines are if there are no more.
    pub(super) fn end(&self) -> Verdict {
        if self.is_at_end { Verdict::Body } else { Verdict::No }
    }

    /// Whether it may still be a body.
    fn step(&mut self, line: &[u8]) -> bool {
        let bare = line.strip_suffix(b"\n").unwrap_or(line);
        let bare = bare.strip_suffix(b"\r").unwrap_or(bare);
        self.is_at_end = false;
        match &mut self.left {
            Left::Length { length, text, lines } => {
                (*text, *lines) = (*text + bare.len() as u64, *lines + 1);
                self.is_at_end = ends(*length, *text, *lines);
                *text + *lines - 1 <= *length
            }
            Left::Chunk { length, text, lines } => {
                (*text, *lines) = (*text + bare.len() as u64, *lines + 1);
                let is_possible = *text + *lines - 1 <= *length;
                if ends(*length, *text, *lines) {
                    self.left = Left::ChunkSize;
                }
                is_possible
            }
            Left::ChunkSize => {
                let digits = bare.split(|&byte| byte == b';').next().unwrap_or_default();
                let digits = std::str::from_utf8(digits.trim_ascii()).unwrap_or_default();
                let is_hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
                let size = u64::from_str_radix(digits, 16).ok().filter(|_| is_hexadecimal);
                // The line end behind a chunk may be one more of it.
                let is_blank = bare.is_empty() && self.lines.len() > 1;
                self.left = match size {
                    Some(0) => Left::Trailer,
                    Some(length) if length <= MAX_KEPT as u64 => {
                        Left::Chunk { length, text: 0, lines: 0 }
                    }
                    _ => return is_blank,
                };
                true
            }
            Left::Trailer => {
                self.is_at_end = bare.is_empty();
                true
            }
        }
    }
}

/// Whether lines of text make up a length: with LF or CRLF between them, and perhaps behind them.
fn ends(length: u64, text: u64, lines: u64) -> bool {
    [1, 2].iter().any(|end| length == text + lines * end || length == text + (lines - 1) * end)
}

/// Whether a line can stand behind a body: not a field, which belongs to a head above.
fn may_follow(line: &[u8]) -> bool {
    let line = Line::of(line);
    line.text.is_empty() || line.is_comment() || line.begins_head()
}
