//! Where the lines of a text end, and where the marks of their format stand in them.
//!
//! Both are found in one pass over many lines, before any of them is read: a reader that knows
//! where its quotes are need not look for them, and one that knows how often the literal behind
//! free text stands in a line need not search for it.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod scan;

pub(crate) use self::scan::Mark;
use self::scan::{PART, Scanner};
use crate::span::MAX_LINE;

/// The lines of texts in one format, outlined. It keeps the memory it works in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outline {
    scanner: Scanner,
    carried: Carried,
}

/// One line of a text, without its newline, and what its outline says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outlined<'t, 'o> {
    /// From its first byte on to the end of the text.
    ahead: &'t [u8],
    len: usize,
    /// Counted from `origin` bytes before its first byte; none where there are too many, or a place
    /// in it would be no number of 32 bits.
    marks: &'o [u32],
    origin: usize,
}

/// One line of a text, without its newline, with what makes it fast to parse.
#[derive(Clone, Copy, Debug)]
pub struct Line<'t, 'o> {
    outlined: Outlined<'t, 'o>,
    mark: Mark,
}

impl Outline {
    /// Tells `each` the lines of a text and their marks, with the places of their first bytes in the
    /// text. The last line may lack its newline.
    #[inline(always)]
    pub(crate) fn each_line<'t>(
        &mut self,
        text: &'t [u8],
        mark: Mark,
        mut each: impl FnMut(usize, Outlined<'t, '_>),
    ) {
        let Outline { scanner, carried } = self;
        carried.clear();
        let mut start = 0;
        for (number, part) in text.chunks(PART).enumerate() {
            let part_start = number * PART;
            let is_last = part_start + part.len() == text.len();
            let mut places = scanner.scan(mark, text, part_start);
            loop {
                let (marks, end, rest) = match split_at_newline(places, part) {
                    Some(split) => split,
                    None if is_last && start < text.len() => (places, part.len(), &[][..]),
                    None => break,
                };
                let len = part_start + end - start;
                let (marks, origin) = match start.checked_sub(part_start) {
                    Some(origin) => (marks, origin),
                    None => (carried.and(marks, part_start, start, len), 0),
                };
                each(start, Outlined { ahead: &text[start..], len, marks, origin });
                start += len + 1;
                places = rest;
            }
            if start >= part_start {
                carried.clear();
            }
            carried.add(places, part_start, start);
        }
    }

    /// A line by itself, with this mark.
    pub(crate) fn line<'t>(&mut self, line: &'t [u8], mark: Mark) -> Line<'t, '_> {
        let Outline { scanner, carried } = self;
        carried.clear();
        for (number, part) in line.chunks(PART).enumerate() {
            let places = scanner.scan(mark, line, number * PART);
            match split_at_newline(places, part) {
                None => carried.add(places, number * PART, 0),
                // What belongs to which line is not known any more.
                Some(_) => carried.is_lost = true,
            }
        }
        carried.is_lost |= line.len() > MAX_LINE;
        let marks = carried.marks();
        Line { outlined: Outlined { ahead: line, len: line.len(), marks, origin: 0 }, mark }
    }
}

/// The marks in front of the next newline, its place, and the places behind it.
#[inline(always)]
fn split_at_newline<'o>(places: &'o [u32], part: &[u8]) -> Option<(&'o [u32], usize, &'o [u32])> {
    let mut at = 0;
    loop {
        let place = *places.get(at)? as usize;
        if part.get(place) == Some(&b'\n') {
            return Some((places.get(..at)?, place, places.get(at + 1..)?));
        }
        at += 1;
    }
}

/// The marks of a line that goes on in the next part, counted from its first byte.
#[derive(Clone, Debug, Default)]
struct Carried {
    marks: Vec<u32>,
    is_lost: bool,
}

/// Most marks that are carried. A line with more of them has an oddity anyway.
const MAX_CARRIED: usize = 1024;

impl Carried {
    fn clear(&mut self) {
        self.marks.clear();
        self.is_lost = false;
    }

    #[cold]
    fn add(&mut self, places: &[u32], part_start: usize, line_start: usize) {
        if places.len() > MAX_CARRIED - self.marks.len() {
            self.is_lost = true;
        }
        for place in places {
            match u32::try_from(part_start + *place as usize - line_start) {
                Ok(place) if !self.is_lost => self.marks.push(place),
                _ => self.is_lost = true,
            }
        }
    }

    fn marks(&self) -> &[u32] {
        match self.is_lost {
            true => &[],
            false => &self.marks,
        }
    }

    /// All marks of a line of this length, with these behind them.
    #[cold]
    fn and(&mut self, places: &[u32], part_start: usize, line_start: usize, len: usize) -> &[u32] {
        self.add(places, part_start, line_start);
        self.is_lost |= len > MAX_LINE;
        self.marks()
    }
}

impl<'t, 'o> Line<'t, 'o> {
    pub(crate) fn new(outlined: Outlined<'t, 'o>, mark: Mark) -> Line<'t, 'o> {
        Line { outlined, mark }
    }

    /// Its bytes.
    #[inline(always)]
    pub fn bytes(&self) -> &'t [u8] {
        self.outlined.bytes()
    }

    /// Takes off its first bytes, of which none is a mark, and its last ones.
    #[inline]
    pub fn trim(&mut self, front: usize, back: usize) {
        let Outlined { ahead, len, origin, .. } = &mut self.outlined;
        *len = len.saturating_sub(front + back);
        *ahead = ahead.get(front..).unwrap_or_default();
        *origin += front;
    }

    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        self.outlined.len
    }

    #[inline(always)]
    pub(crate) fn mark(&self) -> Mark {
        self.mark
    }

    #[inline(always)]
    pub(crate) fn outlined(&self) -> &Outlined<'t, 'o> {
        &self.outlined
    }
}

impl<'t, 'o> Outlined<'t, 'o> {
    #[inline(always)]
    pub(crate) fn bytes(&self) -> &'t [u8] {
        self.ahead.get(..self.len).unwrap_or_default()
    }

    /// Its bytes, and those that stand behind it in the text.
    #[inline(always)]
    pub(crate) fn ahead(&self) -> &'t [u8] {
        self.ahead
    }

    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The places of its marks, if there are so many.
    #[inline(always)]
    pub(crate) fn marks<const N: usize>(&self) -> Option<[usize; N]> {
        let marks: &[u32; N] = self.marks.try_into().ok()?;
        let mut places = [0; N];
        for (place, mark) in places.iter_mut().zip(marks) {
            *place = self.place(*mark);
        }
        Some(places)
    }

    /// Its marks, unless there are too many; [`Outlined::place`] tells the place of each.
    #[inline(always)]
    pub(crate) fn all_marks(&self) -> &'o [u32] {
        self.marks
    }

    /// The place of a mark in it.
    #[inline(always)]
    pub(crate) fn place(&self, mark: u32) -> usize {
        (mark as usize).wrapping_sub(self.origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Texts of few different bytes, some of them longer than a part.
    fn texts() -> impl Strategy<Value = Vec<u8>> {
        let bytes = prop::collection::vec(prop::sample::select(b"ab_\n\"".to_vec()), 0..300);
        (bytes, prop_oneof![Just(1), Just(PART / 200)])
            .prop_map(|(bytes, times)| bytes.repeat(times))
    }

    fn places_of(line: &Outlined<'_, '_>) -> Vec<usize> {
        line.all_marks().iter().map(|mark| line.place(*mark)).collect()
    }

    fn marks_of(
        line: &[u8],
        (first, second): (u8, u8),
        distance: usize,
        before: &[u8],
    ) -> Vec<usize> {
        let text = [before, line].concat();
        let is_mark = |place: &usize| {
            let first_place = place.checked_sub(distance);
            text[*place] == second && first_place.is_some_and(|place| text[place] == first)
        };
        let places = (before.len()..text.len()).filter(is_mark);
        places.map(|place| place - before.len()).collect()
    }

    proptest! {
        #[test]
        fn ok_an_outline_shows_what_a_loop_does(
            text in texts(),
            (first, second) in prop::sample::select(vec![(b'_', b'_'), (b'a', b'_'), (b'"', b'"')]),
            distance in prop_oneof![Just(0), 1..64_usize],
        ) {
            let distance = if first == b'"' { 0 } else { distance };
            let literal: Vec<u8> = (0..=distance)
                .map(|place| if place == distance { second } else { first })
                .collect();
            let first = literal[0];
            let mark = Mark::pair(&literal, [0, distance]);
            let mut lines = Vec::new();
            let mut outline = Outline::default();
            outline.each_line(&text, mark, |start, line| {
                lines.push((start, line.bytes().to_vec(), places_of(&line)));
            });
            let mut start = 0;
            let mut expected = text.split(|&byte| byte == b'\n').collect::<Vec<_>>();
            if expected.last().is_some_and(|last| last.is_empty()) {
                expected.pop();
            }
            prop_assert_eq!(lines.len(), expected.len());
            for ((found_start, bytes, marks), line) in lines.iter().zip(expected) {
                prop_assert_eq!((*found_start, &**bytes), (start, line));
                let expected = marks_of(line, (first, second), distance, &text[..start]);
                if !marks.is_empty() || expected.len() <= MAX_CARRIED {
                    prop_assert_eq!(marks, &expected);
                }
                let expected = marks_of(line, (first, second), distance, b"");
                let marks = places_of(outline.line(line, mark).outlined());
                if !marks.is_empty() || expected.len() <= MAX_CARRIED {
                    prop_assert_eq!(marks, expected);
                }
                start += line.len() + 1;
            }
        }

    }
}
