"""Every entry as a row of Parquet: a task exports a file."""

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from wslog_spark.binary import ran
from wslog_spark.reading import opened
from wslog_spark.splits import Split
from wslog_spark.store import Store

WHOLE = "_SUCCESS"
"""An empty file of this name says that all others are there."""


class FolderError(Exception):
    """Why rows cannot go to a folder."""


@dataclass(frozen=True)
class Rows:
    """They go to a folder, one file for each input, numbered in the order of their names."""

    wslog: str
    flags: list[str]
    store: Store
    folder: str
    """What Hadoop calls it."""

    def write(self, context, files: list[Split]) -> None:
        numbered = list(enumerate(files))
        context.parallelize(numbered, len(numbered)).foreach(self.export)
        self._folder(context)[0].create(self._path(context, WHOLE)).close()

    def check(self, context) -> None:
        """That the folder is there, and nothing in it."""
        system, path = self._folder(context)
        if system.exists(path) and (system.getFileStatus(path).isFile() or len(system.listStatus(path)) > 0):
            raise FolderError(f"--parquet {self.folder}: is there, and would be mixed with what is exported; remove it, or name another")
        system.mkdirs(path)

    def export(self, numbered: tuple[int, Split]) -> None:
        number, file = numbered
        with tempfile.TemporaryDirectory() as folder:
            rows = Path(folder, "rows.parquet")
            with opened(file, self.store) as stdin:
                done = ran(self.command(file, rows), stdin)
            if rows.exists():
                self.store.write(rows, f"{self.folder}/part-{number:05}.parquet")
            else:
                # Nothing of it can be read, of which the report tells; it does not stop the others.
                print(done.complaint, file=sys.stderr)

    def rehearse(self, file: Split) -> None:
        """Raises what wslog has against it."""
        with tempfile.TemporaryDirectory() as folder:
            rows = Path(folder, "rows.parquet")
            done = ran(self.command(file, rows), b"")
            if not rows.exists():
                raise done.failed()

    def command(self, file: Split, rows: Path) -> list[str]:
        return [self.wslog, "export", *self.flags, "--to", str(rows), "--stdin-name", file.name, "-"]

    def _folder(self, context):
        path = self._path(context)
        return path.getFileSystem(context._jsc.hadoopConfiguration()), path

    def _path(self, context, *name: str):
        return context._jvm.org.apache.hadoop.fs.Path("/".join([self.folder, *name]))
