"""Hadoop's file systems give the bytes that stand in a file."""

import tempfile
import unittest
from pathlib import Path

from wslog_spark.binary import WslogError
from wslog_spark.reading import by_hadoop
from wslog_spark.splits import Split

TEXT = b"".join(b"%d \xff\x00\r\n" % number for number in range(300_000))


class Reading(unittest.TestCase):
    def test_bytes_are_what_they_were(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "a log.bin")
            path.write_bytes(TEXT)
            uri = f"file:{path}"
            last = TEXT.index(b"\n", 2_000_000 - 1) + 1
            for start, end, expected in [
                (0, None, TEXT),
                (0, 2_000_000, TEXT[:last]),
                (5, 2_000_000, TEXT[4:last]),
                (5, len(TEXT), TEXT[4:]),
                (len(TEXT), len(TEXT) + 1, TEXT[-1:]),
            ]:
                with self.subTest(start=start, end=end), by_hadoop(Split(uri, "a", start, end)) as file:
                    self.assertTrue(file.read() == expected)

    def test_a_file_that_is_not_there(self):
        with self.assertRaisesRegex(WslogError, "FileNotFoundException"):
            with by_hadoop(Split("file:/no/such.log", "a", 0, None)) as file:
                file.read()


if __name__ == "__main__":
    unittest.main(verbosity=2)
