"""The bytes of a split, as they are."""

import subprocess
import tempfile
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from wslog_spark.binary import WslogError
from wslog_spark.splits import Split

LOCAL = "file:"
READER = "ReadFrom.java"


def first_byte(split: Split) -> int:
    """The byte before the range tells whether a line begins with it."""
    return max(split.start - 1, 0)


@contextmanager
def opened(split: Split):
    """A file that begins at the split's first byte, and goes on at least to the end of its last line."""
    if split.uri.startswith(LOCAL):
        with open(split.uri.removeprefix(LOCAL), "rb", buffering=0) as file:
            file.seek(first_byte(split))
            yield file
    else:
        with by_hadoop(split) as file:
            yield file


@contextmanager
def by_hadoop(split: Split):
    """The same of any file system; an error if it did not come to its end."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as complaints:
        reader = Path(folder, READER)
        # It may be in an archive.
        reader.write_bytes(resources.files("wslog_spark").joinpath(READER).read_bytes())
        with subprocess.Popen(hadoop(split, reader), stdout=subprocess.PIPE, stderr=complaints) as process:
            yield process.stdout
        if process.returncode != 0:
            complaints.seek(0)
            raise WslogError(f"{split.uri}: {complaints.read().decode(errors='replace').strip()}")


def hadoop(split: Split, reader: Path) -> list[str]:
    """A JVM that has Spark's classes, among them Hadoop's file systems, writes the bytes to a pipe."""
    import pyspark

    jars = Path(pyspark.__file__).parent / "jars" / "*"
    last = -1 if split.is_whole else split.end - 1
    return ["java", "-cp", str(jars), str(reader), split.uri, str(first_byte(split)), str(last)]
