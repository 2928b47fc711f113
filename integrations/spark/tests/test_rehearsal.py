"""What is wrong with what was asked for is told before a cluster is asked for anything. WSLOG names the binary."""

import os
import tempfile
import unittest
from pathlib import Path

from wslog_spark.binary import WslogError
from wslog_spark.flags import checked
from wslog_spark.job import Job, Report
from wslog_spark.rehearsal import rehearse
from wslog_spark.rows import Rows
from wslog_spark.splits import Split

WSLOG = os.environ.get("WSLOG", "wslog")
SPLITS = [Split(f"file:/logs/{name}", 0, None) for name in ["edge.log", "inner.log"]]


def told(*, wslog: str = WSLOG, flags=(), output: str = "json", out: str = "report.json", has_rows: bool = False) -> str:
    """What is said against it."""
    with tempfile.TemporaryDirectory() as folder:
        report = Report(wslog, output, str(Path(folder, out)))
        rows = Rows(wslog, list(flags), None, "file:/rows") if has_rows else None
        try:
            rehearse(Job(wslog, list(flags), 4, None, 1), report, rows, SPLITS)
        except WslogError as error:
            return str(error)
        assert not any(Path(folder).iterdir())
        return ""


class Flags(unittest.TestCase):
    def test_what_has_no_place(self):
        for flags in [["--range", "0-9"], ["--range=0-9"], ["--since", "-3h"], ["--until=-3h"], ["--format", "json", "--"]]:
            with self.subTest(flags), self.assertRaises(WslogError):
                checked(flags)
        flags = ["--since", "2018-03-09", "--until=2018-03-10", "--format", "json"]
        self.assertEqual(checked(flags), flags)


class Rehearsal(unittest.TestCase):
    def test_what_can_be_done(self):
        self.assertEqual(told(flags=["--format", "combined"]), "")
        self.assertEqual(told(has_rows=True), "")
        self.assertEqual(told(flags=["--vantage", "edge=/logs/edge.log", "--vantage", "inner=/logs/inner.log"]), "")

    def test_what_cannot_be_done(self):
        for asked, complaint in [
            ({"flags": ["--log-format=no variable"]}, "wslog: error: --log-format"),
            ({"flags": ["--redact"]}, "cannot be used with"),
            ({"flags": ["--buckets=3"]}, "cannot be used multiple times"),
            ({"output": "pdf"}, "invalid value 'pdf'"),
            ({"out": "none/report"}, "none/report: cannot be written"),
            ({"out": ""}, "cannot be written"),
            ({"wslog": "/no/such/wslog"}, "/no/such/wslog: No such file or directory"),
            ({"flags": ["--vantage=edge=edge.log"]}, "there is no such input, only /logs/edge.log, /logs/inner.log"),
            ({"flags": [__file__]}, "inputs stand before it"),
        ]:
            with self.subTest(complaint):
                self.assertIn(complaint, told(**asked))


if __name__ == "__main__":
    unittest.main(verbosity=2)
