"""Hadoop's file systems, by Java programs of few lines on Spark's own classes."""

import os
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pyspark import SparkFiles
from pyspark.find_spark_home import _find_spark_home

from wslog_spark.binary import WslogError

READ = "ReadFrom"
WRITE = "WriteTo"
BRIEF = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
"""What runs for a moment is not worth being optimised."""
REST = 1 << 20


@dataclass(frozen=True)
class Store:
    """The file systems as the driver is set up to reach them, with whatever it has of accounts."""

    configuration: bytes = field(repr=False)
    """Hadoop's, as XML."""
    programs: dict[str, bytes] = field(repr=False)
    """Class files by their names."""

    @staticmethod
    def of(spark) -> "Store":
        written = spark.sparkContext._jvm.java.io.StringWriter()
        spark.sparkContext._jsc.hadoopConfiguration().writeXml(written)
        return Store(written.toString().encode(), compiled())

    @contextmanager
    def read(self, uri: str, first: int, last: int | None):
        """A pipe with a file's bytes from one on, to the end of the line that `last` is in; an error if they did not come."""
        with self._running(uri, READ, uri, str(first), str(-1 if last is None else last)) as process:
            yield process.stdout
            # Who has had enough leaves the rest, which is no error.
            while process.stdout.read(REST):
                pass

    def write(self, local: Path, uri: str) -> None:
        """Puts a file there as a whole. Of several that write the same one the first is kept."""
        with self._running(uri, WRITE, str(local.absolute()), uri) as process:
            process.communicate()

    @contextmanager
    def _running(self, uri: str, program: str, *arguments: str):
        """A Java program; an error about the URI if it did not come to its end."""
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as complaints, tempfile.TemporaryFile() as configuration:
            Path(folder, f"{program}.class").write_bytes(self.programs[program])
            configuration.write(self.configuration)
            configuration.seek(0)
            command = [java("java"), *BRIEF, "-cp", classes(folder), program, *arguments]
            with started(command, stdin=configuration, stdout=subprocess.PIPE, stderr=complaints) as process:
                yield process
            if process.returncode != 0:
                complaints.seek(0)
                raise WslogError(f"{uri}: {complaints.read().decode(errors='replace').strip()}")


def compiled() -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        sources = [str(Path(__file__).with_name(f"{name}.java")) for name in (READ, WRITE)]
        with started([java("javac"), "--release", "17", "-cp", classes(), "-d", folder, *sources], stderr=subprocess.PIPE) as process:
            _, complaint = process.communicate()
        if process.returncode != 0:
            raise WslogError(f"javac: {complaint.decode(errors='replace').strip()}")
        return {file.stem: file.read_bytes() for file in Path(folder).iterdir()}


def started(command: list[str], **pipes) -> subprocess.Popen:
    try:
        return subprocess.Popen(command, **pipes)
    except OSError as error:
        raise WslogError(f"{command[0]}: {error.strerror}; other file systems than the local one, and rows, need a JDK where the driver runs, and Java everywhere") from error


def java(tool: str) -> str:
    home = os.environ.get("JAVA_HOME")
    return str(Path(home, "bin", tool)) if home else tool


def classes(*folders: str) -> str:
    """Spark's, and those that were given with `--jars` or `--packages`."""
    jars = [Path(_find_spark_home(), "jars", "*"), Path(SparkFiles.getRootDirectory(), "*")]
    return os.pathsep.join([*folders, *map(str, jars)])
