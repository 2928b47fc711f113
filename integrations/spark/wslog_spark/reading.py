"""The bytes of a split, as they are."""

from contextlib import contextmanager

from wslog_spark.binary import WslogError
from wslog_spark.splits import LOCAL, Split
from wslog_spark.store import Store


def first_byte(split: Split) -> int:
    """The byte before the range tells whether a line begins with it."""
    return max(split.start - 1, 0)


@contextmanager
def opened(split: Split, store: Store | None):
    """A file that begins at the split's first byte, and goes on at least to the end of its last line.

    Local files need no store.
    """
    if split.uri.startswith(LOCAL):
        with local(split) as file:
            file.seek(first_byte(split))
            yield file
    else:
        with store.read(split.uri, first_byte(split), None if split.is_whole else split.end - 1) as file:
            yield file


def local(split: Split):
    try:
        return open(split.uri.removeprefix(LOCAL), "rb", buffering=0)
    except OSError as error:
        raise WslogError(f"{split.name}: {error.strerror}; it has to be there on every machine") from error
