"""Every entry as a row of Parquet: a task exports a file."""

import sys
import tempfile
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from pyspark import SparkFiles

from wslog_spark.binary import ran
from wslog_spark.reading import opened
from wslog_spark.splits import Split
from wslog_spark.store import Store

WHOLE = "_SUCCESS"
"""An empty file of this name says that all others are there."""
ROWS = "rows.parquet"
NONE = f"{ROWS} was not written"
"""What wslog says of an input of which nothing can be read."""


class FolderError(Exception):
    """Why rows cannot go to a folder, or what is wrong with those there."""


@dataclass(frozen=True)
class Rows:
    """They go to a folder, one file for each input, numbered in the order of their names."""

    wslog: str
    flags: list[str]
    store: Store | None
    folder: str
    """What Hadoop calls it."""
    run: str = field(default_factory=lambda: uuid.uuid4().hex)
    """Who reads the folder can tell what was written together."""

    def write(self, context, files: list[Split]) -> None:
        numbered = list(enumerate(files))
        written = context.parallelize(numbered, len(numbered)).map(self.export).collect()
        expected = {name for name in written if name is not None}
        system, path = self._folder(context)
        found = {status.getPath().getName() for status in system.listStatus(path)}
        found = {name for name in found if not name.startswith(("_", "."))}
        if found != expected:
            missing, others = sorted(expected - found), sorted(found - expected)
            raise FolderError(f"--parquet {self.folder}: these are missing: {missing}, and these are not of this job: {others}; all machines have to share the folder, and one job writes to it")
        system.create(context._jvm.org.apache.hadoop.fs.Path(path, WHOLE)).close()

    def check(self, context) -> None:
        """That the folder is there, and nothing in it."""
        system, path = self._folder(context)
        if system.exists(path) and (system.getFileStatus(path).isFile() or len(system.listStatus(path)) > 0):
            raise FolderError(f"--parquet {self.folder}: is there, and would be mixed with what is exported; remove it, or name another")
        system.mkdirs(path)

    def export(self, numbered: tuple[int, Split]) -> str | None:
        """The name of the file; nothing if none of its input can be read."""
        number, file = numbered
        # What a task leaves that is killed goes with Spark's own files.
        with tempfile.TemporaryDirectory(dir=SparkFiles.getRootDirectory()) as folder:
            rows = Path(folder, ROWS)
            with opened(file, self.store) as stdin:
                done = ran(self.command(file, rows), stdin)
            if rows.exists() and not done.is_killed:
                name = f"part-{number:05}-{self.run}.parquet"
                self.store.write(rows, f"{self.folder}/{name}")
                return name
            if NONE not in done.complaint:
                raise done.failed()
            # The report tells of it; it does not stop the others.
            print(done.complaint, file=sys.stderr)
            return None

    def rehearse(self, file: Split) -> None:
        """Raises what wslog has against it."""
        with tempfile.TemporaryDirectory() as folder:
            rows = Path(folder, ROWS)
            done = ran(self.command(file, rows), b"")
            if not rows.exists():
                raise done.failed()

    def command(self, file: Split, rows: Path) -> list[str]:
        return [self.wslog, "export", *self.flags, "--to", str(rows), "--stdin-name", file.name, "-"]

    def _folder(self, context):
        path = context._jvm.org.apache.hadoop.fs.Path(self.folder)
        return path.getFileSystem(context._jsc.hadoopConfiguration()), path


def qualified(context, folder: str) -> str:
    """The folder by its whole name: tasks run elsewhere."""
    path = context._jvm.org.apache.hadoop.fs.Path(folder)
    return path.getFileSystem(context._jsc.hadoopConfiguration()).makeQualified(path).toString()
