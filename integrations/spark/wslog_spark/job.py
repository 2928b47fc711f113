"""Tasks analyze splits, their sightings are shuffled by key, and what is left is merged in the driver."""

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from wslog_spark.binary import ran, run
from wslog_spark.frames import frames
from wslog_spark.reading import opened
from wslog_spark.splits import File, Split
from wslog_spark.store import Store

HEAD = 1 << 16
"""How many bytes tell what kind of file it is."""
UNSPLITTABLE = "can only be read as a whole"
"""What wslog says of what is compressed, and of a capture."""


@dataclass(frozen=True)
class Job:
    wslog: str
    flags: list[str]
    buckets: int
    store: Store | None
    threads: int
    """How many a task has."""

    def splits(self, context, files: list[File], most: int) -> list[Split]:
        """What is to be read, at most so many bytes at a time of the files that can be parted."""
        large = [file for file in files if file.length > most]
        can_be = dict(context.parallelize(large, len(large)).map(self.can_be_split).collect()) if large else {}
        return [split for file in files for split in (file.ranges(most) if can_be.get(file.uri) else [file.whole()])]

    def can_be_split(self, file: File) -> tuple[str, bool]:
        head = Split(file.uri, 0, HEAD)
        with opened(head, self.store) as stdin:
            return file.uri, UNSPLITTABLE not in ran(self.command(head), stdin).complaint

    def run(self, context, splits: list[Split]) -> list[bytes]:
        """Partials that have everything: one for each bucket, and one of all that was counted."""
        parts = context.parallelize(splits, len(splits)).flatMap(self.analyze)
        return parts.groupByKey(self.buckets + 1).values().map(self.merge).collect()

    def analyze(self, split: Split) -> list[tuple[int, bytes]]:
        """What one split gives, with the bucket that each part is for."""
        with opened(split, self.store) as stdin:
            counted, *buckets = frames(run(self.command(split), stdin))
        # What was counted is shuffled like one more bucket.
        return [*enumerate(buckets), (self.buckets, counted)]

    def command(self, split: Split) -> list[str]:
        command = [self.wslog, "analyze", *self.flags, "--threads", str(self.threads), "--partial", "-", "--buckets", str(self.buckets)]
        if not split.is_whole:
            command += ["--range", f"{split.start}-{split.end}"]
        return [*command, "--stdin-name", split.name, "-"]

    def merge(self, parts) -> bytes:
        """One partial of all those of one bucket."""
        return run([self.wslog, "merge", "--threads", str(self.threads), "--partial", "-", "-"], b"".join(parts))


@dataclass(frozen=True)
class Report:
    wslog: str
    output: str
    """Its form."""
    out: str
    """Where it goes, on the driver's machine."""

    def write(self, partials: list[bytes]) -> int:
        """The exit status of `wslog merge`."""
        with tempfile.TemporaryDirectory() as folder:
            paths = []
            for number, partial in enumerate(partials):
                path = Path(folder, f"{number}.partial")
                path.write_bytes(partial)
                paths.append(str(path))
            merged = ran([self.wslog, "merge", "--output", self.output, *paths], b"")
        if merged.is_killed or not merged.output:
            raise merged.failed()
        Path(self.out).write_bytes(merged.output)
        print(merged.complaint, end="\n" if merged.complaint else "", file=sys.stderr)
        return merged.status
