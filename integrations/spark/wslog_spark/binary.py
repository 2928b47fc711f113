"""The binary is run, and what it has to say against it becomes an error."""

import subprocess
import tempfile

DONE = 0


class WslogError(Exception):
    """What wslog said on standard error."""


def run(command: list[str], stdin) -> bytes:
    """What a command writes to standard output. `stdin` is a file, or bytes."""
    with tempfile.TemporaryFile() as complaints:
        if isinstance(stdin, bytes):
            done = subprocess.run(command, input=stdin, stdout=subprocess.PIPE, stderr=complaints)
        else:
            done = subprocess.run(command, stdin=stdin, stdout=subprocess.PIPE, stderr=complaints)
        complaints.seek(0)
        complaint = complaints.read().decode(errors="replace").strip()
    # What could be read of a damaged input is worth having: the report at the end tells of the damage.
    if done.returncode != DONE and not done.stdout:
        raise WslogError(complaint or f"{command[0]} ended with status {done.returncode}")
    return done.stdout
