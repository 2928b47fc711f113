"""Flags of `wslog analyze` that every task is given."""

from wslog_spark.binary import WslogError

OURS = ("--range", "--stdin-name", "--partial", "--buckets", "--threads", "--help", "--")
"""Those that the job sets itself, or that have no place in it."""
MOMENTS = ("--since", "--until")
FORMATS = ("--format", "--log-format", "--nginx-conf")


def checked(flags: list[str]) -> list[str]:
    """The same; an error about those that do not do in a job."""
    for flag, value in zip(flags, [*flags[1:], ""]):
        name, given, told = flag.partition("=")
        if name in OURS:
            raise WslogError(f"{name}: has no place behind --")
        if name in MOMENTS and (told if given else value).startswith("-"):
            raise WslogError(f"{name} {told or value}: is another moment in each task; say when it is")
    return flags


def tell_format(flags: list[str]) -> bool:
    """Whether they do. A range does not have the head of its file, which would tell it."""
    return any(flag.startswith(FORMATS) for flag in flags)


def names_vantages(flags: list[str]) -> bool:
    return any(flag.startswith("--vantage") for flag in flags)
