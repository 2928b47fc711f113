"""Tasks analyze splits, their sightings are shuffled by key, and what is left is merged in the driver."""

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from wslog_spark.binary import run
from wslog_spark.frames import frames
from wslog_spark.reading import opened
from wslog_spark.splits import Split
from wslog_spark.store import Store

COUNTS = -1
"""What was counted is shuffled like a bucket."""


@dataclass(frozen=True)
class Job:
    wslog: str
    flags: list[str]
    buckets: int
    store: Store | None

    def run(self, context, splits: list[Split]) -> list[bytes]:
        """Partials that have everything: one for each bucket, and one of all that was counted."""
        parts = context.parallelize(splits, len(splits)).flatMap(self.analyze)
        return parts.groupByKey(self.buckets + 1).values().map(self.merge).collect()

    def analyze(self, split: Split) -> list[tuple[int, bytes]]:
        """What one split gives, with the bucket that each part is for."""
        with opened(split, self.store) as stdin:
            counted, *buckets = frames(run(self.command(split), stdin))
        return [(COUNTS, counted), *enumerate(buckets)]

    def command(self, split: Split) -> list[str]:
        command = [self.wslog, "analyze", *self.flags, "--partial", "-", "--buckets", str(self.buckets)]
        if not split.is_whole:
            command += ["--range", f"{split.start}-{split.end}"]
        return [*command, "--stdin-name", split.name, "-"]

    def merge(self, parts) -> bytes:
        """One partial of all those of one bucket."""
        return run([self.wslog, "merge", "--partial", "-", "-"], b"".join(parts))


@dataclass(frozen=True)
class Report:
    wslog: str
    output: str
    """Its form."""
    out: str
    """Where it goes, on the driver's machine."""

    def write(self, partials: list[bytes]) -> int:
        """Has it written; the exit status of `wslog merge`."""
        with tempfile.TemporaryDirectory() as folder:
            paths = []
            for number, partial in enumerate(partials):
                path = Path(folder, f"{number}.partial")
                path.write_bytes(partial)
                paths.append(str(path))
            return subprocess.run([self.wslog, "merge", "--output", self.output, "--out", self.out, *paths]).returncode
