"""What is wrong with what was asked for shows on no bytes at all, before a cluster reads for hours."""

import os
from pathlib import Path

from wslog_spark.binary import WslogError, ran, run
from wslog_spark.job import Job, Report
from wslog_spark.rows import Rows
from wslog_spark.splits import Split

NOTHING = b""


def rehearse(job: Job, report: Report, rows: Rows | None, split: Split) -> None:
    """Raises what wslog has against any of it. The split is one of those to be read, whose name may count."""
    folder = Path(report.out).absolute().parent
    if not os.access(folder, os.W_OK) or Path(report.out).is_dir():
        raise WslogError(f"--out {report.out}: cannot be written")
    partial = run(job.command(split), NOTHING)
    of_nothing = ran([report.wslog, "merge", "--output", report.output, "-"], partial)
    if not of_nothing.output:
        raise of_nothing.failed()
    if rows is not None:
        rows.rehearse(split)
