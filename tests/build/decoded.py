"""A capture's bytes read back as rows that a test can compare."""

import io
from typing import NamedTuple

from osspcap.capture.reader import CHUNK_BYTES, open_capture
from osspcap.model.capture import CaptureInfo


class Row(NamedTuple):
    """One TCP packet; `payload` and `options` are the captured bytes."""

    frame: int
    ts_ns: int
    src: str
    dst: str
    sport: int
    dport: int
    seq: int
    ack: int
    flags: int
    window: int
    ttl: int
    ip_id: int
    payload: bytes
    length: int
    options: bytes


def read_rows(data: bytes, *, chunk_bytes: int = CHUNK_BYTES) -> tuple[CaptureInfo, list[Row]]:
    """Read a capture from a pipe that holds these bytes; return its facts and its TCP packets."""
    rows: list[Row] = []
    with open_capture("-", stdin=io.BytesIO(data), chunk_bytes=chunk_bytes) as reader:
        for table in reader.tables():
            numbers = (table.src, table.dst)
            hosts = [[reader.addresses.text(n) for n in column.tolist()] for column in numbers]
            for i in range(len(table)):
                at, size = int(table.payload_start[i]), int(table.payload_captured[i])
                options_at, options_size = int(table.options_start[i]), int(table.options_length[i])
                rows.append(
                    Row(
                        int(table.frame[i]),
                        int(table.ts_ns[i]),
                        hosts[0][i],
                        hosts[1][i],
                        int(table.sport[i]),
                        int(table.dport[i]),
                        int(table.seq[i]),
                        int(table.ack[i]),
                        int(table.flags[i]),
                        int(table.window[i]),
                        int(table.ttl[i]),
                        int(table.ip_id[i]),
                        payload=bytes(table.buffer[at : at + size]),
                        length=int(table.payload_length[i]),
                        options=bytes(table.buffer[options_at : options_at + options_size]),
                    )
                )
    return reader.info, rows
