"""The binary is run, and what it has to say against it becomes an error."""

import subprocess
import tempfile
from dataclasses import dataclass

DONE = 0


class WslogError(Exception):
    """What wslog said on standard error, or why it could not be run."""


@dataclass(frozen=True)
class Ran:
    """What became of a command."""

    command: str
    status: int
    output: bytes
    complaint: str

    @property
    def is_killed(self) -> bool:
        return self.status < 0

    def failed(self) -> WslogError:
        return WslogError(self.complaint or f"{self.command} ended with status {self.status}")


def ran(command: list[str], stdin) -> Ran:
    """A command that has come to its end. `stdin` is a file, or bytes."""
    with tempfile.TemporaryFile() as complaints:
        given = {"input": stdin} if isinstance(stdin, bytes) else {"stdin": stdin}
        try:
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=complaints, **given)
        except OSError as error:
            raise WslogError(f"{command[0]}: {error.strerror}; it has to be there on every machine") from error
        complaints.seek(0)
        complaint = complaints.read().decode(errors="replace").strip()
    return Ran(command[0], done.returncode, done.stdout, complaint)


def run(command: list[str], stdin) -> bytes:
    """What a command writes to standard output."""
    done = ran(command, stdin)
    # What could be read of a damaged input is worth having: the report at the end tells of the damage.
    if done.is_killed or (done.status != DONE and not done.output):
        raise done.failed()
    return done.output
