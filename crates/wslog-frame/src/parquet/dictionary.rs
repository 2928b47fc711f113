//! The texts of a row group's rows, each once.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use polars::prelude::PolarsResult;
use polars_arrow::array::{Array, DictionaryArray, MutableBinaryViewArray, PrimitiveArray};
use polars_arrow::bitmap::Bitmap;
use polars_arrow::datatypes::{ArrowDataType, IntegerType};

/// Texts, each once, in the order they first came in.
#[derive(Default)]
pub(super) struct Dictionary {
    distinct: MutableBinaryViewArray<str>,
    /// Where each of them is.
    places: HashTable<u32>,
    hasher: RandomState,
}

impl Dictionary {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// The place of a text, which is added if it is not there.
    pub(super) fn place(&mut self, text: &str) -> u32 {
        let Dictionary { distinct, places, hasher } = self;
        let at = |place: u32| distinct.value(usize::try_from(place).unwrap_or(usize::MAX));
        let hash = hasher.hash_one(text);
        if let Some(&place) = places.find(hash, |&place| at(place) == text) {
            return place;
        }
        // A row group has far fewer rows.
        let place = u32::try_from(places.len()).unwrap_or(u32::MAX);
        places.insert_unique(hash, place, |&place| hasher.hash_one(at(place)));
        distinct.push_value(text);
        place
    }

    /// The text of a place there is.
    pub(super) fn text(&self, place: u32) -> &str {
        self.distinct.value(usize::try_from(place).unwrap_or(usize::MAX))
    }

    /// Forgets all texts, and keeps the memory of their places.
    pub(super) fn clear(&mut self) {
        self.places.clear();
        self.distinct = MutableBinaryViewArray::new();
    }

    /// Rows of the texts at these places; they are forgotten.
    pub(super) fn take(
        &mut self,
        places: Vec<u32>,
        validity: Option<Bitmap>,
    ) -> PolarsResult<Box<dyn Array>> {
        self.places.clear();
        let distinct = std::mem::take(&mut self.distinct).freeze().boxed();
        let text = Box::new(ArrowDataType::Utf8View);
        let dtype = ArrowDataType::Dictionary(IntegerType::UInt32, text, false);
        let places = PrimitiveArray::<u32>::from_vec(places).with_validity(validity);
        DictionaryArray::try_new(dtype, places, distinct).map(DictionaryArray::boxed)
    }
}
