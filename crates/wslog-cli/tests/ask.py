"""Answers SQL from standard input with DuckDB: a line of names, then a line a row, as CSV."""

import csv
import sys

import duckdb

database = duckdb.connect()
database.execute("SET TimeZone = 'UTC'")
answer = database.execute(sys.stdin.read())
out = csv.writer(sys.stdout, lineterminator="\n")
out.writerow(column[0] for column in answer.description)
out.writerows(answer.fetchall())
