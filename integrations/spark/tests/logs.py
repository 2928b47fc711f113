"""Logs for the cluster: two hops of the same handshakes, in files of several kinds."""

import base64
import gzip
import random
import time
from functools import lru_cache
from pathlib import Path

FORMAT = (
    '$remote_addr [$time_iso8601] "$request" $status $msec $request_time "$server_name" '
    '"$http_upgrade" "$http_sec_websocket_key" "$upstream_addr" "$upstream_header_time"'
)


@lru_cache(maxsize=4)
def clock_at(second: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(second))


def line(dice: random.Random, hop: str, number: int) -> str:
    """A request, every tenth an opening handshake, whose key both hops log."""
    second = 1_520_550_000 + number // 50
    at = f"{second}.{number % 1000:03}"
    clock = clock_at(second)
    node = f"192.0.2.{number % 6}" if hop == "edge" else "10.0.0.1"
    if number % 10:
        return f'{node} [{clock}] "GET /page/{dice.randrange(1000)} HTTP/1.1" 200 {at} 0.0{number % 90:02} "{hop}" "-" "-" "10.0.0.9:80" "0.010"\n'
    key = base64.b64encode(random.Random(number).randbytes(16)).decode()
    is_bad = number % 6 == 0
    protocol, status, upgrade, lived = ("1.0", 499, "-", "60.000") if is_bad and hop == "inner" else ("1.1", 499 if is_bad else 101, "websocket", "60.000" if is_bad else "300.250")
    header = "-" if is_bad else "0.005"
    return f'{node} [{clock}] "GET /ws/ HTTP/{protocol}" {status} {at} {lived} "{hop}" "{upgrade}" "{key}" "10.0.0.9:80" "{header}"\n'


def write(folder: Path, files: int, total_bytes: int) -> list[Path]:
    """Half of the files of each hop; the first one holds a third of all bytes, every third is compressed."""
    dice = random.Random(1)
    paths = []
    length = sum(len(line(dice, "edge", number)) for number in range(10)) // 10
    for number in range(files):
        hop = "edge" if number % 2 == 0 else "inner"
        share = total_bytes // 3 if number == 0 else total_bytes * 2 // 3 // (files - 1)
        lines = share // length
        begin = number // 2 * 10_000_000
        text = (line(dice, hop, begin + at) for at in range(lines))
        is_compressed = number % 3 == 2
        path = folder / f"{hop}-{number:02}.log{'.gz' if is_compressed else ''}"
        opened = gzip.open(path, "wt", compresslevel=1) if is_compressed else open(path, "w")
        with opened as file:
            file.writelines(text)
        paths.append(path)
    return paths
