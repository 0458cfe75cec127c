"""What a capture tells when it is worked on in pieces of a certain size, which must not matter."""

from pathlib import Path

from osspcap.analysis import Options, analyze
from osspcap.errors import CaptureError
from osspcap.report.jsonreport import report_pieces
from osspcap.report.view import ReportView

SIZES = (1, 300, 1_500, 4_096, 20_000)
"""Bytes of the capture at a time; a piece holds a packet at least."""


def told(path: Path, chunk_bytes: int | None = None) -> bytes:
    """Return the JSON report, or why there is none."""
    try:
        report = analyze(path, Options(chunk_bytes=chunk_bytes))
    except CaptureError as error:
        return str(error).encode()
    return b"".join(report_pieces(ReportView(report)))
