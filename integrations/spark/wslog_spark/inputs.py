"""The files that are read: local ones by Python, which knows names that Java does not, others by Hadoop."""

import glob
import os
from pathlib import Path

from wslog_spark.splits import LOCAL, File

HIDDEN = ("_", ".")
"""How the names of files begin that Hadoop leaves out of a folder."""
ERROR_LOG = "error"
"""What stands in the names of files that `wslog analyze` leaves out of a folder."""


def find(spark, inputs: list[str]) -> list[File]:
    """The files of these names and patterns, each once, in the order of their names."""
    found = {}
    for pattern in inputs:
        files = list(local(pattern) if is_local(spark, pattern) else stored(spark, pattern))
        if not files:
            raise FileNotFoundError(f"{pattern}: there is no file")
        found.update({file.uri: file for file in files})
    return [file for _, file in sorted(found.items())]


def is_local(spark, pattern: str) -> bool:
    """Whether it has the scheme of local files, or none where that is the one by default."""
    if pattern.startswith(LOCAL):
        return True
    configuration = spark.sparkContext._jsc.hadoopConfiguration()
    return "://" not in pattern and configuration.get("fs.defaultFS", "file:///").startswith(LOCAL)


def local(pattern: str):
    path = os.path.abspath(pattern.removeprefix(LOCAL))
    for match in [path] if os.path.lexists(path) else sorted(glob.glob(path)):
        files = [Path(match)]
        if os.path.isdir(match):
            files = [file for file in Path(match).iterdir() if is_log(file.name) and not_endless(file)]
        for file in files:
            yield File(f"{LOCAL}{file}", file.stat().st_size)


def not_endless(file: Path) -> bool:
    """One that leads nowhere is an error when it is looked at."""
    return file.is_file() or not file.exists()


def is_log(name: str) -> bool:
    return not name.startswith(HIDDEN) and ERROR_LOG not in name.lower()


def stored(spark, pattern: str):
    path = spark.sparkContext._jvm.org.apache.hadoop.fs.Path(pattern)
    system = path.getFileSystem(spark.sparkContext._jsc.hadoopConfiguration())
    for status in system.globStatus(path) or []:
        statuses = [status]
        if status.isDirectory():
            statuses = [file for file in system.listStatus(status.getPath()) if is_log(file.getPath().getName())]
        for file in statuses:
            if file.isFile():
                yield File(file.getPath().toString(), file.getLen())
