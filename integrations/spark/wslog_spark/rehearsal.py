"""What is wrong with what was asked for shows on no bytes at all, before a cluster reads for hours."""

import json
import tempfile
from pathlib import Path

from wslog_spark.binary import WslogError, ran, run
from wslog_spark.flags import names_vantages
from wslog_spark.job import Job, Report
from wslog_spark.rows import Rows
from wslog_spark.splits import Split

NOTHING = b""


def rehearse(job: Job, report: Report, rows: Rows | None, files: list[Split]) -> None:
    """Raises what wslog has against any of it."""
    check_place(report.out)
    # What names are for has to be among the inputs.
    tried = files if names_vantages(job.flags) else files[:1]
    partials = b"".join(run(job.command(file), NOTHING) for file in tried)
    of_nothing = ran([report.wslog, "merge", "--output", report.output, "-"], partials)
    if not of_nothing.output:
        raise of_nothing.failed()
    sources = json.loads(run([report.wslog, "merge", "--output", "json", "-"], partials))["input"]["sources"]
    if len(sources) != len(tried):
        raise WslogError("behind -- stand flags; inputs stand before it")
    if rows is not None:
        rows.rehearse(files[0])


def check_place(out: str) -> None:
    try:
        with tempfile.NamedTemporaryFile(dir=Path(out).absolute().parent):
            pass
        if Path(out).is_dir():
            raise IsADirectoryError(21, "Is a directory")
    except OSError as error:
        raise WslogError(f"--out {out}: cannot be written: {error.strerror}") from error
