"""Prints every cell of a CSV file on a line of its own; no record may differ in length."""

import csv
import sys

sys.stdout.reconfigure(encoding="utf-8")
with open(sys.argv[1], newline="", encoding="utf-8") as file:
    records = list(csv.reader(file, strict=True))
assert len({len(record) for record in records}) == 1
for record in records:
    for cell in record:
        print(cell)
