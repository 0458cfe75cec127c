"""MPU001 part-too-small: a part other than the last is below 100 KB."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence, Verdict
from osspcap.model.multipart import ClaimFault, Completion, FaultKind
from osspcap.model.report import Dissection
from osspcap.oss.limits import MIN_PART_BYTES
from osspcap.rules.base import answer_evidence, evidence_at
from osspcap.rules.multipart._uploads import ABORT, CompletionRule, asked_evidence, bucket_of, error_code, uploads_of
from osspcap.rules.refusing import answer_name
from osspcap.rules.wording import shortened

_FIELDS = ("PartNumber", "ProposedSize", "MinSizeAllowed")


class PartTooSmall(CompletionRule):
    """A part other than the last is below 100 KB.

    ## What it finds
    Multipart uploads that OSS refused with EntityTooSmall.

    ## Why it matters
    Every part but the last needs at least 100 KB (102,400 bytes). OSS takes smaller ones when they are uploaded and
    refuses the whole object at the end, so that all the traffic was in vain.

    ## How it decides
    OSS states the code EntityTooSmall. The parts are named by their sizes as captured, else by the error document.

    ## False alarms
    None; OSS itself says so.
    """

    code = "MPU001"
    name = "part-too-small"
    kind = FaultKind.TOO_SMALL
    codes = frozenset({"EntityTooSmall"})
    fix = (
        (
            "Set a part size of at least 100 KB (`part_size` in Python, `partSize` in JavaScript and Java, `-p` or "
            "`--part-size` of ossutil); 1 to 10 MB suits most networks. Only the last part may be smaller."
        ),
        "Read the source to the end of each part before it is sent: short reads of a pipe or socket make small parts.",
        ABORT,
    )
    sources = ("OSS error catalogue: EntityTooSmall", "OSS documentation: Limits, multipart upload", "EC 0042-00000213")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each refused upload, also where the sizes were not captured."""
        for upload in uploads_of(dissection):
            for completion in upload.completions:
                exchange = dissection.exchanges[completion.exchange]
                if error_code(exchange) not in self.codes:
                    continue
                if completion.fault_counts.get(self.kind):
                    yield from self._judged(dissection, upload, completion, exchange)
                else:
                    yield self._stated(exchange)

    def _stated(self, exchange: Exchange) -> Verdict:
        """Tell what only the error document says."""
        error = None if exchange.operation is None else exchange.operation.error
        fields = {} if error is None else error.fields
        number, size = (fields[name].value.strip() if name in fields else "" for name in _FIELDS[:2])
        part = f"part {shortened(number, 20)}" if number else "a part"
        of_size = f" has {shortened(size, 20)} bytes and" if size else ""
        return self.finding(
            f"{part}{of_size} is below the {MIN_PART_BYTES:,} bytes that every part but the last needs: "
            f"{answer_name(exchange)}",
            *asked_evidence(exchange),
            *(evidence_at(exchange, fields[name]) for name in _FIELDS if name in fields),
            *answer_evidence(exchange),
            exchanges=(exchange,),
            cause=f"{bucket_of(exchange)} {self.kind} stated",
        )

    def told(self, dissection: Dissection, fault: ClaimFault) -> str:  # noqa: ARG002 - the base's signature
        """Name part and size."""
        size = 0 if fault.size is None else fault.size
        return (
            f"part {fault.entry.number} has {size:,} bytes, below the {MIN_PART_BYTES:,} that every part but the last "
            "needs"
        )

    def shown(
        self, dissection: Dissection, completion: Completion, exchange: Exchange, fault: ClaimFault
    ) -> Iterator[Evidence]:
        """Yield the listed number and the length of the part."""
        yield from super().shown(dissection, completion, exchange, fault)
        part = None if fault.part is None else dissection.exchanges[fault.part]
        if part is None or part.request is None or part.operation is None:
            return
        for name in ("Content-Length", "x-oss-copy-source-range"):
            line = part.request.fields().first(name)
            if line is not None and part.operation.name != "ListParts":
                yield evidence_at(part, part.request.seen(line), f"at least {MIN_PART_BYTES}")
