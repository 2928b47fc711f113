"""What each task reads: a whole file, or a range of a plain one."""

import os
from dataclasses import dataclass

LOCAL = "file:"


@dataclass(frozen=True)
class Split:
    """A file, or the lines of it that begin in the bytes from `start` on and before `end`."""

    uri: str
    """What Hadoop calls it."""
    start: int
    end: int | None
    """None: the whole file is read, and nobody needs to know where it ends."""

    @property
    def name(self) -> str:
        """What the report calls it: the path of a local file, else the URI; what is no UTF-8 in it is replaced."""
        return os.fsencode(self.uri.removeprefix(LOCAL)).decode(errors="replace")

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
        return Split(self.uri, 0, None)

    def ranges(self, most: int) -> list[Split]:
        """Ranges of at most so many bytes."""
        return [Split(self.uri, start, min(self.length, start + most)) for start in range(0, self.length, most)]
