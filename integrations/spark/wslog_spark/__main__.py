"""What `spark-submit` runs: the arguments become a job, its report goes where it was asked for."""

import argparse
import itertools
import sys
import tempfile
import zipfile
from pathlib import Path

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from wslog_spark.binary import WslogError
from wslog_spark.flags import checked, tell_format
from wslog_spark.inputs import find
from wslog_spark.job import Job, Report
from wslog_spark.rehearsal import rehearse
from wslog_spark.rows import FolderError, Rows, qualified
from wslog_spark.store import Store

MOST_BUCKETS = 4096


def arguments(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="wslog-spark",
        usage="%(prog)s [OPTIONS] --out FILE INPUT... [-- FLAGS]",
        description="The report of `wslog analyze`, from logs that many machines read.",
        epilog="FLAGS are those of `wslog analyze`, such as --format or --mark.",
    )
    parser.add_argument("inputs", nargs="+", metavar="INPUT", help="files, folders and patterns, of any file system Hadoop knows")
    parser.add_argument("--wslog", default="wslog", metavar="FILE", help="the binary, at the same place on every machine [default: wslog in the PATH]")
    parser.add_argument("--out", required=True, metavar="FILE", help="where the report goes, on the driver's machine")
    parser.add_argument("--output", default="text", help="the form of the report, as `wslog merge` takes it")
    parser.add_argument("--parquet", metavar="FOLDER", help="where every entry goes as a row, to any file system Hadoop knows")
    parser.add_argument("--beside-error-log", action="store_true", help="there is an error log among the inputs, or beside them")
    parser.add_argument("--split-bytes", type=positive, default=256 << 20, metavar="BYTES", help="how much one task reads of a plain file [default: 256 MiB]")
    parser.add_argument("--buckets", type=positive, metavar="K", help="into how many parts the sightings are shuffled by their keys [default: as many as cores]")
    end = given.index("--") if "--" in given else len(given)
    args = parser.parse_args(given[:end])
    args.analyze = given[end + 1 :]
    return args


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def ship(context, folder: str) -> None:
    """Sends this package to every machine."""
    here = Path(__file__).parent
    package = Path(folder, "wslog_spark.zip")
    with zipfile.ZipFile(package, "w") as archive:
        for file in sorted(here.iterdir()):
            if file.suffix == ".py":
                archive.write(file, Path(here.name, file.name))
    context.addPyFile(str(package))


def main(given: list[str]) -> int:
    args = arguments(given)
    try:
        args.analyze = checked(args.analyze)
        spark = SparkSession.builder.appName("wslog").getOrCreate()
        try:
            with tempfile.TemporaryDirectory() as folder:
                ship(spark.sparkContext, folder)
                return run(spark, args)
        finally:
            spark.stop()
    except (WslogError, FolderError, OSError) as error:
        print(f"wslog-spark: {error}", file=sys.stderr)
    except (Py4JError, PySparkException) as error:
        print(f"wslog-spark: {of_task(error)}", file=sys.stderr)
    return 2


def of_task(error: Exception) -> str:
    """What wslog said in the task that failed; else what Spark says."""
    text = str(error)
    _, found, told = text.rpartition("WslogError: ")
    lines = iter(told.splitlines())
    # Behind it Spark tells how its own code came by it.
    return "\n".join(itertools.takewhile(lambda line: line and not line.startswith("\tat "), lines)) if found else text


def run(spark, args: argparse.Namespace) -> int:
    """Has the report made, and the rows; the exit status of `wslog merge`."""
    context = spark.sparkContext
    files = find(spark, args.inputs)
    store = Store.of(spark) if args.parquet or not all(file.is_local for file in files) else None
    flags = [*args.analyze, "--beside-error-log"] if args.beside_error_log else args.analyze
    buckets = args.buckets or min(MOST_BUCKETS, max(1, context.defaultParallelism))
    threads = int(spark.conf.get("spark.task.cpus", "1"))
    job = Job(args.wslog, flags, buckets, store, threads)
    report = Report(args.wslog, args.output, args.out)
    rows = Rows(args.wslog, args.analyze, store, qualified(context, args.parquet)) if args.parquet else None
    wholes = [file.whole() for file in files]
    rehearse(job, report, rows, wholes)
    if rows:
        rows.check(context)
    splits = job.splits(context, files, args.split_bytes) if tell_format(args.analyze) else wholes
    status = report.write(job.run(context, splits))
    if rows:
        rows.write(context, wholes)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
