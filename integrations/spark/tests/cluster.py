"""A standalone cluster on loopback: a master and some workers, each a process with an address of its own."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pyspark

HOME = Path(pyspark.__file__).parent
STARTED = 60
"""Seconds until a process has to have begun."""


class Cluster:
    def __init__(self, folder: Path, workers: int, cores: int):
        self._folder = folder
        self._processes = []
        master = self._start("master", "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0")
        self.url = self._told(master, re.compile(r"Starting Spark master at (spark://\S+)"))
        self.workers = []
        for number in range(workers):
            worker = self._start(f"worker-{number}", "org.apache.spark.deploy.worker.Worker", "--host", f"127.0.0.{number + 1}", "--webui-port", "0", "--cores", str(cores), "--memory", "1g", "--work-dir", str(folder / f"work-{number}"), self.url)
            self._told(worker, re.compile(r"(Successfully registered with master)"))
            self.workers.append(worker)

    def _start(self, name: str, *command: str) -> tuple[str, subprocess.Popen]:
        log = open(self._folder / f"{name}.log", "wb")
        environment = {**os.environ, "SPARK_HOME": str(HOME), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "512m"}
        # What it starts is in its session, and ends with it.
        process = subprocess.Popen([str(HOME / "bin" / "spark-class"), *command], stdout=log, stderr=log, env=environment, start_new_session=True)
        log.close()
        self._processes.append(process)
        return name, process

    def _told(self, started: tuple[str, subprocess.Popen], pattern: re.Pattern) -> str:
        name, process = started
        end = time.monotonic() + STARTED
        while time.monotonic() < end:
            text = (self._folder / f"{name}.log").read_text(errors="replace")
            if found := pattern.search(text):
                return found[1]
            if process.poll() is not None:
                break
            time.sleep(0.2)
        raise RuntimeError(f"{name} did not start: {text}")

    def kill_worker(self, number: int) -> None:
        """Ends a worker and whatever runs in it, at once."""
        end(self.workers[number][1])

    def stop(self) -> None:
        for process in reversed(self._processes):
            end(process)


def end(process: subprocess.Popen) -> None:
    """Ends a process with all that it has started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()
