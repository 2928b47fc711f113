"""Hadoop's file systems give the bytes that stand in a file, and take files."""

import subprocess
import tempfile
import unittest
import zipfile
from pathlib import Path

from pyspark import SparkFiles
from pyspark.sql import SparkSession

from wslog_spark.binary import WslogError
from wslog_spark.reading import opened
from wslog_spark.splits import Split
from wslog_spark.store import Store, classes, java

TEXT = b"".join(b"%d \xff\x00\r\n" % number for number in range(300_000))


class Stored(unittest.TestCase):
    """viewfs:// is not to be had without what Hadoop's configuration says of it."""

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.temporary.name)
        builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
        cls.spark = builder.config("spark.hadoop.fs.viewfs.mounttable.default.link./logs", f"file:{cls.folder}").config("spark.hadoop.fs.noisy.impl", "Noisy").getOrCreate()
        cls.store = Store.of(cls.spark)

    @classmethod
    def tearDownClass(cls):
        cls.spark.stop()
        cls.temporary.cleanup()

    def test_bytes_are_what_they_were(self):
        Path(self.folder, "a log.bin").write_bytes(TEXT)
        last = TEXT.index(b"\n", 2_000_000 - 1) + 1
        for start, end, expected in [
            (0, None, TEXT),
            (0, 2_000_000, TEXT[:last]),
            (5, 2_000_000, TEXT[4:last]),
            (5, len(TEXT), TEXT[4:]),
            (len(TEXT), len(TEXT) + 1, TEXT[-1:]),
        ]:
            split = Split("viewfs://default/logs/a log.bin", start, end)
            with self.subTest(start=start, end=end), opened(split, self.store) as file:
                self.assertTrue(file.read() == expected)

    def test_what_libraries_say_is_not_among_the_bytes(self):
        """A file system of a jar, as `--jars` leaves it, which writes to standard output."""
        compiled = Path(self.folder, "classes")
        subprocess.run([java("javac"), "--release", "17", "-cp", classes(), "-d", compiled, Path(__file__).with_name("Noisy.java")], check=True)
        with zipfile.ZipFile(Path(SparkFiles.getRootDirectory(), "noisy.jar"), "w") as jar:
            jar.write(compiled / "Noisy.class", "Noisy.class")
        Path(self.folder, "a.log").write_bytes(TEXT)
        with opened(Split(f"noisy://{self.folder}/a.log", 0, None), self.store) as file:
            self.assertTrue(file.read() == TEXT)

    def test_who_has_had_enough_leaves_the_rest(self):
        Path(self.folder, "long.bin").write_bytes(TEXT)
        with opened(Split("viewfs://default/logs/long.bin", 0, None), self.store) as file:
            self.assertEqual(file.read(2), TEXT[:2])

    def test_a_file_that_is_not_there(self):
        for uri, told in [("viewfs://default/logs/none.log", "FileNotFoundException"), ("file:/no/such.log", "has to be there on every machine")]:
            with self.assertRaisesRegex(WslogError, told), opened(Split(uri, 0, None), self.store) as file:
                file.read()

    def test_of_several_that_write_the_same_the_first_is_kept(self):
        rows = Path(self.folder, "rows")
        rows.mkdir()
        for text in [b"first", b"second"]:
            Path(self.folder, "local.bin").write_bytes(text)
            self.store.write(Path(self.folder, "local.bin"), "viewfs://default/logs/rows/part")
        self.assertEqual(Path(rows, "part").read_bytes(), b"first")
        self.assertEqual([file.name for file in rows.iterdir() if not file.name.endswith(".crc")], ["part"])

    def test_what_cannot_be_written(self):
        Path(self.folder, "file").write_bytes(b"")
        with self.assertRaisesRegex(WslogError, "viewfs://default/logs/file/part: .*Exception"):
            self.store.write(Path(self.folder, "file"), "viewfs://default/logs/file/part")


if __name__ == "__main__":
    unittest.main(verbosity=2)
