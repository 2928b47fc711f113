"""What each task reads: a whole file, or a range of a plain one."""

from dataclasses import dataclass

COMPRESSED = (".gz", ".zst", ".bz2", ".xz")


@dataclass(frozen=True)
class Split:
    """A file, or the lines of it that begin in the bytes from `start` on and before `end`."""

    uri: str
    """What Hadoop calls it."""
    name: str
    """What the report calls it: the path of a local file, else the URI."""
    start: int
    end: int | None
    """None: the whole file is read, and nobody needs to know where it ends."""

    @property
    def is_whole(self) -> bool:
        return self.end is None


class Splitter:
    """Finds files by Hadoop's file systems, and parts the large ones."""

    def __init__(self, spark, split_bytes: int, may_split: bool):
        self._jvm = spark.sparkContext._jvm
        self._conf = spark.sparkContext._jsc.hadoopConfiguration()
        self._split_bytes = split_bytes
        self._may_split = may_split

    def splits(self, inputs: list[str]) -> list[Split]:
        """Those of all files, each once, in the order of their names."""
        found = {}
        for pattern in inputs:
            files = list(self._files(pattern))
            if not files:
                raise FileNotFoundError(f"{pattern}: there is no such file")
            found.update({uri: length for uri, length in files})
        return [split for uri, length in sorted(found.items()) for split in self._parts(uri, length)]

    def _files(self, pattern: str):
        path = self._jvm.org.apache.hadoop.fs.Path(pattern)
        system = path.getFileSystem(self._conf)
        for status in system.globStatus(path) or []:
            statuses = system.listStatus(status.getPath()) if status.isDirectory() else [status]
            for file in statuses:
                if not file.isDirectory():
                    yield file.getPath().toString(), file.getLen()

    def _parts(self, uri: str, length: int):
        name = uri.removeprefix("file:")
        if not self._may_split or uri.endswith(COMPRESSED) or length <= self._split_bytes:
            yield Split(uri, name, 0, None)
            return
        for start in range(0, length, self._split_bytes):
            yield Split(uri, name, start, min(length, start + self._split_bytes))
