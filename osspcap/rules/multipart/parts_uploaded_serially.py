"""MPU010 parts-uploaded-serially: the parts of an upload were sent one after another."""

from collections.abc import Iterator
from itertools import pairwise

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence, Severity, Verdict
from osspcap.model.multipart import MultipartUpload, MultipartUploads
from osspcap.model.report import Dissection
from osspcap.oss.neighbours import is_successful
from osspcap.rules.base import CaptureRule, evidence_at
from osspcap.rules.multipart._uploads import MAX_ID_CHARS, asked_evidence, bucket_of, object_of, uploads_of
from osspcap.rules.wording import counted, shortened
from osspcap.units import NS_PER_S, format_bytes, format_duration

MIN_PARTS = 4
MIN_SPAN_NS = NS_PER_S
"""An upload that is done within a second needs no help."""


class PartsUploadedSerially(CaptureRule):
    """The parts of an upload were sent one after another.

    ## What it finds
    Multipart uploads of four parts or more that took longer than a second, and of which no two parts were under way at
    the same time.

    ## Why it matters
    One connection rarely fills a line: after each part the client waits for the answer, and long distances and single
    losses slow it down further. Parallel parts are why ossutil and the Go SDK upload so much faster than a plain loop.

    ## How it decides
    The successful parts are put in order of their start; each one begins after the one before it was answered.

    ## False alarms
    Clients on slow or shared lines, which upload one part at a time on purpose.
    """

    code = "MPU010"
    name = "parts-uploaded-serially"
    severity = Severity.INFO
    on_facts = (MultipartUploads,)
    fix = (
        (
            "Upload 3 to 5 parts at a time: `oss2.resumable_upload(..., num_threads=4)` in Python, `parallel` in "
            "JavaScript, `oss.Routines` in Go, `--parallel` of ossutil."
        ),
    )
    sources = (
        "OSS FAQ, Python SDK (A, B): ossutil is far faster than the Python SDK",
        "OSS FAQ, Python SDK (A): upload the parts concurrently",
    )

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield one finding for each such upload."""
        for upload in uploads_of(dissection):
            if len(upload.parts) < MIN_PARTS:
                continue
            sent = _sent(upload, dissection)
            if len(sent) < MIN_PARTS or not _is_serial(sent):
                continue
            span_ns = sent[-1][1] - sent[0][0]
            if span_ns < MIN_SPAN_NS:
                continue
            size = sum(item.size or 0 for tries in upload.parts.values() for item in tries[-1:])
            parts = [exchange for *_, exchange in sent]
            yield self.finding(
                f"the {counted(len(parts), 'part')} of {object_of(parts[0])} were sent one after another: "
                f"{format_bytes(size)} in {format_duration(span_ns)} "
                f"(upload ID {shortened(upload.upload_id, MAX_ID_CHARS)})",
                *_evidence(parts),
                exchanges=parts,
                cause=bucket_of(parts[0]),
            )


def _sent(upload: MultipartUpload, dissection: Dissection) -> list[tuple[int, int, Exchange]]:
    """Return start, end and exchange of the successful parts, by start."""
    found = []
    for tries in upload.parts.values():
        for item in tries:
            exchange = dissection.exchanges[item.exchange]
            if is_successful(exchange) and exchange.request is not None and exchange.response is not None:
                found.append((int(exchange.request.ts_ns), int(exchange.response.ts_ns), exchange))
    return sorted(found, key=lambda item: item[:2])


def _is_serial(sent: list[tuple[int, int, Exchange]]) -> bool:
    return all(after[0] >= before[1] for before, after in pairwise(sent))


def _evidence(parts: list[Exchange]) -> Iterator[Evidence]:
    """Show that the second part begins after the first was answered, and the last one."""
    for exchange in (*parts[:2], parts[-1]):
        yield from asked_evidence(exchange)
        if exchange.response is not None:
            yield evidence_at(exchange, exchange.response.seen_start_line())
