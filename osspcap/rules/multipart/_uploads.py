"""What the rules about multipart uploads share: how uploads and parts are named, and how a refused completion is told.

In: `MultipartUploads`. A rule about a refused CompleteMultipartUpload names the kind of fault and the error codes that
OSS answers it with; the listing, the answer and the request ID are added here.
"""

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import ClassVar

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence, Severity, Verdict
from osspcap.model.multipart import ClaimFault, Completion, FaultKind, MultipartUpload, MultipartUploads
from osspcap.model.report import Dissection
from osspcap.model.seen import Seen
from osspcap.rules.base import CaptureRule, answer_evidence, evidence_at
from osspcap.rules.refusing import answer_name
from osspcap.rules.wording import counted, shortened

MAX_SHOWN = 4
"""Faulty parts whose evidence a finding shows."""
MAX_NUMBERS = 12
"""Part numbers named in a sentence."""
MAX_ID_CHARS = 64
"""Of an upload ID in a sentence; OSS makes 32."""

ABORT = (
    "If the upload is not to be completed, delete its parts, which are charged: `ossutil rm oss://BUCKET/KEY -m`, or "
    "AbortMultipartUpload with the upload ID."
)
"""Closing step of all rules about uploads that failed."""


def uploads_of(dissection: Dissection) -> tuple[MultipartUpload, ...]:
    """Return the multipart uploads of a capture; empty if there are none."""
    found = dissection.facts.get(MultipartUploads)
    return () if found is None else found.uploads


def object_of(exchange: Exchange) -> str:
    """Name the object: `rokid/video/clip.bin`."""
    operation = exchange.operation
    parts = () if operation is None else (operation.bucket, operation.object)
    return shortened("/".join(part for part in parts if part)) or "(unknown object)"


def bucket_of(exchange: Exchange) -> str:
    """Return the bucket: uploads to one bucket that fail alike are one fault."""
    return "" if exchange.operation is None else exchange.operation.bucket or ""


def numbers_of(numbers: Iterable[int]) -> str:
    """Name parts: `part 3`, `parts 1, 2 and 5`, `parts 1, 2, 3 ... (9,998 in all)`."""
    found = sorted(set(numbers))
    if len(found) == 1:
        return f"part {found[0]}"
    if len(found) > MAX_NUMBERS:
        return f"parts {_runs(found)} ({len(found):,} in all)"
    return f"parts {', '.join(map(str, found[:-1]))} and {found[-1]}"


def _runs(numbers: list[int]) -> str:
    """Shorten a sorted list to its first runs: `1-9998, 10000`."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    shown = [str(first) if first == last else f"{first}-{last}" for first, last in runs[:MAX_NUMBERS]]
    return ", ".join(shown) + (" ..." if len(runs) > MAX_NUMBERS else "")


def asked_evidence(exchange: Exchange, expected: str = "") -> Iterator[Evidence]:
    """Yield the request line."""
    if exchange.request is not None:
        yield evidence_at(exchange, exchange.request.seen_start_line(), expected)


def error_code(exchange: Exchange) -> str | None:
    """Return the code of OSS's error document; None if none was captured."""
    error = None if exchange.operation is None else exchange.operation.error
    return None if error is None else error.code.value


def stated_part(exchange: Exchange) -> str:
    """Return the part number that the error document names; empty if it names none."""
    error = None if exchange.operation is None else exchange.operation.error
    found = None if error is None else error.fields.get("PartNumber")
    return "" if found is None else found.value.strip()


class CompletionRule(CaptureRule):
    """Base of the rules about a CompleteMultipartUpload that OSS refused for one kind of fault in its list."""

    kind: ClassVar[FaultKind]
    """Fault that this rule tells."""
    codes: ClassVar[frozenset[str]]
    """Error codes that OSS answers such a list with."""
    severity = Severity.ERROR
    on_facts = (MultipartUploads,)
    supersedes: ClassVar[tuple[str, ...]] = ("REQ016",)

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each upload whose completion was refused for this."""
        for upload in uploads_of(dissection):
            for completion in upload.completions:
                exchange = dissection.exchanges[completion.exchange]
                if exchange.status is not None and exchange.status >= 400:
                    yield from self._judged(dissection, upload, completion, exchange)

    def _judged(
        self, dissection: Dissection, upload: MultipartUpload, completion: Completion, exchange: Exchange
    ) -> Iterator[Verdict]:
        code = error_code(exchange)
        if code is None or code not in self.codes:
            return
        faults = [fault for fault in completion.faults if fault.kind is self.kind]
        if not faults:
            reason = self.open_question(completion, code)
            if reason:
                yield self.undecided(reason, exchange)
            return
        confidence = self.confidence_of(upload, faults, exchange)
        if confidence is None:
            yield self.undecided("the uploads of the parts that it lists are not in the capture", exchange)
            return
        faults = _named_first(faults, exchange)
        more = completion.fault_counts.get(self.kind, len(faults)) - 1
        others = f" (and {counted(more, 'more part')} alike)" if more > 0 else ""
        yield self.finding(
            f"{self.told(dissection, faults[0])}{others}: {answer_name(exchange)}",
            *asked_evidence(exchange),
            *(item for fault in faults[:MAX_SHOWN] for item in self.shown(dissection, completion, exchange, fault)),
            *answer_evidence(exchange),
            explanation=self.why(dissection, faults[0]),
            exchanges=(exchange,),
            confidence=confidence,
            cause=f"{bucket_of(exchange)} {self.kind} {confidence}",
        )

    @abstractmethod
    def told(self, dissection: Dissection, fault: ClaimFault) -> str:
        """Say what is wrong with the first such part, as half a sentence; how OSS answered follows."""

    def why(self, dissection: Dissection, fault: ClaimFault) -> str:  # noqa: ARG002 - for rules to refine
        """Explain; empty for the paragraph "Why it matters"."""
        return ""

    def expected(self, fault: ClaimFault) -> str:  # noqa: ARG002 - for rules to refine
        """Say what the listed value should be."""
        return ""

    def confidence_of(
        self,
        upload: MultipartUpload,  # noqa: ARG002 - for rules to refine
        faults: list[ClaimFault],  # noqa: ARG002 - likewise
        exchange: Exchange,  # noqa: ARG002 - likewise
    ) -> Confidence | None:
        """Say how sure it is; None if the capture cannot tell."""
        return Confidence.CONFIRMED

    def open_question(self, completion: Completion, code: str) -> str:  # noqa: ARG002 - for rules to refine
        """Say why the capture cannot tell, where no such part was found; empty if this rule has nothing to say."""
        return ""

    def shown(
        self, dissection: Dissection, completion: Completion, exchange: Exchange, fault: ClaimFault
    ) -> Iterator[Evidence]:
        """Yield the evidence of one part: what is listed, and what OSS had answered."""
        entry = fault.entry
        name = shortened(entry.number_text, 20) or "(empty)"
        field, value = f"request body <ETag> of part {name}", entry.etag_text
        if fault.kind in (FaultKind.ORDER, FaultKind.NUMBER, FaultKind.TOO_SMALL):
            field, value = "request body <PartNumber>", entry.number_text
        value = value or "(empty)"
        seen = Seen(value, completion.frame, field, value.encode("utf-8", "replace"))
        yield evidence_at(exchange, seen, self.expected(fault))
        part = None if fault.part is None else dissection.exchanges[fault.part]
        if part is None:
            return
        yield from asked_evidence(part)
        if fault.stated is not None:
            yield evidence_at(part, fault.stated)
        elif part.response is not None and fault.kind is FaultKind.NOT_UPLOADED:
            yield from answer_evidence(part)


def _named_first(faults: list[ClaimFault], exchange: Exchange) -> list[ClaimFault]:
    """Put the part first that OSS names in its error document."""
    named = stated_part(exchange)
    return sorted(faults, key=lambda fault: fault.entry.number_text != named) if named else faults
