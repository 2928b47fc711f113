"""The report of a cluster is that of one process, byte for byte, also when a worker is killed meanwhile.

WSLOG names the binary; WSLOG_SPARK_BYTES how much log is made (40 MB unless it is set).
"""

import os
import re
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from tests.cluster import Cluster
from tests.logs import FORMAT, write

WSLOG = os.environ.get("WSLOG", "wslog")
BYTES = int(os.environ.get("WSLOG_SPARK_BYTES", 40_000_000))
PACKAGE = Path(__file__).parent.parent
UNDER_WAY = re.compile(r"\(([5-9]|[1-3]\d) \+ 2\) / ")
"""Spark says that some tasks are done, two are running, and others still wait."""
FLAGS = [f"--log-format={FORMAT}", "--mark=60s"]


class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        folder = Path(cls.folder.name)
        cls.logs = folder / "logs"
        cls.logs.mkdir()
        write(cls.logs, files=40, total_bytes=BYTES)
        cls.expected = folder / "expected.json"
        started = time.monotonic()
        done = subprocess.run([WSLOG, "analyze", *FLAGS, "--output", "json", "--out", cls.expected, *sorted(cls.logs.iterdir())])
        print(f"one process: {time.monotonic() - started:.1f} s, status {done.returncode}")
        cls.clusters = folder / "clusters"
        cls.clusters.mkdir()

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def run_job(self, workers: int, inputs: list[str], *, kills: bool = False, flags=FLAGS):
        """The job's exit status, what it printed, and its report."""
        folder = Path(tempfile.mkdtemp(dir=self.clusters))
        cluster = Cluster(folder, workers=workers, cores=1)
        out = folder / "report.json"
        environment = {**os.environ, "PYTHONPATH": str(PACKAGE), "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
        command = [sys.executable, "-m", "wslog_spark", "--wslog", WSLOG, "--output", "json", "--out", str(out), "--split-bytes", str(BYTES // 30), *inputs, "--", *flags]
        environment["PYSPARK_SUBMIT_ARGS"] = f"--master {cluster.url} --conf spark.ui.enabled=false --conf spark.executor.memory=1g pyspark-shell"
        try:
            started = time.monotonic()
            job = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)
            complaint = ""
            while some := os.read(job.stderr.fileno(), 1 << 16):
                complaint += some.decode(errors="replace")
                if kills and UNDER_WAY.search(complaint):
                    kills = False
                    cluster.kill_worker(0)
            print(f"{workers} workers: {time.monotonic() - started:.1f} s, status {job.wait()}")
            job.stderr.close()
        finally:
            cluster.stop()
        return job.returncode, complaint, out.read_bytes() if out.exists() else b""

    def test_two_workers(self):
        status, complaint, report = self.run_job(2, [f"file:{self.logs}"])
        self.assertEqual(status, 0, complaint)
        self.assertTrue(report == self.expected.read_bytes())

    def test_a_worker_that_is_killed(self):
        status, complaint, report = self.run_job(2, [f"file:{self.logs}"], kills=True)
        self.assertEqual(status, 0, complaint)
        self.assertIn("Lost executor", complaint)
        self.assertTrue(report == self.expected.read_bytes())

    def test_a_task_that_fails_says_what_wslog_said(self):
        status, complaint, _ = self.run_job(1, [f"file:{self.logs}/edge-04.log"], flags=["--log-format=no variable"])
        self.assertEqual(status, 2, complaint)
        self.assertIn("wslog-spark: wslog: error: --log-format", complaint)


if __name__ == "__main__":
    unittest.main(verbosity=2)
