//! A batch of rows becomes a DataFrame.

use polars::prelude::{
    BooleanChunked, Column, DataFrame, DataType, Field, Int64Chunked, IntoColumn, NewChunkedArray,
    PlSmallStr, PolarsResult, Schema, StringChunked, TimeUnit, TimeZone,
};
use wslog::{Batch, Kind, Table, Values};

/// The columns of a table as polars has them.
pub fn schema(table: Table) -> Schema {
    let field = |column: &wslog::Column| {
        Field::new(PlSmallStr::from_static(column.name), data_type(column.kind))
    };
    table.columns().iter().map(field).collect()
}

fn data_type(kind: Kind) -> DataType {
    match kind {
        Kind::Text => DataType::String,
        Kind::Integer => DataType::Int64,
        Kind::Boolean => DataType::Boolean,
        Kind::Instant => DataType::Datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC)),
    }
}

/// The same rows.
///
/// # Errors
/// None that is known of; polars checks that all columns are as long.
pub fn frame(batch: &Batch) -> PolarsResult<DataFrame> {
    let columns = batch.columns().map(|(column, values)| match values.is_all_null() {
        true => Column::full_null(column.name.into(), batch.len(), &data_type(column.kind)),
        false => column_of(column.name, values),
    });
    DataFrame::new(batch.len(), columns.collect())
}

fn column_of(name: &'static str, values: &Values) -> Column {
    let name = PlSmallStr::from_static(name);
    match values {
        Values::Text(texts) => StringChunked::from_iter_options(name, texts.iter()).into_column(),
        Values::Integer(values) => Int64Chunked::from_slice_options(name, values).into_column(),
        Values::Boolean(values) => BooleanChunked::from_slice_options(name, values).into_column(),
        Values::Instant(values) => Int64Chunked::from_slice_options(name, values)
            .into_datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC))
            .into_column(),
    }
}
