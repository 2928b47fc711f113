"""Reads a Parquet file back with pyarrow: what `sums` of it says, as DuckDB says it, too."""

import csv
import sys

import pyarrow as arrow
import pyarrow.compute as compute
import pyarrow.parquet as parquet

file = parquet.ParquetFile(sys.argv[1])
table = file.read()
out = csv.writer(sys.stdout, lineterminator="\n")
for field in table.schema:
    column = table.column(field.name)
    if arrow.types.is_timestamp(field.type):
        assert field.type == arrow.timestamp("ms", tz="UTC"), field
        column = column.cast(arrow.int64())
    elif arrow.types.is_boolean(field.type):
        column = column.cast(arrow.int64())
    elif not arrow.types.is_integer(field.type):
        column = compute.binary_length(column)
    out.writerow([field.name, table.num_rows - column.null_count, compute.sum(column).as_py() or 0])
groups = file.metadata
codecs = {groups.row_group(0).column(i).compression for i in range(groups.num_columns)}
assert codecs == {"ZSTD"}, codecs
