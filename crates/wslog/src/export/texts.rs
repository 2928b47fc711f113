//! The texts of a column, most of which many rows share.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::slice;

use memchr::arch::all::is_equal;
use wslog_parse::Escape;

use crate::names::readable;

/// The texts of a column, row by row. A text that several rows have is kept once, or nearly so.
#[derive(Clone, Default)]
pub struct Texts {
    /// The distinct ones, one behind the other.
    text: String,
    /// Where each of those ends.
    ends: Vec<usize>,
    /// Which of them each row has; [`NONE`] where it has none.
    numbers: Vec<u32>,
    /// How many rows have none.
    nulls: usize,
    /// How long those of all rows are together, in bytes.
    len_of_all: usize,
}

/// The number of no text.
const NONE: u32 = u32::MAX;

impl Texts {
    /// How many rows there are, those without a text included.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// How many rows have no text.
    pub fn null_count(&self) -> usize {
        self.nulls
    }

    /// How long the texts of all rows are together, in bytes: what they take where each row has its own.
    pub fn len_of_all(&self) -> usize {
        self.len_of_all
    }

    /// The text of a row; `None` where it has none, and behind the last row.
    pub fn get(&self, row: usize) -> Option<&str> {
        self.numbered(*self.numbers.get(row)?)
    }

    /// All, row by row.
    pub fn iter(&self) -> TextsIter<'_> {
        TextsIter { texts: self, numbers: self.numbers.iter() }
    }

    /// The texts that the rows have, in the order they first come in. A few may be there more than once.
    pub fn distinct(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.ends.len()).map(|number| self.at(number).unwrap_or_default())
    }

    /// Which of [`distinct`](Texts::distinct) a row has, counted from 0.
    #[inline]
    pub fn number(&self, row: usize) -> Option<u32> {
        self.numbers.get(row).copied().filter(|number| *number != NONE)
    }

    /// Those of some of the rows.
    pub(super) fn of_rows(&self, rows: &[usize]) -> Texts {
        let mut some = TextRows::with_capacity(rows.len());
        rows.iter().for_each(|&row| some.push(self.get(row)));
        some.into()
    }

    #[inline]
    fn numbered(&self, number: u32) -> Option<&str> {
        self.at(usize::try_from(number).ok()?)
    }

    #[inline]
    fn at(&self, number: usize) -> Option<&str> {
        let &end = self.ends.get(number)?;
        let start = number.checked_sub(1).and_then(|before| self.ends.get(before));
        self.text.get(start.copied().unwrap_or(0)..end)
    }
}

/// Rows are compared, not how they are kept.
impl PartialEq for Texts {
    fn eq(&self, other: &Texts) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Texts {}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// The texts of a column, row by row.
#[derive(Clone, Debug)]
pub struct TextsIter<'v> {
    texts: &'v Texts,
    numbers: slice::Iter<'v, u32>,
}

impl<'v> Iterator for TextsIter<'v> {
    type Item = Option<&'v str>;

    #[inline]
    fn next(&mut self) -> Option<Option<&'v str>> {
        self.numbers.next().map(|&number| self.texts.numbered(number))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.numbers.size_hint()
    }
}

impl ExactSizeIterator for TextsIter<'_> {}

/// Texts that rows are still added to.
#[derive(Debug)]
pub(super) struct TextRows {
    texts: Texts,
    /// By its hash the text that came last.
    recent: Vec<Recent>,
}

/// A text that came not long ago.
#[derive(Clone, Copy, Debug)]
struct Recent {
    number: u32,
    /// Where it is: few bytes, so that those of all columns stay near at hand.
    start: u32,
    end: u32,
}

impl Recent {
    /// It is nowhere.
    const NONE: Recent = Recent { number: NONE, start: 1, end: 0 };

    #[inline]
    fn place(self) -> Range<usize> {
        let [start, end] = [self.start, self.end].map(usize::try_from);
        start.unwrap_or(1)..end.unwrap_or(0)
    }
}

/// How many texts are remembered: more than a column has whose texts come again and again.
const RECENT: usize = 1 << RECENT_BITS;
const RECENT_BITS: u32 = 9;

/// Texts of which it takes longer to call the one that compares memory than to compare them.
const SHORT: usize = 24;

impl TextRows {
    pub(super) fn with_capacity(rows: usize) -> TextRows {
        let texts = Texts { numbers: Vec::with_capacity(rows), ..Texts::default() };
        TextRows { texts, recent: vec![Recent::NONE; RECENT] }
    }

    pub(super) fn push(&mut self, text: Option<&str>) {
        self.push_or(text.map(str::as_bytes), |rows, slot| {
            let text = text.unwrap_or_default();
            let number = rows.add(text);
            rows.remember(slot, number, text.len());
            number
        });
    }

    /// The text that all rows have.
    #[inline]
    pub(super) fn push_same(&mut self, text: &str) {
        match self.texts.numbers.last() {
            Some(&number) => {
                self.texts.numbers.push(number);
                self.texts.len_of_all += text.len();
            }
            None => self.push(Some(text)),
        }
    }

    /// Text of a log as whoever sent it had it. Bytes that are no UTF-8 are shown as in reports. The number
    /// of the text, which another one never has.
    #[inline]
    pub(super) fn push_logged(&mut self, logged: Option<&[u8]>, escape: Escape) -> Option<u32> {
        self.push_or(logged, |rows, slot| rows.add_logged(logged.unwrap_or_default(), escape, slot))
    }

    #[inline]
    fn push_or(
        &mut self,
        text: Option<&[u8]>,
        add: impl FnOnce(&mut TextRows, usize) -> u32,
    ) -> Option<u32> {
        let Some(text) = text else {
            self.texts.nulls += 1;
            self.texts.numbers.push(NONE);
            return None;
        };
        let slot = slot(text);
        let recent = self.recent[slot];
        let (number, len) = match self.is(recent, text) {
            true => (recent.number, text.len()),
            false => {
                let len = self.texts.text.len();
                let number = add(self, slot);
                (number, self.texts.text.len() - len)
            }
        };
        self.texts.len_of_all += len;
        self.texts.numbers.push(number);
        Some(number)
    }

    #[inline]
    fn is(&self, recent: Recent, text: &[u8]) -> bool {
        let known = self.texts.text.as_bytes().get(recent.place());
        known.is_some_and(|known| match text.len() {
            ..=SHORT => is_equal(known, text),
            _ => known == text,
        })
    }

    fn add_logged(&mut self, logged: &[u8], escape: Escape, slot: usize) -> u32 {
        let text = escape.undo(logged);
        match std::str::from_utf8(&text) {
            Ok(readable) => {
                let number = self.add(readable);
                // What an escape might change is another text where it stands in a log.
                if matches!(text, Cow::Borrowed(_)) && memchr::memchr(b'\\', logged).is_none() {
                    self.remember(slot, number, logged.len());
                }
                number
            }
            Err(_) => self.add(&readable(&text)),
        }
    }

    /// A batch has far fewer rows than there are numbers: it is made of one chunk of a log, or cut.
    fn add(&mut self, text: &str) -> u32 {
        let number = u32::try_from(self.texts.ends.len()).unwrap_or(NONE);
        self.texts.text.push_str(text);
        self.texts.ends.push(self.texts.text.len());
        number
    }

    /// Remembers the text that was added last, unless it is too far behind all others.
    fn remember(&mut self, slot: usize, number: u32, len: usize) {
        let end = self.texts.text.len();
        if let (Ok(start), Ok(end)) = (u32::try_from(end - len), u32::try_from(end)) {
            self.recent[slot] = Recent { number, start, end };
        }
    }
}

impl From<TextRows> for Texts {
    fn from(rows: TextRows) -> Texts {
        rows.texts
    }
}

/// Texts of a column differ in their ends, or in length: a hash of all of them would cost more than it
/// finds.
#[inline]
fn slot(text: &[u8]) -> usize {
    let ends = match (text.first_chunk(), text.last_chunk()) {
        (Some(first), Some(last)) => {
            u64::from_le_bytes(*first) ^ u64::from_le_bytes(*last).rotate_left(29)
        }
        _ => text.iter().fold(0, |all, byte| all << 8 | u64::from(*byte)),
    };
    let hash = (ends ^ text.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    usize::try_from(hash >> (u64::BITS - RECENT_BITS)).unwrap_or(0)
}

/// What is made of the texts of a column, once for each.
#[derive(Debug)]
pub(super) struct Derived<T>(Vec<T>);

impl<T> Default for Derived<T> {
    fn default() -> Derived<T> {
        Derived(Vec::new())
    }
}

impl<T: Copy> Derived<T> {
    /// What is made of the text of this number, which comes next if it is a new one.
    #[inline]
    pub(super) fn of(&mut self, number: u32, make: impl FnOnce() -> T) -> T {
        let known = usize::try_from(number).ok().and_then(|number| self.0.get(number));
        known.copied().unwrap_or_else(|| {
            let made = make();
            self.0.push(made);
            made
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::option;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ok_no_text_is_not_an_empty_one() {
        let mut rows = TextRows::with_capacity(5);
        for text in [None, Some(&b"a"[..]), Some(b""), Some(b"\xff\0"), None] {
            rows.push_logged(text, Escape::None);
        }
        let texts = Texts::from(rows);
        let expected = [None, Some("a"), Some(""), Some("\\xFF\0"), None];
        assert_eq!(texts.iter().collect::<Vec<_>>(), expected);
        assert_eq!((0..6).map(|row| texts.get(row)).collect::<Vec<_>>()[..5], expected);
        let some = texts.of_rows(&[3, 1, 0]);
        assert_eq!(some.iter().collect::<Vec<_>>(), [Some("\\xFF\0"), Some("a"), None]);
    }

    #[test]
    fn ok_a_text_that_comes_again_is_kept_once() {
        let mut rows = TextRows::with_capacity(4);
        for text in ["GET", "POST", "GET", "GET"] {
            rows.push_logged(Some(text.as_bytes()), Escape::Default);
        }
        rows.push(Some("POST"));
        let texts = Texts::from(rows);
        assert_eq!(texts.distinct().collect::<Vec<_>>(), ["GET", "POST"]);
        let numbers = [0, 1, 0, 0, 1].map(Some);
        assert_eq!((0..5).map(|row| texts.number(row)).collect::<Vec<_>>(), numbers);
    }

    proptest! {
        #[test]
        fn ok_rows_are_what_each_text_is_alone(
            rows in vec(
                (option::of("([\\\\xA451\"n]|\\\\x41){0,6}|[a-c]{23,26}"), any::<bool>(), 0..3_usize),
                0..400,
            ),
        ) {
            let escapes = [Escape::Default, Escape::Json, Escape::None];
            let mut texts = TextRows::with_capacity(0);
            let mut expected = Vec::new();
            for (text, is_cut, escape) in rows {
                // A byte that is no UTF-8 behind some of them.
                let cut: &[u8] = if is_cut { b"\xc3" } else { b"" };
                let logged = text.map(|text| [text.as_bytes(), cut].concat());
                let escape = escapes[escape];
                texts.push_logged(logged.as_deref(), escape);
                expected.push(logged.map(|logged| readable(&escape.undo(&logged))));
            }
            let texts = Texts::from(texts);
            let lens = expected.iter().flatten().map(String::len);
            prop_assert_eq!(texts.len_of_all(), lens.sum::<usize>());
            let found: Vec<_> = texts.iter().map(|text| text.map(str::to_owned)).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
