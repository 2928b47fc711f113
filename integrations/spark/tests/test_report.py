"""What a cluster makes is what one process makes, byte for byte, also when a worker is killed meanwhile.

WSLOG names the binary; WSLOG_SPARK_BYTES how much log is made (40 MB unless it is set).
"""

import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from pyspark.sql import SparkSession

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

    def run_job(self, workers: int, inputs: list[str], *options: str, kills: bool = False, flags=FLAGS, conf: str = ""):
        """The job's exit status, what it printed, and its report."""
        folder = Path(tempfile.mkdtemp(dir=self.clusters))
        cluster = Cluster(folder, workers=workers, cores=1)
        out = folder / "report.json"
        environment = {**os.environ, "PYTHONPATH": str(PACKAGE), "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
        command = [sys.executable, "-m", "wslog_spark", "--wslog", WSLOG, "--output", "json", "--out", str(out), "--split-bytes", str(BYTES // 30), *options, *inputs, "--", *flags]
        environment["PYSPARK_SUBMIT_ARGS"] = f"--master {cluster.url} --conf spark.ui.enabled=false --conf spark.executor.memory=1g {conf} --conf spark.hadoop.fs.viewfs.mounttable.default.link./logs=file:{self.logs} pyspark-shell"
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

    def test_files_of_odd_names_and_kinds(self):
        """A folder whose files have names that Java does not know, and what is compressed without saying so."""
        odd = Path(self.folder.name, "odd")
        odd.mkdir(exist_ok=True)
        os.link(self.logs / "edge-02.log.gz", os.fsencode(odd / "edge.log"))
        os.link(self.logs / "inner-01.log", os.fsencode(odd) + b"/inn\xe9r:[1].log")
        (odd / "error.log").write_text("none of an access log's")
        expected = Path(self.folder.name, "odd.json")
        subprocess.run([WSLOG, "analyze", *FLAGS, "--output", "json", "--out", expected, odd], check=True)
        status, complaint, report = self.run_job(1, [str(odd)], "--split-bytes", "100000")
        self.assertEqual(status, 0, complaint)
        self.assertTrue(report == expected.read_bytes())

    def test_a_worker_that_is_killed(self):
        status, complaint, report = self.run_job(2, [f"file:{self.logs}"], kills=True)
        self.assertEqual(status, 0, complaint)
        self.assertIn("Lost executor", complaint)
        self.assertTrue(report == self.expected.read_bytes())

    def test_a_task_that_is_run_twice_at_once(self):
        """Spark has a task that dawdles done once more on another host: here both are done at the same time."""
        folder = Path(self.folder.name)
        logs = sorted(self.logs.glob("edge-0*.log*"))
        expected, first, second, dawdling = (folder / name for name in ["edge.json", "first", "second", "dawdling"])
        subprocess.run([WSLOG, "analyze", *FLAGS, "--output", "json", "--out", expected, *logs], check=True)
        dawdling.write_text(f"""#!/bin/sh
case "$*" in
*{logs[-1].name}*)
    mkdir {first} || : >{second}
    for tenth in $(seq 600); do [ -e {second} ] && break; sleep 0.1; done ;;
esac
exec {shlex.quote(WSLOG)} "$@"
""")
        dawdling.chmod(0o755)
        speculation = {"spark.speculation": "true", "spark.speculation.quantile": "0.5", "spark.speculation.minTaskRuntime": "1s"}
        conf = " ".join(f"--conf {key}={value}" for key, value in speculation.items())
        status, complaint, report = self.run_job(2, [f"file:{self.logs}/edge-0*.log*"], "--wslog", str(dawdling), conf=conf)
        self.assertEqual(status, 0, complaint)
        self.assertTrue(second.exists())
        self.assertTrue(report == expected.read_bytes())

    def test_a_store_that_hadoop_alone_knows(self):
        status, complaint, report = self.run_job(2, ["viewfs://default/logs/"])
        self.assertEqual(status, 0, complaint)
        self.assertTrue(report.replace(b"viewfs://default/logs/", f"{self.logs}/".encode()) == self.expected.read_bytes())

    def test_entries_as_rows(self):
        folder = Path(self.folder.name)
        inputs = [f"file:{self.logs}/*-0*.log*"]
        status, complaint, _ = self.run_job(2, inputs, "--parquet", f"file:{folder}/rows")
        self.assertEqual(status, 0, complaint)
        self.assertTrue(Path(folder, "rows", "_SUCCESS").exists())
        logs = sorted(self.logs.glob("*-0*.log*"))
        subprocess.run([WSLOG, "export", *FLAGS, "--to", folder / "rows.parquet", *logs], check=True)
        spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
        try:
            found, expected = (spark.read.parquet(f"file:{folder}/{rows}") for rows in ["rows", "rows.parquet"])
            self.assertEqual(len(found.inputFiles()), len(logs))
            self.assertEqual(found.schema, expected.schema)
            self.assertTrue(found.count() == expected.count() > 0)
            self.assertEqual(found.exceptAll(expected).count(), 0)
        finally:
            spark.stop()
        status, complaint, _ = self.run_job(1, inputs, "--parquet", f"file:{folder}/rows")
        self.assertEqual(status, 2, complaint)
        self.assertIn("is there, and would be mixed with what is exported", complaint)

    def test_a_task_that_fails_says_what_wslog_said(self):
        conf = Path(self.folder.name, "nginx.conf")
        conf.write_text(f"http {{ log_format a '{FORMAT.replace(chr(39), '')}'; log_format b '$status'; access_log {self.logs}/edge-00.log a; }}")
        status, complaint, _ = self.run_job(1, [f"file:{self.logs}/edge-0*.log"], flags=[f"--nginx-conf={conf}"])
        self.assertEqual(status, 2, complaint)
        self.assertIn("Lost task", complaint)
        self.assertRegex(complaint, "wslog-spark: wslog: error: .*--log-format-name tells which")


if __name__ == "__main__":
    unittest.main(verbosity=2)
