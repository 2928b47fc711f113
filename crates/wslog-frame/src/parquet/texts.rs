//! The texts of a column's rows that are to be one row group.

use std::ops::Range;

use polars::prelude::PolarsResult;
use polars_arrow::array::{Array, MutableBinaryViewArray};
use polars_arrow::bitmap::MutableBitmap;
use polars_parquet::write::Encoding;
use wslog::Texts;

use super::ROW_GROUP_LEN;
use super::column::make_room;
use super::dictionary::Dictionary;

/// The texts of rows: by a dictionary, as long as that is small.
#[derive(Default)]
pub(super) struct TextRows {
    dictionary: Dictionary,
    /// Each row's place in it; 0 where it has no text.
    places: Vec<u32>,
    validity: MutableBitmap,
    /// All rows, where too many have a text of their own.
    plain: Option<MutableBinaryViewArray<str>>,
}

/// How many texts a dictionary may have. With more of them it saves nothing, and looking for each of them
/// takes longer than writing it again.
const MOST_DISTINCT: usize = ROW_GROUP_LEN / 4;

/// What was not looked for yet.
const UNKNOWN: u32 = u32::MAX;

impl TextRows {
    /// Adds some rows of a batch.
    pub(super) fn extend(&mut self, texts: &Texts, rows: Range<usize>) {
        let behind = match self.plain {
            None => self.extend_places(texts, rows.clone()),
            Some(_) => rows.start,
        };
        if let Some(plain) = &mut self.plain {
            (behind..rows.end).for_each(|row| plain.push(texts.get(row)));
        }
    }

    /// Adds rows as long as the dictionary is small; the first row that was not added.
    fn extend_places(&mut self, texts: &Texts, rows: Range<usize>) -> usize {
        let distinct: Vec<_> = texts.distinct().collect();
        let mut known = vec![UNKNOWN; distinct.len()];
        make_room(&mut self.places);
        for row in rows.clone() {
            let number = texts.number(row).and_then(|number| usize::try_from(number).ok());
            let text = number.and_then(|number| known.get_mut(number).zip(distinct.get(number)));
            let place = text.map_or(0, |(known, text)| {
                if *known == UNKNOWN {
                    *known = self.dictionary.place(text);
                }
                *known
            });
            self.places.push(place);
            if self.dictionary.len() > MOST_DISTINCT {
                self.extend_validity(texts, rows.start..row + 1);
                self.give_up_dictionary();
                return row + 1;
            }
        }
        self.extend_validity(texts, rows.clone());
        rows.end
    }

    fn extend_validity(&mut self, texts: &Texts, rows: Range<usize>) {
        match texts.null_count() {
            0 => self.validity.extend_constant(rows.len(), true),
            all if all == texts.len() => self.validity.extend_constant(rows.len(), false),
            _ => rows.for_each(|row| self.validity.push(texts.number(row).is_some())),
        }
    }

    fn give_up_dictionary(&mut self) {
        let places = std::mem::take(&mut self.places);
        let mut plain = MutableBinaryViewArray::with_capacity(ROW_GROUP_LEN);
        for (place, is_there) in places.into_iter().zip(self.validity.iter()) {
            plain.push(is_there.then(|| self.dictionary.text(place)));
        }
        self.validity.clear();
        self.dictionary.clear();
        self.plain = Some(plain);
    }

    /// All rows, and how they are best written; none are left.
    pub(super) fn take(&mut self) -> PolarsResult<(Box<dyn Array>, Encoding)> {
        if let Some(plain) = self.plain.take() {
            return Ok((plain.freeze().boxed(), Encoding::Plain));
        }
        let places = std::mem::take(&mut self.places);
        let validity = std::mem::take(&mut self.validity).into();
        Ok((self.dictionary.take(places, validity)?, Encoding::RleDictionary))
    }
}
