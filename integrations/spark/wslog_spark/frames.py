"""A partial is a row of frames, one behind the other, which may be sent apart."""

MAGIC = b"wslog"
LENGTH_AT = 8
HEADER_BYTES = 16
CHECKSUM_BYTES = 8


def frames(partial: bytes) -> list[bytes]:
    """The frames of a partial: first what was counted, then bucket 0 and the following ones."""
    parts = []
    at = 0
    while at < len(partial):
        header = partial[at : at + HEADER_BYTES]
        if not header.startswith(MAGIC) or len(header) < HEADER_BYTES:
            raise ValueError("this is no partial of wslog's")
        payload = int.from_bytes(header[LENGTH_AT:], "little")
        end = at + HEADER_BYTES + payload + CHECKSUM_BYTES
        parts.append(partial[at:end])
        at = end
    return parts
