//! The rows of a column that are to be one row group.

use std::ops::Range;

use polars::prelude::{PlSmallStr, PolarsResult};
use polars_arrow::array::{Array, BooleanArray, PrimitiveArray};
use polars_arrow::bitmap::MutableBitmap;
use polars_arrow::datatypes::{ArrowDataType, TimeUnit};
use polars_parquet::write::Encoding;
use wslog::{Kind, Values};

use super::ROW_GROUP_LEN;
use super::texts::TextRows;

/// The rows of a column that are to be one row group.
pub(super) enum ColumnRows {
    Text(Box<TextRows>),
    Integer { dtype: ArrowDataType, numbers: Vec<i64>, validity: MutableBitmap },
    Boolean { truths: MutableBitmap, validity: MutableBitmap },
}

impl ColumnRows {
    pub(super) fn new(kind: Kind) -> ColumnRows {
        let integer = |dtype| ColumnRows::Integer {
            dtype,
            numbers: Vec::new(),
            validity: MutableBitmap::new(),
        };
        match kind {
            Kind::Text => ColumnRows::Text(Box::default()),
            Kind::Integer => integer(ArrowDataType::Int64),
            Kind::Instant => {
                let utc = Some(PlSmallStr::from_static("UTC"));
                integer(ArrowDataType::Timestamp(TimeUnit::Millisecond, utc))
            }
            Kind::Boolean => {
                ColumnRows::Boolean { truths: MutableBitmap::new(), validity: MutableBitmap::new() }
            }
        }
    }

    /// Adds some rows of a batch. Values of another kind than the column's are none.
    pub(super) fn extend(&mut self, values: &Values, rows: Range<usize>) {
        match (self, values) {
            (ColumnRows::Text(column), Values::Text(texts)) => column.extend(texts, rows),
            (
                ColumnRows::Integer { numbers, validity, .. },
                Values::Integer(values) | Values::Instant(values),
            ) => {
                let some = values.get(rows).unwrap_or_default();
                make_room(numbers);
                numbers.extend(some.iter().map(|value| value.unwrap_or_default()));
                extend_validity(validity, some);
            }
            (ColumnRows::Boolean { truths, validity }, Values::Boolean(values)) => {
                let some = values.get(rows).unwrap_or_default();
                some.iter().for_each(|value| truths.push(value.unwrap_or_default()));
                extend_validity(validity, some);
            }
            _ => {}
        }
    }

    /// All of them, and how they are best written; none are left.
    ///
    /// Numbers of neighbouring lines are near each other, and what they differ by takes few bits.
    pub(super) fn take(&mut self) -> PolarsResult<(Box<dyn Array>, Encoding)> {
        Ok(match self {
            ColumnRows::Text(column) => column.take()?,
            ColumnRows::Integer { dtype, numbers, validity } => {
                let numbers = std::mem::take(numbers).into();
                let validity = std::mem::take(validity).into();
                let array = PrimitiveArray::<i64>::new(dtype.clone(), numbers, validity);
                (array.boxed(), Encoding::DeltaBinaryPacked)
            }
            ColumnRows::Boolean { truths, validity } => {
                let truths = std::mem::take(truths).freeze();
                let validity = std::mem::take(validity).into();
                let array = BooleanArray::new(ArrowDataType::Boolean, truths, validity);
                (array.boxed(), Encoding::Plain)
            }
        })
    }
}

/// For a whole row group at once: growing step by step would copy it several times.
pub(super) fn make_room<T>(rows: &mut Vec<T>) {
    rows.reserve(ROW_GROUP_LEN - rows.len().min(ROW_GROUP_LEN));
}

fn extend_validity<T>(validity: &mut MutableBitmap, values: &[Option<T>]) {
    match values.iter().filter(|value| value.is_some()).count() {
        0 => validity.extend_constant(values.len(), false),
        all if all == values.len() => validity.extend_constant(all, true),
        _ => values.iter().for_each(|value| validity.push(value.is_some())),
    }
}
