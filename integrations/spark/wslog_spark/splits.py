"""What each task reads: a whole file, or a range of a plain one."""

from dataclasses import dataclass

WHOLE = (".gz", ".zst", ".bz2", ".xz", ".pcap", ".pcapng", ".har")
"""What is compressed, or a capture."""
LOCAL = "file:"
HIDDEN = ("_", ".")
"""How the names of files begin that Hadoop leaves out of a folder."""


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


@dataclass(frozen=True)
class File:
    uri: str
    length: int

    @property
    def is_local(self) -> bool:
        return self.uri.startswith(LOCAL)

    def whole(self) -> Split:
        return Split(self.uri, self.uri.removeprefix(LOCAL), 0, None)

    def ranges(self, most: int) -> list[Split]:
        """Ranges of at most so many bytes; the whole, if that is not more, or cannot be parted."""
        if self.uri.endswith(WHOLE) or self.length <= most:
            return [self.whole()]
        name = self.whole().name
        return [Split(self.uri, name, start, min(self.length, start + most)) for start in range(0, self.length, most)]


def find(spark, inputs: list[str]) -> list[File]:
    """The files that Hadoop's file systems have of these names and patterns, each once, in the order of their names."""
    found = {}
    for pattern in inputs:
        files = list(_files(spark, pattern))
        if not files:
            raise FileNotFoundError(f"{pattern}: there is no such file")
        found.update({file.uri: file for file in files})
    return [file for _, file in sorted(found.items())]


def _files(spark, pattern: str):
    path = spark.sparkContext._jvm.org.apache.hadoop.fs.Path(pattern)
    system = path.getFileSystem(spark.sparkContext._jsc.hadoopConfiguration())
    for status in system.globStatus(path) or []:
        if not status.isDirectory():
            yield _file(status)
            continue
        for status in system.listStatus(status.getPath()):
            if not status.isDirectory() and not status.getPath().getName().startswith(HIDDEN):
                yield _file(status)


def _file(status) -> File:
    return File(status.getPath().toString(), status.getLen())
